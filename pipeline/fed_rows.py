"""The rows of a lake that feed the signals, where several sources tell of the same day."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from pipeline.feeding import Only, only_of
from pipeline.lake import Lake, LiveFile, scan_parts
from pipeline.market import Market
from pipeline.registry import Registered, registered

if TYPE_CHECKING:
    import polars as pl

    from signals.table import Table


def is_fed(only: Only) -> "pl.Expr":
    """True for the rows of a table that are taken."""
    import polars as pl

    wanted = pl.lit(value=False)
    for feed, source in only:
        kind = feed.partition("/")[2]
        wanted |= (pl.col("source") == source) & (pl.col("kind") == kind if kind else pl.lit(value=True))
    return wanted


def fed_parts(lake: Lake, table: "Table", files: Iterable[LiveFile]) -> "pl.LazyFrame":
    """The rows of files of a table that feed the signals, as the close of their day says; all where there is none."""
    import polars as pl

    known = registered(lake)
    scans = []
    for file in files:
        rows = scan_parts(table, [(lake.absolute(table.name, file), file.market)])
        only = _only(lake, known, table.name, file.market, file.day)
        scans.append(rows.filter(is_fed(only)) if only else rows)
    return pl.concat(scans) if scans else table.empty().lazy()


def _only(lake: Lake, known: Iterable[Registered], table: str, market: Market, day: date | None) -> Only:
    if day is None:
        return ()
    files = [file for file in known if file.market == market and day in file.day_feeds]
    found = [(feed, file.source) for file in files for feed in file.day_feeds[day]]
    closed = lake.live("gaps", market, day)
    return only_of(table, found, lake.lineage("gaps", closed[0]).get("sources", {})) if closed else ()
