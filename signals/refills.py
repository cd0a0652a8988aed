"""Refills: what comes back at a price after takers took most of what was displayed there.

Either the display grows again within `refill_ms` after takers took at least the share `taken_share` of it (seen in
the book), or one taker order executes more than was displayed (hidden, seen on the tape). Of one taker order a
price refills once: what a display shows after a hidden refill is the same liquidity.
"""

import polars as pl

from signals.inputs import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.table import UTC_US, Column, Table

REFILLS = Table(
    name="refills",
    grain="one row per refill of a price by which takers had passed",
    key=("venue", "symbol", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position in the day by event time, from 0"),
        Column("side", pl.Int8(), "+1/-1", "+1 a bid was refilled (passive buying), -1 an ask"),
        Column("price", pl.Float64(), "quote per base", "the price refilled"),
        Column("taken_ts", UTC_US, "UTC", "the last taker order that took from it before"),
        Column("executed_qty", pl.Float64(), "base", "executed at the price since its display last grew"),
        Column("displayed_qty", pl.Float64(), "base", "displayed before that"),
        Column(
            "refilled_qty",
            pl.Float64(),
            "base",
            "how much came back: growth of the display; of a hidden refill, executed beyond the display",
        ),
        Column("refill_ms", pl.Float64(), "ms", "from taken_ts to the growth of the display; null if hidden"),
        Column("is_hidden", pl.Boolean(), "flag", "seen on the tape only: more executed than displayed"),
        Column(
            "is_first_update",
            pl.Boolean(),
            "flag",
            "the first update of the price after taken_ts shows it, as a native iceberg would; false if hidden",
        ),
    ),
)
