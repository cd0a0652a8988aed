"""What a panel was made from, in a sentence: window, rows, versions, gaps."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from pipeline.report.scope import Scope
from pipeline.report.unquoted import unquoted

_QUOTES: Final = "option_quotes"
_SIGNAL_FEEDS: Final = ("book_updates", "trades")


def made_from(scope: Scope, rows: Mapping[str, int], feeds: Iterable[str] = _SIGNAL_FEEDS) -> str:
    """rows: of the tables read; feeds: of which the gaps matter to them."""
    tables = "; ".join(f"{name} {count:,} rows{_made_by(scope, name)}" for name, count in rows.items())
    missing = ", ".join(_missing(scope, feed) for feed in feeds)
    return f"{stretch(scope)}. {tables}. Gaps: {missing}."


def stretch(scope: Scope) -> str:
    """Beginning and end, in words."""
    first, last = scope.since, scope.until
    same_day = first.date() == last.date()
    return f"{first:%Y-%m-%d %H:%M:%S} to {last:{'%H:%M:%S' if same_day else '%Y-%m-%d %H:%M:%S'}} UTC"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, as "1 entry" or "2 entries"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def parameters(scope: Scope, table: str) -> dict[str, Any]:
    """With which the signal made its last part of this market; {} if there is none."""
    found = lineage(scope, table).get("parameters")
    return dict(found) if found else {}


def lineage(scope: Scope, table: str) -> dict[str, Any]:
    """Of the last part of this market; {} if there is none, or no signal made it."""
    live = scope.lake.live(table, scope.market)
    return scope.lake.lineage(table, live[-1]) if live and table in _versions() else {}


@cache
def _versions() -> dict[str, int]:
    from signals import SIGNALS

    return {output.name: signal.version for signal in SIGNALS for output in signal.outputs}


def _made_by(scope: Scope, table: str) -> str:
    version = scope.lake.version(table)
    if table not in _versions():
        return f" (table version {version})"
    preset = lineage(scope, table).get("preset", "default")
    return f" (signal version {_versions()[table]}, preset {preset}, table version {version})"


def gaps_within(scope: Scope, feed: str) -> list[tuple[datetime, datetime, str]]:
    """From, to and reason of the stretches in which the feed is missing, cut to the window, in order.

    A chain of options is polled or streamed, and the lake knows no gaps of it: these are its minutes without a quote.
    """
    if feed == _QUOTES:
        return unquoted(scope)
    found = [
        (max(row["from_ts"], scope.since), min(row["to_ts"], scope.until), row["reason"])
        for row in scope.lake.rows("gaps", scope.market)
        if row["table_name"] == feed
    ]
    return sorted(one for one in found if one[0] < one[1])


def _missing(scope: Scope, feed: str) -> str:
    found = gaps_within(scope, feed)
    if not found:
        return f"{feed} none"
    reasons = sorted({reason for _, _, reason in found})
    seconds = sum((to - start).total_seconds() for start, to, _ in found)
    return f"{feed} {len(found)} ({seconds:,.1f} s; {', '.join(reasons)})"
