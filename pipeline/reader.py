"""Tables of a lake as Polars frames, for notebooks and scripts: `from pipeline import open_lake`."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import unknown
from pipeline.fed_rows import fed_parts
from pipeline.lake import Lake, LiveFile, scan_parts
from pipeline.plan import TABLES
from pipeline.selection import Selection
from pipeline.timerange import Moment, TimeRange, time_column
from pipeline.warehouse import empty_lake

if TYPE_CHECKING:
    import polars as pl

    from signals.table import Table


class LakeReader:
    """Reads the tables of a lake as they are at the moment of each call."""

    def __init__(self, root: Path) -> None:
        """Raises FP007 if nothing lies there."""
        self._lake = Lake(root)
        if not self._lake.exists("manifest"):
            raise empty_lake(self._lake)

    def __repr__(self) -> str:
        return f"open_lake({str(self._lake.root)!r})"

    @property
    def root(self) -> Path:
        """The folder."""
        return self._lake.root

    def tables(self) -> dict[str, int]:
        """Rows by name of table."""
        self._lake.refresh()
        return {name: sum(file.rows for file in self._lake.live(name)) for name in TABLES if self._lake.exists(name)}

    def read(
        self,
        table: str,
        *,
        symbol: str | None = None,
        venue: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> "pl.LazyFrame":
        """The rows of a table, those of one market after those of another, each day sorted by the table's key.

        `since` and `until` are days, taken as a whole, or instants with a zone, as dates, datetimes or ISO text. A bar
        is stamped with its end: one stamped 00:00 belongs to the day before. Parts of other days are not opened.

        Raises FP009 with the nearest name for an unknown table, venue or symbol, FP017 for a time that is not clear.
        """
        wanted, files = self._files(table, venue, symbol, TimeRange.of(since, until))
        found = [(self._lake.absolute(table, file), file.market) for file in files]
        return _within(scan_parts(TABLES[table], found), TABLES[table], wanted.time)

    def feeding(
        self,
        table: str,
        *,
        symbol: str | None = None,
        venue: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> "pl.LazyFrame":
        """As `read`, without the rows of sources that do not feed the signals on their day (`prefer`)."""
        wanted, files = self._files(table, venue, symbol, TimeRange.of(since, until))
        return _within(fed_parts(self._lake, TABLES[table], files), TABLES[table], wanted.time)

    def _files(
        self, table: str, venue: str | None, symbol: str | None, time: TimeRange
    ) -> tuple[Selection, list[LiveFile]]:
        """What was asked for, and the files of the table that can hold rows of it."""
        if table not in TABLES:
            raise unknown("table", table, TABLES)
        wanted = Selection(venue, symbol, time)
        self._lake.refresh()
        wanted.check_market(file.market for file in self._lake.live("instruments"))
        columns = TABLES[table].schema.names()
        files = self._lake.live(table)
        return wanted, [
            file for file in files if wanted.is_of(file.market) and wanted.may_lie_under(file.day, table, columns)
        ]


def _within(frame: "pl.LazyFrame", table: "Table", time: TimeRange) -> "pl.LazyFrame":
    """The rows whose market time lies in the range."""
    import polars as pl

    if time.is_open:
        return frame
    column = time_column(table.schema.names(), table.name)
    first, after = (pl.lit(edge, dtype=table.schema[column]) for edge in time.edges(column))
    return frame.filter(
        *([pl.col(column) >= first] if time.since else []), *([pl.col(column) < after] if time.until else [])
    )
