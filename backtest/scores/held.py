"""Held: what market makers truly hold at the end of each minute, and what an oracle could know of it."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def held_by_minute(inventories: pl.DataFrame) -> pl.DataFrame:
    """(bar_end, held_qty): net_qty of all market makers together in the last second before each minute's end.

    inventories: rows of the truth, event_ts, owner, net_qty, of market makers only. Passive orders of others take
    part in what takers trade, so this is not minus the takers' flow.
    """
    seconds = inventories.group_by("event_ts").agg(held_qty=pl.col("net_qty").sum()).sort("event_ts")
    return (
        seconds.group_by_dynamic("event_ts", every="1m", label="right", closed="left")
        .agg(pl.col("held_qty").last())
        .rename({"event_ts": "bar_end"})
    )


def half_life_oracle(flow: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """(bar_end, held_qty) from the public flow and the true half-life: the ceiling of a leak that is chosen well.

    flow: rows of maker_flow of one half-life, bar_end and maker_net_qty (null: unknown, taken as 0); owners: of the
    truth. The half-life is the median of the market makers'.
    """
    half_life = _half_lives(owners).values()
    if not half_life or flow.is_empty():
        return _series(flow["bar_end"][:0], np.empty(0))
    minutes = flow.sort("bar_end").upsample("bar_end", every="1m").select("bar_end", "maker_net_qty")
    received = minutes["maker_net_qty"].fill_null(0).to_numpy()
    return _series(minutes["bar_end"], _leaked(received, float(np.median(list(half_life)))))


def fills_oracle(fills: pl.DataFrame, owners: pl.DataFrame, minutes: pl.Series) -> pl.DataFrame:
    """(bar_end, held_qty) from what each market maker was filled as a maker, faded by its own half-life.

    It knows who they are and what they got, not how they hedge: the ceiling of knowing the parties. fills, owners: of
    the truth, of the market graded; minutes: bar_end of each minute in order, without a break.
    """
    total = np.zeros(len(minutes))
    half_lives = _half_lives(owners)
    got = (
        fills.filter(pl.col("maker").is_in(list(half_lives)))
        .with_columns(bar_end=pl.col("event_ts").dt.truncate("1m").dt.offset_by("1m"))
        .group_by("maker", "bar_end")
        .agg(received=(pl.col("qty") * -pl.col("taker_side")).sum())
    )
    for (maker,), rows in got.sort("maker", "bar_end").group_by("maker", maintain_order=True):
        received = pl.DataFrame({"bar_end": minutes}).join(rows, on="bar_end", how="left", maintain_order="left")
        total += _leaked(received["received"].fill_null(0).to_numpy(), half_lives[int(str(maker))])
    return _series(minutes, total)


def _half_lives(owners: pl.DataFrame) -> Mapping[int, float]:
    makers = owners.filter(pl.col("kind") == "market_maker", pl.col("half_life_min") > 0)
    return dict(zip(makers["owner"], makers["half_life_min"], strict=True))


def _leaked(received: Floats, half_life_min: float) -> Floats:
    """What is left at the end of each minute; what came in a minute came in its middle."""
    from signals.kernels.quote_skew import leaks  # numba is imported only to compute

    return leaks(received * 2 ** (-0.5 / half_life_min), np.array([2 ** (-1 / half_life_min)]))[0]


def _series(ends: pl.Series, held: Floats) -> pl.DataFrame:
    return pl.DataFrame({"bar_end": ends, "held_qty": pl.Series(held, dtype=pl.Float64)})
