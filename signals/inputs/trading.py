"""Contracts of what orders did: the book, its best prices, prints, and those of known accounts or forced orders."""

import polars as pl

from signals.inputs.columns import ORIGIN, RECORD
from signals.table import Column, Table

BOOK_UPDATES = Table(
    name="book_updates",
    grain="one row per level of an order-book message; a message without levels is one row with side 0",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("msg_id", pl.Int64(), "count", "counter of messages in the partition; levels of one message share it"),
        Column("update_id", pl.Int64(), "id", "the venue's id of the message's last update; null if it has none"),
        Column("first_update_id", pl.Int64(), "id", "id of the message's first update; null if not stated"),
        Column(
            "prev_update_id",
            pl.Int64(),
            "id",
            "update_id this message continues from; null if not stated; on a snapshot: "
            "equal to update_id if the snapshot is usable at once, null if a later message must bridge it; "
            "0 on a message without update_id: one before it could not be taken",
        ),
        Column("is_snapshot", pl.Boolean(), "flag", "the message replaces the whole book"),
        Column("side", pl.Int8(), "+1/-1/0", "+1 bid, -1 ask, 0 a message that changed no level"),
        Column("price", pl.Float64(), "quote per base", "level; null where side is 0"),
        Column("qty", pl.Float64(), "base", "size now displayed at the level, 0 = level gone; null where side is 0"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        *ORIGIN,
    ),
)

BOOK_TICKER = Table(
    name="book_ticker",
    grain="one row per best bid and ask message",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("update_id", pl.Int64(), "id", "the venue's book update id; null if it has none"),
        Column("bid_px", pl.Float64(), "quote per base", "best bid"),
        Column("bid_qty", pl.Float64(), "base", "size at the best bid"),
        Column("ask_px", pl.Float64(), "quote per base", "best ask"),
        Column("ask_qty", pl.Float64(), "base", "size at the best ask"),
        *ORIGIN,
    ),
)

TRADES = Table(
    name="trades",
    grain="one row per print",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("trade_id", pl.String(), "id", "the venue's id of the print"),
        Column("price", pl.Float64(), "quote per base", "price of the print"),
        Column("qty", pl.Float64(), "base", "size of the print"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        Column("taker_side", pl.Int8(), "+1/-1/0", "+1 the taker bought, -1 the taker sold, 0 unknown"),
        Column("taker_order_id", pl.Int64(), "id", "the taker's order; null where the venue does not publish it"),
        Column("maker_order_id", pl.Int64(), "id", "the maker's order; null where the venue does not publish it"),
        Column(
            "is_off_market",
            pl.Boolean(),
            "flag",
            "not a match on the public book (insurance fund, ADL, block): kept here, out of every tape statistic",
        ),
        Column("print_type", pl.String(), "text", "the venue's own label of the print; null if it has none"),
        Column(
            "is_aggregate",
            pl.Boolean(),
            "flag",
            "the row sums up the fills of one taker order at one price; null if not stated",
        ),
        Column("first_trade_id", pl.Int64(), "id", "first print that an aggregate sums up; null on a single print"),
        Column("last_trade_id", pl.Int64(), "id", "last print that an aggregate sums up; null on a single print"),
        Column("is_rpi", pl.Boolean(), "flag", "against a retail price improvement order; null if not stated"),
        Column("is_block", pl.Boolean(), "flag", "negotiated off the book; null if not stated"),
        Column("taker_address", pl.String(), "text", "the taker's account; null where the venue does not publish it"),
        Column("maker_address", pl.String(), "text", "the maker's account; null where the venue does not publish it"),
        *ORIGIN,
    ),
)

FILLS = Table(
    name="fills",
    grain="one row per account and print, on venues that publish accounts",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("trade_id", pl.String(), "id", "the print, as in trades"),
        Column("address", pl.String(), "text", "the account"),
        Column("side", pl.Int8(), "+1/-1", "+1 the account bought"),
        Column("is_taker", pl.Boolean(), "flag", "the account's order crossed the spread"),
        Column("price", pl.Float64(), "quote per base", "price of the print"),
        Column("qty", pl.Float64(), "base", "size of the print"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        Column("start_position", pl.Float64(), "base", "the account's position before the print, short < 0"),
        Column("direction", pl.String(), "text", "the venue's own words, as Open Long"),
        Column("closed_pnl", pl.Float64(), "quote", "profit that the print realised"),
        Column("fee", pl.Float64(), "fee_token", "paid by the account, a rebate < 0"),
        Column("fee_token", pl.String(), "text", "currency of the fee"),
        Column("order_id", pl.Int64(), "id", "the account's order"),
        Column("client_order_id", pl.String(), "id", "as the account named it; null if it did not"),
        Column("twap_id", pl.Int64(), "id", "the TWAP order it is part of; null if of none"),
        Column("builder_fee", pl.Float64(), "fee_token", "paid to the front end, part of the fee; null if none"),
        Column("block_number", pl.Int64(), "count", "block in which it stands; null if not stated"),
        Column("tx_hash", pl.String(), "hex", "transaction; null if it is none's"),
        *ORIGIN,
    ),
)

LIQUIDATIONS = Table(
    name="liquidations",
    grain="one row per forced order or fill stated",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("order_side", pl.Int8(), "+1/-1", "forced order: +1 bought, so a short was liquidated; -1 a long"),
        Column("price", pl.Float64(), "quote per base", "of what price_kind says"),
        Column("price_kind", pl.String(), "text", "fill, average, order or bankruptcy"),
        Column("qty", pl.Float64(), "base", "size of the forced order or fill"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        Column("method", pl.String(), "text", "market, backstop; null if not stated"),
        Column("liquidated_address", pl.String(), "text", "the account; null where the venue does not publish it"),
        Column("trade_id", pl.String(), "id", "the print it made; null if not stated"),
        Column("is_sampled", pl.Boolean(), "flag", "the feed leaves some out, so that sums are too low"),
        *ORIGIN,
    ),
)
