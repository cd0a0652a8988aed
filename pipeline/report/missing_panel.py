"""Data quality: what was recorded when, from which files, and what could not be taken."""

from datetime import datetime
from pathlib import PurePath
from typing import Any, Final

import polars as pl

from backtest.chart import Colors
from backtest.page import ON_PAGE, Panel, rows_table
from pipeline.report.coverage_chart import coverage_chart
from pipeline.report.provenance import gaps_within, stretch
from pipeline.report.scope import Scope
from pipeline.report.unquoted import unquoted_sql
from pipeline.sources.batch import CORE_TABLES

_QUESTION: Final = "What is missing?"
_SHOWN: Final = 12
_PERP_ONLY: Final = ("derivative_ticker", "funding")
_QUOTES: Final = "option_quotes"
_FEEDS: Final = tuple(table.name for table in CORE_TABLES)


def missing_panel(scope: Scope, colors: Colors = ON_PAGE) -> Panel:
    """Coverage of every feed, gaps, files and quarantine."""
    feeds = [feed for feed in _FEEDS if scope.is_perp or feed not in _PERP_ONLY]
    if scope.instrument["kind"] == "option":  # it has no book and no tape of its own
        feeds = [_QUOTES]
    missing = {
        feed: [(_us(start), _us(to), reason) for start, to, reason in gaps_within(scope, feed)] for feed in feeds
    }
    chart = coverage_chart(missing, (_us(scope.since), _us(scope.until)), colors)
    files = scope.lake.rows("manifest", scope.market)
    quarantined = _quarantined(scope)
    body = (
        f'<div class="beside"><div class="chart">{chart}</div><div>{_gaps(missing)}</div></div>'
        f"<h3>Files</h3>{_files(files)}<h3>Lines that could not be taken</h3>{quarantined}"
    )
    note = f"{stretch(scope)}; files and their lines over their whole length. {_inferred(scope)}"
    sql = unquoted_sql(scope) if feeds == [_QUOTES] else _gap_sql(scope)
    return Panel(_QUESTION, body, note, sql, short="Missing")


def _gaps(missing: dict[str, list[tuple[float, float, str]]]) -> str:
    totals: dict[tuple[str, str], list[float]] = {}
    for feed, holes in missing.items():
        for start, to, reason in holes:
            totals.setdefault((feed, reason), []).append((to - start) / 1e6)
    if not totals:
        return "<p>No feed has a gap in this window.</p>"
    rows = [
        [feed, reason.replace("_", " "), len(found), round(sum(found), 3), round(max(found), 3)]
        for (feed, reason), found in totals.items()
    ]
    return rows_table(["feed", "gap", "count", "seconds in all", "longest, s"], rows)


def _files(files: list[dict[str, Any]]) -> str:
    shown = sorted(files, key=lambda file: str(file["first_ts"]))[:_SHOWN]
    rows = [
        [PurePath(file["path"]).name, file["source"], file["bytes"], file["lines"], _time(file["first_ts"]),
         _time(file["last_ts"])]
        for file in shown
    ]  # fmt: skip
    more = f"<p class='note'>{len(files)} files ({len(shown)} shown).</p>" if len(files) > len(shown) else ""
    return rows_table(["file", "source", "bytes", "lines", "first event, UTC", "last"], rows) + more


def _quarantined(scope: Scope) -> str:
    found = (
        scope.reader.read("quarantine", venue=scope.market.venue, symbol=scope.market.symbol)
        .group_by("table_name", "reason")
        .agg(pl.len().alias("lines"), pl.col("records").sum())
        .sort("lines", "reason", descending=[True, False])
        .collect()
    )
    if found.is_empty():
        return "<p>None.</p>"
    more = f"<p class='note'>{found.height} reasons ({_SHOWN} shown).</p>" if found.height > _SHOWN else ""
    return rows_table(["feed", "reason", "lines", "records"], found.head(_SHOWN).rows()) + more


def _inferred(scope: Scope) -> str:
    inferred = scope.instrument["inferred"]
    return f"Inferred, not stated: {inferred.replace(',', ', ').replace('  ', ' ')}." if inferred else ""


def _gap_sql(scope: Scope) -> str:
    return "\n".join(
        [
            "select table_name, reason, from_ts, to_ts, epoch(to_ts - from_ts) as seconds",
            "from gaps",
            f"where venue = '{scope.market.venue}' and symbol = '{scope.market.symbol}'",
            f"  and to_ts > timestamptz '{scope.since.isoformat(sep=' ')}'"
            f" and from_ts < timestamptz '{scope.until.isoformat(sep=' ')}'",
            "order by from_ts, table_name",
        ]
    )


def _us(moment: datetime) -> float:
    return moment.timestamp() * 1e6


def _time(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
