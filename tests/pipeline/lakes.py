"""Lakes built through the public functions, and digests of what is in them."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.ingest import ingest
from pipeline.lake import Lake, scan_parts
from pipeline.market import Market
from pipeline.neighbours import Neighbours
from pipeline.plan import TABLES, Wanted, make_plan
from pipeline.progress import LineProgress
from pipeline.registry import forget
from pipeline.run import RunReport, run_plan
from pipeline.sources import SOURCES
from pipeline.sources.batch import RECORD_TABLES
from signals import SIGNALS

MARKET = Market("binance-usdm", "BTCUSDT")
SPOT = Market("binance-spot", "BTCUSDT")
COINM = Market("binance-coinm", "BTCUSD_PERP")
CHAIN = Market("deribit-options", "BTC")
ALONE = tuple(
    signal for signal in SIGNALS if Neighbours().suffice(signal) and (not signal.kinds or "perp" in signal.kinds)
)
"""The signals of a perpetual without peers."""
RECORDS = tuple(table.name for table in RECORD_TABLES)
DERIVED = ("book_close", "book_checks", "gaps", *(table.name for signal in SIGNALS for table in signal.outputs))
RESULTS = (*RECORDS, *DERIVED)
"""Tables that are functions of the SET of files; manifest, accounts and quarantine name the files."""


def add(lake: Lake, *files: Path, market: Market = MARKET, wanted: Wanted | None = None) -> RunReport:
    """Register the files and bring every table up to date, in this process."""
    ingest(lake, SOURCES["binance-capture"], files, market, wanted or Wanted(), workers=1)
    return refresh(lake, wanted)


def withdraw(lake: Lake, file: Path) -> RunReport:
    forget(lake, str(file))
    return refresh(lake)


def refresh(lake: Lake, wanted: Wanted | None = None) -> RunReport:
    plan = make_plan(lake, wanted or Wanted(), signals=True)
    report = run_plan(lake, plan, workers=1, progress=LineProgress(io.StringIO()))
    failed = [outcome for outcome in report.outcomes if outcome.state != "ok"]
    assert not failed, failed
    return report


def rows(lake: Lake, table: str, market: Market | None = None) -> pl.DataFrame:
    """Every live row of a table (of one market), sorted by its key within each day."""
    files = [(lake.absolute(table, file), file.market) for file in lake.live(table, market)]
    return scan_parts(TABLES[table], files).collect()


def digest(lake: Lake, table: str, market: Market | None = None) -> str:
    """Of all rows and values of a table: equal digests are equal tables."""
    frame = rows(lake, table, market)
    lists = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    flat = frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(",", ignore_nulls=False))
    order = [name for name in ("event_ts", "bar_end", *TABLES[table].key) if name in flat.columns]
    return hashlib.sha256(flat.sort(order).hash_rows(seed=1).to_numpy().tobytes()).hexdigest()


def digests(lake: Lake, tables: Sequence[str] = RESULTS, market: Market | None = None) -> dict[str, str]:
    return {table: digest(lake, table, market) for table in tables}


def state(root: Path) -> dict[str, tuple[int, list[str]]]:
    """Version and live files of every table: what "the lake is unchanged" means."""
    lake = Lake(root)
    return {table: (lake.version(table), [file.path for file in lake.live(table)]) for table in TABLES}
