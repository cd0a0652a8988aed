"""Lakes made of files of Binance's public archive."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import Wanted, make_plan
from pipeline.progress import LineProgress
from pipeline.run import run_plan
from pipeline.sources import SOURCES
from tests.pipeline.lakes import rows
from tests.pipeline.sources.binance.payloads_vision import DAY, USDM, archive_path, write_zip


def add(
    lake: Lake, *files: Path, market: Market = USDM, source: str = "binance-vision", tick: float | None = 0.1
) -> Lake:
    """Register the files and bring the normalised tables up to date, in this process."""
    wanted = Wanted({market: MarketSettings(tick=tick, qty_decimals=None if tick is None else 6, max_quarantine=0.9)})
    ingest(lake, SOURCES[source], files, market, wanted, workers=1)
    report = run_plan(lake, make_plan(lake, wanted, signals=False), workers=1, progress=LineProgress(io.StringIO()))
    assert {outcome.state for outcome in report.outcomes} <= {"ok"}, report.outcomes
    return lake


def made(
    lake: Lake, table: str, market: Market, kind: str, header: str, lines: list[str], **options: str
) -> pl.DataFrame:
    """The table made of one file of the archive."""
    file = write_zip(archive_path(lake.root.parent, market, kind, **options), header, lines)
    add(lake, file, market=market, source="binance-vision-trades" if kind == "trades" else "binance-vision")
    return rows(lake, table, market)


def after(seconds: float, day: datetime = DAY) -> datetime:
    return day + timedelta(seconds=seconds)
