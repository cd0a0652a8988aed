"""The truth about a simulated market: what no public feed shows, as tables.

They are written beside the public captures, read by the scorecard only, and never by a signal. Quantities are base
units and prices quote per base, as everywhere; `owner` is an account, `order_id` an order of one market.
"""

import polars as pl

from signals.table import UTC_US, Column, Table

_VENUE = Column("venue", pl.String(), "text", "venue and product, as binance-usdm")
_SYMBOL = Column("symbol", pl.String(), "text", "the venue's own symbol")
_TS = Column("event_ts", UTC_US, "UTC", "when it happened at the venue")
_START = Column("start_ts", UTC_US, "UTC", "when it began")
_END = Column("end_ts", UTC_US, "UTC", "when it was over; the end of the simulation if it was not")
_OWNER = Column("owner", pl.Int64(), "id", "account")
_SIDE = Column("side", pl.Int8(), "+1/-1", "+1 buys or bids, -1 sells or asks")
_MARKET = (_VENUE, _SYMBOL)

OWNERS = Table(
    name="owners",
    grain="one row per account",
    key=("owner",),
    columns=(
        _OWNER,
        Column("kind", pl.String(), "text", "market_maker, passive, noise_taker, investor, iceberg, informed, ..."),
        Column("family", pl.String(), "text", "of market makers: fast or slow; else empty"),
        Column("hedge", pl.String(), "text", "of market makers: off_venue, spot or taker; else empty"),
        Column("half_life_min", pl.Float64(), "minutes", "of market makers: in which half is hedged; else null"),
        Column(
            "home", pl.String(), "text", "of market makers: the market they quote, as binance-usdm/BTCUSDT; else empty"
        ),
    ),
    partition=(),
)

FILLS = Table(
    name="fills",
    grain="one row per print, with both parties",
    key=("venue", "symbol", "trade_id"),
    columns=(
        *_MARKET,
        Column("trade_id", pl.Int64(), "id", "the id on the tape"),
        _TS,
        Column("price", pl.Float64(), "quote per base", "price of the print"),
        Column("qty", pl.Float64(), "base", "size of the print"),
        Column("taker_side", pl.Int8(), "+1/-1", "+1 the taker bought"),
        Column("taker", pl.Int64(), "id", "account of the taker"),
        Column("taker_order_id", pl.Int64(), "id", "its order"),
        Column("maker", pl.Int64(), "id", "account of the maker"),
        Column("maker_order_id", pl.Int64(), "id", "its order"),
    ),
    partition=(),
)

TAKER_ORDERS = Table(
    name="taker_orders",
    grain="one row per order that took something",
    key=("venue", "symbol", "order_id"),
    columns=(
        *_MARKET,
        Column("order_id", pl.Int64(), "id", "as taker_order_id of fills"),
        _TS,
        _OWNER,
        Column("intent", pl.String(), "text", "kind of the owner, or liquidation, hedge, basis"),
        _SIDE,
        Column("levels", pl.Int64(), "levels", "distinct prices it traded at"),
        Column("qty", pl.Float64(), "base", "executed"),
        Column("first_px", pl.Float64(), "quote per base", "its first price"),
        Column("last_px", pl.Float64(), "quote per base", "its last price"),
    ),
    partition=(),
)

INVENTORIES = Table(
    name="inventories",
    grain="one row per second and market maker",
    key=("event_ts", "owner"),
    columns=(
        _TS,
        _OWNER,
        Column("perp_qty", pl.Float64(), "base", "position on the perpetual, > 0 long; as are the next four"),
        Column("spot_qty", pl.Float64(), "base", "bought minus sold on the spot market"),
        Column("perp2_qty", pl.Float64(), "base", "position on the second perpetual"),
        Column("off_venue_qty", pl.Float64(), "base", "hedged where nobody looks"),
        Column("net_qty", pl.Float64(), "base", "sum of the four: the inventory that makes it skew its quotes"),
    ),
    partition=(),
)

ICEBERGS = Table(
    name="icebergs",
    grain="one row per iceberg order",
    key=("venue", "symbol", "chain"),
    columns=(
        *_MARKET,
        Column("chain", pl.Int64(), "id", "number of the iceberg in its market"),
        _OWNER,
        Column("kind", pl.String(), "text", "native (the venue shows the next peak) or synthetic (a program does)"),
        _SIDE,
        Column("price", pl.Float64(), "quote per base", "its price"),
        Column("peak_qty", pl.Float64(), "base", "mean of what it shows at a time"),
        Column("total_qty", pl.Float64(), "base", "what it set out to trade"),
        _START,
        _END,
        Column("executed_qty", pl.Float64(), "base", "what it traded"),
        Column("n_refills", pl.Int64(), "refills", "how often it showed a new peak after one was taken"),
        Column("ended_by", pl.String(), "text", "filled, cancelled or end (of the simulation)"),
    ),
    partition=(),
)

ICEBERG_REFILLS = Table(
    name="iceberg_refills",
    grain="one row per new peak of an iceberg",
    key=("venue", "symbol", "chain", "n"),
    columns=(
        *_MARKET,
        Column("chain", pl.Int64(), "id", "as in icebergs"),
        Column("n", pl.Int64(), "count", "which refill, from 1"),
        _TS,
        Column("taken_ts", UTC_US, "UTC", "when takers had taken the peak before"),
        _SIDE,
        Column("price", pl.Float64(), "quote per base", "where"),
        Column("qty", pl.Float64(), "base", "the new peak"),
        Column("executed_qty", pl.Float64(), "base", "of the whole iceberg, executed before it"),
    ),
    partition=(),
)

METAORDERS = Table(
    name="metaorders",
    grain="one row per large order worked in pieces",
    key=("venue", "symbol", "metaorder"),
    columns=(
        *_MARKET,
        Column("metaorder", pl.Int64(), "id", "number in its market"),
        _OWNER,
        _SIDE,
        _START,
        _END,
        Column("qty", pl.Float64(), "base", "executed as taker in all its pieces"),
        Column("n_pieces", pl.Int64(), "orders", "pieces sent"),
    ),
    partition=(),
)

PULLS = Table(
    name="pulls",
    grain="one row per withdrawal of a market maker's quotes from one side",
    key=("venue", "symbol", "event_ts", "owner", "side"),
    columns=(
        *_MARKET,
        _TS,
        _OWNER,
        _SIDE,
        Column("qty", pl.Float64(), "base", "withdrawn"),
        Column("reason", pl.String(), "text", "sweep, volatility or stress"),
    ),
    partition=(),
)

LABELS = Table(
    name="labels",
    grain="one row per other event with a known author",
    key=("venue", "symbol", "event_ts", "owner", "order_id"),
    columns=(
        *_MARKET,
        _TS,
        _OWNER,
        Column("order_id", pl.Int64(), "id", "the order concerned"),
        Column(
            "kind",
            pl.String(),
            "text",
            "layer (placed to be withdrawn), wash_like (its own opposite follows), liquidation, or a stress",
        ),
        _SIDE,
        Column("qty", pl.Float64(), "base", "its size"),
    ),
    partition=(),
)

POSITIONS = Table(
    name="positions",
    grain="one row per minute and group of accounts that carries positions over markets",
    key=("event_ts", "kind"),
    columns=(
        _TS,
        Column("kind", pl.String(), "text", "basis_trader, leveraged"),
        Column("perp_qty", pl.Float64(), "base", "their position on the perpetual, > 0 long"),
        Column("spot_qty", pl.Float64(), "base", "bought minus sold on the spot market"),
    ),
    partition=(),
)

VALUES = Table(
    name="values",
    grain="one row per second",
    key=("event_ts",),
    columns=(
        _TS,
        Column(
            "value", pl.Float64(), "quote per base", "what the asset is worth, news included that is not public yet"
        ),
        Column("public", pl.Float64(), "quote per base", "what makers take it to be worth"),
        Column("vol_bps", pl.Float64(), "bps per root second", "volatility of the value now"),
    ),
    partition=(),
)

TRUTH = {
    table.name: table
    for table in (
        OWNERS,
        FILLS,
        TAKER_ORDERS,
        INVENTORIES,
        ICEBERGS,
        ICEBERG_REFILLS,
        METAORDERS,
        PULLS,
        LABELS,
        POSITIONS,
        VALUES,
    )
}
