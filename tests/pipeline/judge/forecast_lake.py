"""A lake of made-up minutes, written through the lake's own writer."""

from pathlib import Path

import polars as pl

from pipeline.fingerprint import fingerprint
from pipeline.lake import Lake
from pipeline.parts import write_part
from pipeline.plan import TABLES
from tests.backtest.forecast.minutes import market
from tests.pipeline.lakes import MARKET


def forecast_lake(root: Path, *, minutes: int, pull: float, seed: int) -> Lake:
    """See tests.backtest.forecast.minutes.market; the tables a reader asks for beside them are there, without rows."""
    lake = Lake(root)
    observations, book = market(minutes, pull=pull, seed=seed)
    frames = {"observations": observations, "book_state": book}
    parts = []
    for name, frame in frames.items():
        days = frame.with_columns(day=pl.col("bar_end").dt.offset_by("-1us").dt.date()).partition_by(
            "day", as_dict=True
        )
        for (day,), rows in sorted(days.items()):
            mark = fingerprint(table=name, day=str(day), seed=seed, minutes=minutes, pull=pull)
            parts.append(write_part(root, TABLES[name], MARKET, day, mark, {}, rows.drop("day")))
    for name in ("manifest", "instruments"):
        parts.append(write_part(root, TABLES[name], MARKET, None, fingerprint(table=name), {}, TABLES[name].empty()))
    lake.commit(TABLES, parts, [])
    return lake
