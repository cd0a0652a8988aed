"""What a report is about: one market and one stretch of its time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.reader import LakeReader
from pipeline.selection import Selection
from pipeline.timerange import Moment, TimeRange, time_column
from pipeline.warehouse import quoted

if TYPE_CHECKING:
    import polars as pl

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_AT_AN_EDGE: Final = timedelta(minutes=1)
"""So near midnight the data of a full day begin and end."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One market of a lake from `since` to `until`, both stated; `instrument`: its row of instruments at the end."""

    root: Path
    lake: Lake
    reader: LakeReader
    market: Market
    instrument: dict[str, Any]
    since: datetime
    until: datetime

    @property
    def is_perp(self) -> bool:
        return bool(self.instrument["kind"] == "perp")

    @property
    def span(self) -> timedelta:
        return self.until - self.since

    @property
    def edges_ms(self) -> tuple[float, float]:
        """Beginning and end in milliseconds since 1970."""
        return self.since.timestamp() * 1e3, self.until.timestamp() * 1e3

    def scan(self, table: str, *, before: timedelta = timedelta(0)) -> "pl.LazyFrame":
        """The rows of a table of this market that feed the signals, from `before` the beginning on."""
        return self.reader.feeding(
            table, venue=self.market.venue, symbol=self.market.symbol, since=self.since - before, until=self.until
        )

    def rows(self, table: str, *columns: str) -> "pl.DataFrame":
        """The columns named, sorted by time."""
        found = self.scan(table)
        if columns:
            found = found.select(columns)
        return found.sort(time_column(found.collect_schema().names(), table)).collect()

    def sql(self, table: str, columns: str, *, time: str = "bar_end", where: str = "") -> str:
        """A query of the catalogue for those rows; a bar is stamped with its end."""
        after, until = (">", "<=") if time == "bar_end" else (">=", "<")
        first, last = (quoted(edge.isoformat(sep=" ")) for edge in (self.since, self.until))
        lines = [
            f"select {columns}",
            f"from {table}",
            f"where venue = {quoted(self.market.venue)} and symbol = {quoted(self.market.symbol)}",
            f"  and {time} {after} timestamptz {first} and {time} {until} timestamptz {last}",
            *([f"  and {where}"] if where else []),
            f"order by {time}",
        ]
        return "\n".join(lines)


def scope_of(root: Path, *, venue: str | None, symbol: str | None, since: Moment | None, until: Moment | None) -> Scope:
    """The market named, else the linear perpetual with most of a book; the time named, else the last full day or 24 h.

    Raises FP007 for an empty lake, FP009 for a market it has not, FP014 for a time without data, FP017 for a time that
    is not clear.
    """
    reader, lake = LakeReader(root), Lake(root)
    instruments = {Market(row["venue"], row["symbol"]): row for row in lake.rows("instruments")}
    wanted = Selection(venue, symbol, TimeRange.of(since, until))
    wanted.check_market(instruments)
    markets = [market for market in instruments if wanted.is_of(market)]
    if not markets:
        raise FootprintError("FP014", "no market is left in this lake", where=str(root), hint="footprint status")
    market = max(markets, key=lambda one: _weight(lake, one, instruments[one]))
    first, last = _window(lake, market, wanted.time)
    valid = [row for row in lake.rows("instruments", market) if row["valid_from"] <= last]
    return Scope(root, lake, reader, market, max(valid, key=lambda row: row["valid_from"]), first, last)


def _weight(lake: Lake, market: Market, instrument: dict[str, Any]) -> tuple[bool, bool, int, int, Market]:
    """What comes first: a perpetual, a linear one, rows of book, rows of tape; the name, so that equals are chosen
    alike. Of an inverse contract no profit or loss is stated."""
    rows = {table: sum(file.rows for file in lake.live(table, market)) for table in ("book_updates", "trades")}
    is_perp, is_linear = instrument["kind"] == "perp", not instrument["is_inverse"]
    return is_perp, is_linear, rows["book_updates"], rows["trades"], market


def _window(lake: Lake, market: Market, asked: TimeRange) -> tuple[datetime, datetime]:
    """Beginning and end, on whole seconds: of what is asked for, the part between the first and the last event."""
    days = list(_days(lake, market))
    if not days:
        raise FootprintError("FP014", f"{market} has no event with a time", hint="footprint status")
    first, last = min(day[0] for day in days), max(day[1] for day in days)
    begin = first.replace(microsecond=0)
    end = last.replace(microsecond=0) + (_SECOND if last.microsecond else timedelta(0))
    if asked.is_open:
        return _last_day(days, begin, end)
    found = asked.since or begin, asked.until or end
    if found[0] >= end or found[1] <= begin or found[0] >= found[1]:
        there_is = f"{begin:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S} UTC"
        why = f"{market} has data from {there_is}, none of the time asked for"
        raise FootprintError("FP014", why, hint="another --since or --until, or none")
    return max(found[0], begin), min(found[1], end)


def _last_day(days: list[tuple[datetime, datetime]], begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The last day with data from midnight to midnight; else the last 24 hours, or what there is of them."""
    whole = [
        midnight
        for first, last in days
        if first - (midnight := datetime.combine(first.date(), time(), UTC)) <= _AT_AN_EDGE
        and midnight + _DAY - last <= _AT_AN_EDGE
    ]
    return (max(whole), max(whole) + _DAY) if whole else (max(begin, end - _DAY), end)


def _days(lake: Lake, market: Market) -> Iterator[tuple[datetime, datetime]]:
    """First and last event of every day, over all files."""
    edges: dict[Any, list[datetime]] = {}
    for file in lake.rows("manifest", market):
        for day, first, last in zip(file["dates"], file["day_first_ts"], file["day_last_ts"], strict=True):
            edges.setdefault(day, []).extend(one for one in (first, last) if one is not None)
    yield from ((min(found), max(found)) for _, found in sorted(edges.items()) if found)
