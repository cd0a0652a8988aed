"""How the book recovered from a sweep: depth on the side hit, before it and a second after.

Depth is what lies within ten basis points of the mid of its time, so it moves when the mid does; and within the
second others trade too. It says how much stood there again, not who put it there.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND, latest_in_day
from signals.grid import Grid
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.table import UTC_US, Column, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SWEEP_REFILLS = Table(
    name="sweep_refills",
    grain="one row per sweep, stated when its second after is over",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        Column(EVENT_TS.name, UTC_US, "UTC", "the sweep's"),
        Column(KNOWN_TS.name, UTC_US, "UTC", "from when the row may be used: when the book after the sweep is known"),
        Column("seq", pl.Int64(), "count", "as in `sweeps`"),
        Column("side", pl.Int8(), "+1/-1", "+1 the taker bought (asks were hit), -1 sold"),
        Column("depth_consumed_qty", pl.Float64(), "base", "as in `sweeps`"),
        Column(
            "depth_before_qty",
            pl.Float64(),
            "base",
            "of the side hit, within 10 bps of the mid, at the last whole second up to the sweep; null unless OK",
        ),
        Column(
            "depth_after_qty",
            pl.Float64(),
            "base",
            "the same at the first whole second at least `refill_s` after it; null unless OK, or past the day",
        ),
        Column(
            "refilled_share",
            pl.Float64(),
            "share",
            "(after - (before - consumed)) / consumed, not clipped: 1 all came back, < 0 more left; null without these",
        ),
        Column(
            "mid_move_bps",
            pl.Float64(),
            "bps of mid before",
            "from before to after, in the direction of the sweep: > 0 it went on, < 0 it came back",
        ),
    ),
)

DEPTHS = {1: "ask_depth_10bps_qty", -1: "bid_depth_10bps_qty"}
"""Columns of book_state by the side of the taker: who buys hits asks."""

BOOK_COLUMNS = ("bar_end", "known_ts", "state", "bid_px", "ask_px", *DEPTHS.values())


def sweep_refills(
    sweeps: pl.DataFrame, book: pl.DataFrame, grid: Grid, *, refill_us: int, window_us: int, until: int
) -> pl.DataFrame:
    """SWEEP_REFILLS of the sweeps whose second after is over by `until` (microseconds).

    book: BOOK_COLUMNS from `window_us` before the first day on, as far back as sweeps look. The book after is looked
    for in the sweep's day only: the next day is not read.
    """
    ts = sweeps["event_ts"].to_physical().to_numpy()
    before, wanted = ts // SECOND * SECOND, -(-(ts + refill_us) // SECOND) * SECOND
    midnight = ts // DAY * DAY + DAY
    over = np.minimum(wanted, midnight) <= until
    sweeps, ts, before, wanted, midnight = (
        sweeps.filter(pl.Series(over)),
        *(a[over] for a in (ts, before, wanted, midnight)),
    )
    if not ts.size:
        return SWEEP_REFILLS.empty()
    side, consumed = sweeps["side"].cast(pl.Int64).to_numpy(), sweeps["depth_consumed_qty"].to_numpy()
    depth_before, mid_before = _at(book, before, side, grid)
    depth_after, mid_after = _at(book, np.where(wanted <= midnight, wanted, -1), side, grid)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(consumed > 0, (depth_after - (depth_before - consumed)) / consumed, np.nan)
        move = 10_000 * side * (mid_after - mid_before) / mid_before
    values = {
        "depth_before_qty": depth_before,
        "depth_after_qty": depth_after,
        "refilled_share": share,
        "mid_move_bps": move,
    }
    seen = np.minimum(wanted, midnight)
    ends, known = (book[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    latest = np.maximum.reduce(
        [latest_in_day(seen, ends - 1, known, window_us), sweeps["known_ts"].to_physical().to_numpy(), ts + refill_us]
    )
    rows = sweeps.with_columns(
        pl.Series(latest).cast(UTC_US).alias("known_ts"),
        **{name: pl.Series(value).fill_nan(None) for name, value in values.items()},
    )
    return rows.select(SWEEP_REFILLS.schema.names())


def _at(book: pl.DataFrame, ends: Ints, side: Ints, grid: Grid) -> tuple[Floats, Floats]:
    """(depth of the side hit, mid) of the seconds that end then; NaN without a row. A LOCKED book has depth, no mid."""
    book = book.filter(pl.col("state").is_in(("OK", "LOCKED")))
    seconds = book["bar_end"].to_physical().to_numpy()
    if not seconds.size:
        return np.full(ends.size, np.nan), np.full(ends.size, np.nan)
    at = np.minimum(np.searchsorted(seconds, ends), seconds.size - 1)
    is_there = seconds[at] == ends
    depth = np.where(side == 1, *(book[DEPTHS[one]].to_numpy()[at] for one in (1, -1)))
    twice_mid = sum(grid.ticks(book[name].to_numpy()[at]) for name in ("bid_px", "ask_px"))
    has_mid = is_there & (book["state"] == "OK").to_numpy()[at]
    return np.where(is_there, depth, np.nan), np.where(has_mid, twice_mid / 2, np.nan)
