"""Taker orders: prints of one taker merged, with what the book displayed where they hit.

Prints are of one order if they have the same event time and the same order id, or, where the venue gives no
ids, the same event time and side and prices that never come back. Two takers in one millisecond merge: an upper
bound on size, a lower one on count.
"""

import polars as pl

from signals.inputs import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.table import Column, Table

TAKER_ORDERS = Table(
    name="taker_orders",
    grain="one row per merged taker order",
    key=("venue", "symbol", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position in the day by event time, from 0"),
        Column("side", pl.Int8(), "+1/-1", "+1 the taker bought, -1 sold; prints of unknown side are in no order"),
        Column("taker_order_id", pl.Int64(), "id", "the taker's order; null where the venue does not publish it"),
        Column("n_prints", pl.Int64(), "prints", "prints merged"),
        Column("levels", pl.Int64(), "levels", "distinct prices"),
        Column("qty", pl.Float64(), "base", "size executed"),
        Column("quote", pl.Float64(), "quote", "notional executed"),
        Column("first_px", pl.Float64(), "quote per base", "price of the first print"),
        Column("last_px", pl.Float64(), "quote per base", "price of the last print: the furthest from the first"),
        Column("span_bps", pl.Float64(), "bps of first_px", "distance from first to last price, 0 or more"),
        Column(
            "displayed_qty",
            pl.Float64(),
            "base",
            "displayed at the prices hit just before, less what was executed there since; null without a usable book",
        ),
        Column("consumed_qty", pl.Float64(), "base", "of it, executed: at each price the lesser of the two, summed"),
        Column("hidden_qty", pl.Float64(), "base", "executed beyond what was displayed: hidden liquidity, at least"),
    ),
)
