"""Maker inventory: a leaky proxy of what market makers hold, every minute, and how unusual that is.

Market makers are taken to hold the share `maker_share` of what makers receive, and to pass half of it on every
half-life. Neither is seen, so the grid of half-lives is stated side by side; scores do not turn on the share. The
naive baseline beside it passes nothing on, and has almost no relation to what is held. Inventories are persistent:
|z| > 2 is several times more common than among independent values, and `q_level` says how common it is here.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.inventory_scores import SCORES, Windows, scores, share_before
from signals.maker_flow import HALF_LIFE_MIN, MAKER_FLOW, half_lives
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MAKER_INVENTORY = Table(
    name="maker_inventory",
    grain="one row per minute and half-life",
    key=("venue", "symbol", "bar_end", "half_life_min"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        HALF_LIFE_MIN,
        KNOWN_TS,
        Column(
            "inventory_qty",
            pl.Float64(),
            "base",
            "held by market makers, > 0 long; null in gaps, over which it leaks, and for five half-lives at first",
        ),
        Column(
            "unleaked_qty", pl.Float64(), "base", "naive baseline: minus maker_share times CVD since 00:00 UTC or a gap"
        ),
        *SCORES,
        Column(
            "coverage",
            pl.Float64(),
            "0 to 1",
            "share of the 6 h before outside gaps of the tape; below 0.8 no score is stated",
        ),
        Column(
            "confidence",
            pl.Float64(),
            "0 to 1",
            "share of the leak's weight 2^(-age / half-life) in minutes whose flow is known",
        ),
    ),
)

MEMORY_HALF_LIVES = 32
"""How far back an inventory is summed up. Of what is older, a share of 2^-32 would be left: less than a lot."""

_READ = ("venue", "symbol", "bar_end", "half_life_min", "known_ts", "decayed_qty", "coverage")


def maker_inventory(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    maker_share: float,
    half_life_min: Sequence[int],
    burn_in_half_lives: int,
    window_min: int,
    change_window_min: int,
    rank_window_min: int,
    min_history_min: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """MAKER_INVENTORY for every row of maker_flow in the span with one of the half-lives.

    Each day is made from the history declared for it, whatever else there is. A row is known when all of that is,
    and after the rows of its day before it. Raises ValueError if maker_flow was made without one of the half-lives.
    """
    del chunk_rows  # a row a minute: small
    windows = Windows(window_min, change_window_min, rank_window_min, min_history_min)
    if not 0 <= burn_in_half_lives <= MEMORY_HALF_LIVES:
        raise ValueError(f"expected burn_in_half_lives from 0 to {MEMORY_HALF_LIVES}, got {burn_in_half_lives}")
    wanted = half_lives(half_life_min)
    flow = whole(inputs, MAKER_FLOW, columns=_READ)
    taken = whole(inputs, TAKER_FLOW, columns=("bar_end", "known_ts", "cvd_qty"))
    _check_half_lives(flow, wanted)
    reach = _reach_min(windows, max(wanted)) * MINUTE
    parts = [MAKER_INVENTORY.empty().select(_MADE)]
    start, end = microseconds(span.start), microseconds(span.until)
    for day in range(start // DAY * DAY, end, DAY):
        until = min(day + DAY, end)
        history = flow.filter(pl.col("bar_end").to_physical().is_between(day - reach, until, closed="right"))
        for half_life in wanted:
            rows = history.filter(pl.col("half_life_min") == half_life)
            parts.append(_of_day(rows, day, half_life, burn_in_half_lives, windows, min_coverage))
    rows = pl.concat(parts).filter(pl.col("bar_end") > span.start).sort("bar_end", "half_life_min")
    return {MAKER_INVENTORY.name: MAKER_INVENTORY.check(_rows(rows, flow, taken, reach, maker_share))}


def _check_half_lives(flow: pl.DataFrame, wanted: Sequence[int]) -> None:
    first = flow.filter(pl.col("bar_end") == pl.col("bar_end").min())["half_life_min"].to_list()
    missing = sorted({*wanted} - {*first})
    if missing and len(first) < flow.height:  # of the last minute, not all rows may be known yet
        raise ValueError(
            f"expected maker_flow with half_life_min {sorted(wanted)}, got {first}: set it for maker_flow and "
            f"maker_inventory alike"
        )


_STAMPS = pl.Schema({"bar_end": pl.Int64, "known_ts": pl.Int64})
_MADE = (
    "venue",
    "symbol",
    "bar_end",
    "half_life_min",
    "inventory_qty",
    "z_level",
    "z_change",
    "q_level",
    "coverage",
    "confidence",
)


def _of_day(
    flow: pl.DataFrame, day: int, half_life: int, burn_in: int, windows: Windows, min_coverage: float
) -> pl.DataFrame:
    """What makers hold, with its scores, in the minutes of a day; `flow` is MAKER_FLOW of one half-life up to it."""
    from signals.kernels.maker_inventory import leak  # numba is imported only to compute

    ends = flow["bar_end"].to_physical().to_numpy()
    if not ends.size or ends[-1] <= day:
        return MAKER_INVENTORY.empty().select(_MADE)
    origin = int(ends[0] - 1) // DAY * DAY
    place, size, begin = (ends - origin) // MINUTE - 1, int(ends[-1] - origin) // MINUTE, (day - origin) // MINUTE
    received, covered = np.full(size, np.nan), np.zeros(size)
    received[place] = flow["decayed_qty"].to_numpy()
    covered[place] = flow["coverage"].to_numpy()
    is_known = ~np.isnan(received)
    age = np.arange(size) + 1 - place[0]

    held, confidence = leak(
        np.where(is_known, received, 0.0),
        np.where(is_known, covered, 0.0),
        2.0 ** (-1 / half_life),
        MEMORY_HALF_LIVES * half_life,
        DAY // MINUTE,
    )
    held = np.where(is_known & (age >= burn_in * half_life), held, np.nan)
    coverage = share_before(covered, windows.level)
    found = scores(held, coverage, origin // MINUTE, begin, windows, min_coverage)
    is_old = age[begin:] >= windows.min_history
    columns = {
        "inventory_qty": held[begin:],
        "z_level": np.where(is_old, found.z_level, np.nan),
        "z_change": np.where(is_old, found.z_change, np.nan),
        "q_level": np.where(is_old, found.q_level, np.nan),
        "coverage": coverage[begin:],
        "confidence": confidence[begin:],
    }
    today = place >= begin
    return flow.filter(pl.Series(today)).select(
        *_MADE[:4],
        **{name: pl.Series(values[place[today] - begin]).fill_nan(None) for name, values in columns.items()},
    )


def _rows(made: pl.DataFrame, flow: pl.DataFrame, taken: pl.DataFrame, reach: int, share: float) -> pl.DataFrame:
    """Rows of MAKER_INVENTORY: the market makers' share, the naive baseline beside it, and when it is known."""
    ends = made["bar_end"].to_physical().to_numpy()
    known = [
        latest_in_day(ends, stamps["bar_end"].to_numpy() - 1, stamps["known_ts"].to_numpy(), back)
        for stamps, back in ((flow.cast(_STAMPS), reach), (taken.cast(_STAMPS), 0))
    ]
    naive = taken.select("bar_end", unleaked_qty=0 - share * pl.col("cvd_qty"))
    return (
        made.with_columns(pl.col("inventory_qty") * share, known_ts=pl.Series(np.maximum(*known)).cast(UTC_US))
        .join(naive, on="bar_end", how="left", maintain_order="left")
        .select(MAKER_INVENTORY.schema.names())
    )


def _reach_min(windows: Windows, longest_half_life: int) -> int:
    """Minutes before a day that enter it."""
    return windows.days * (DAY // MINUTE) + MEMORY_HALF_LIVES * longest_half_life


def _history(params: Params) -> timedelta:
    windows = Windows(*(params[f"{name}_min"] for name in ("window", "change_window", "rank_window", "min_history")))
    return timedelta(minutes=_reach_min(windows, max(half_lives(params["half_life_min"]))))


_DEMO = {
    "half_life_min": [1, 2, 5],
    "burn_in_half_lives": 1,
    "window_min": 3,
    "change_window_min": 3,
    "rank_window_min": 10,
    "min_history_min": 2,
}
"""For twenty minutes."""

_SAMPLE = _DEMO | {"window_min": 2, "change_window_min": 2}
"""For six."""

MAKER_INVENTORY_SIGNAL = Signal(
    name="maker_inventory",
    version=1,
    meaning="leaky proxy of what market makers hold, every minute, by half-life, and how unusual it is",
    inputs=(Input(MAKER_FLOW, history=_history), Input(TAKER_FLOW)),
    outputs=(MAKER_INVENTORY,),
    compute=maker_inventory,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "maker_share": 0.6,
        "half_life_min": [2, 10, 30, 120, 360],
        "burn_in_half_lives": 5,
        "window_min": 360,
        "change_window_min": 10_080,
        "rank_window_min": 43_200,
        "min_history_min": 14_400,
        "min_coverage": 0.8,
    },
    presets={"sample": _SAMPLE, "demo": _DEMO},
)
