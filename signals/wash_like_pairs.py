"""Wash-like pairs: two taker orders of opposite sides and equal size soon after each other, at an unmoved price.

Makers who are filled on both sides, grid bots and the legs of an arbitrage leave the same: no statement about anybody.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MILLISECOND
from signals.equal_sizes import alike, surprise
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.pair_tape import PairTape
from signals.size_digits import is_round
from signals.table import UTC_US, Column, Table

Ints = NDArray[np.int64]

WASH_LIKE_PAIRS = Table(
    name="wash_like_pairs",
    grain="one row per two taker orders of opposite sides and equal size soon after each other at an unmoved price",
    key=("venue", "symbol", "event_ts", "seq", "first_seq"),
    columns=(
        VENUE,
        SYMBOL,
        Column("event_ts", UTC_US, "UTC", "matching-engine time of the second order"),
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position of the second in the day's `taker_orders`"),
        Column("first_seq", pl.Int64(), "count", "position of the first, of the same day"),
        Column("first_ts", UTC_US, "UTC", "matching-engine time of the first"),
        Column("first_side", pl.Int8(), "+1/-1", "+1 the first bought and the second sold, -1 the other way round"),
        Column("qty", pl.Float64(), "base", "size of the second; the first's is within a lot of it"),
        Column("price", pl.Float64(), "quote per base", "first price of the second"),
        Column("gap_ms", pl.Float64(), "ms", "from the first to the second"),
        Column("n_between", pl.Int64(), "orders", "taker orders between them"),
        Column("n_alike", pl.Int64(), "orders", "of that size within a lot, in the window before the first"),
        Column(
            "surprise",
            pl.Float64(),
            "natural log",
            "-log of the chance that an order up to the second has the first's size, as often as it came before; "
            "null with too few orders before",
        ),
        Column("is_round", pl.Boolean(), "flag", "the size is a multiple of ten lots: many choose it"),
    ),
)


def wash_like_pairs(tape: PairTape, first: Ints, second: Ints, *, begin: int, min_orders: int) -> pl.DataFrame:
    """WASH_LIKE_PAIRS of the pairs (rows of the tape) whose second order came from `begin` on (microseconds)."""
    orders = tape.orders
    inside = orders.ts[second] >= begin
    first, second = first[inside], second[inside]
    if not second.size:
        return WASH_LIKE_PAIRS.empty()
    n_alike, n_before = alike(orders, first, tape.window_us)
    surprises = np.where(n_before >= min_orders, surprise(n_alike, n_before, second - first), np.nan)
    rows = tape.frame[second]
    return rows.select(
        "venue",
        "symbol",
        "event_ts",
        known_ts=pl.Series(tape.known(orders.ts[second] + 1)).cast(UTC_US),
        seq="seq",
        first_seq=tape.frame["seq"][first],
        first_ts=tape.frame["event_ts"][first],
        first_side=tape.frame["side"][first],
        qty="qty",
        price="first_px",
        gap_ms=pl.Series((orders.ts[second] - orders.ts[first]) / MILLISECOND),
        n_between=pl.Series(second - first - 1),
        n_alike=pl.Series(n_alike),
        surprise=pl.Series(surprises).fill_nan(None),
        is_round=pl.Series(is_round(orders.lots[second])),
    )
