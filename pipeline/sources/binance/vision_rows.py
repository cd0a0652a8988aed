"""Lines of Binance's public archive as columns of the tables that a line alone decides: prints, quotes, bars, rates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pipeline.contract_rules import ruled_contract_size
from pipeline.market import Market
from pipeline.sources.binance.vision_layout import Layout
from pipeline.sources.binance.vision_place import INTERVALS_S, Place
from pipeline.sources.reading.csv_frames import Moments
from pipeline.sources.reading.csv_text import Kind, Lines
from pipeline.sources.reading.times import Unit

_MS: Final = 1_000
_SECOND: Final = 1_000_000
_HOUR: Final = 3_600 * _SECOND
TRADE_DELAY_US: Final = 50 * _MS
QUOTE_DELAY_US: Final = 100 * _MS
INDEX_DELAY_US: Final = 500 * _MS
PERIOD_DELAY_US: Final = 60 * _SECOND
"""Statistics of a period appear within the minute after it."""
SETTLED_DELAY_US: Final = 5 * _SECOND
"""Delays after which a reader of the live feeds would have known the record: the archive has no time of receipt."""
_BOTH_CASES: Final = {"true": -1, "True": -1, "false": 1, "False": 1}
"""The buyer was the maker: the taker sold."""


@dataclass(frozen=True, slots=True)
class File:
    """What is known of the file before its rows are read. price_kind: of bars, whose price they are of."""

    market: Market
    layout: Layout
    place: Place
    unit: Unit
    price_kind: str = ""

    @property
    def is_inverse(self) -> bool:
        """COIN-M counts in contracts, and what its columns call quote is the coin."""
        return self.market.venue == "binance-coinm"

    @property
    def contract_size(self) -> float:
        """Quote per contract of COIN-M, 1 elsewhere."""
        return ruled_contract_size(self.market) or 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """What the lines say: rows of `table`, in the moments, with the columns.

    within: the times that must lie in the file's own day; prices, sizes: columns of text on the market's grid;
    copies: numbers that tell records apart which are alike in all else.
    """

    table: str
    moments: Moments
    columns: Mapping[str, pl.Series]
    within: pl.Series
    prices: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    copies: pl.Series | None = None
    foreign: pl.Series | None = field(default=None)
    """Symbols that the lines name, where they do."""


def aggregates(lines: Lines, file: File) -> Rows:
    """Prints of one taker order at one price in one sum."""
    return _prints(lines, file, "agg_trade_id", "quantity", is_aggregate=True)


def single_trades(lines: Lines, file: File) -> Rows:
    return _prints(lines, file, "id", "qty", is_aggregate=False)


def _prints(lines: Lines, file: File, number: str, size: str, *, is_aggregate: bool) -> Rows:
    columns = {
        "trade_id": lines.number(number, "count"),
        "price": lines.number("price", "price"),
        "qty": lines.number(size, "size"),
        "taker_side": lines.choice("is_buyer_maker", _BOTH_CASES),
        "is_off_market": _all(lines, False),
        "is_aggregate": _all(lines, is_aggregate),
    }
    if is_aggregate:
        columns["first_trade_id"] = lines.number("first_trade_id", "count")
        columns["last_trade_id"] = lines.number("last_trade_id", "count")
        lines.refuse(columns["first_trade_id"] > columns["last_trade_id"], "its first trade comes after its last")
    event = lines.time(file.layout.time, file.unit)
    return Rows("trades", Moments(event, "match", TRADE_DELAY_US), columns, event, ("price",), (size,))


def best_quotes(lines: Lines, file: File) -> Rows:
    """event_time is when the message was sent, transaction_time when the book changed."""
    texts = {"bid_px": "best_bid_price", "ask_px": "best_ask_price", "bid_qty": "best_bid_qty"}
    texts["ask_qty"] = "best_ask_qty"
    columns = {
        name: lines.number(text, "price" if name.endswith("px") else "level size") for name, text in texts.items()
    }
    event, publish = lines.time("transaction_time", file.unit), lines.time("event_time", file.unit)
    columns["update_id"] = lines.number("update_id", "count")
    moments = Moments(event, "match", QUOTE_DELAY_US, publish=publish)
    prices, sizes = ("best_bid_price", "best_ask_price"), ("best_bid_qty", "best_ask_qty")
    return Rows("book_ticker", moments, columns, event, prices, sizes)


def bars(lines: Lines, file: File) -> Rows:
    """Bars stamped with their exclusive end; of mark, index and premium only the four prices say anything.

    COIN-M counts `volume` in contracts and hands out the coin's volume as the quote's.
    """
    kind: Kind = "number" if file.price_kind == "premium" else "free price"
    opened, last = lines.time("open_time", file.unit), lines.time("close_time", file.unit)
    width = last - opened + (_MS if file.unit == "ms" else 1)
    columns = {name: lines.number(name, kind) for name in ("open", "high", "low", "close")}
    lowest, highest = (pl.min_horizontal("open", "close"), pl.max_horizontal("open", "close"))
    outside = pl.DataFrame(columns).select((pl.col("low") > lowest) | (pl.col("high") < highest)).to_series()
    lines.refuse(outside, "its open and close do not lie between its low and its high")
    _check_width(lines, width, file.place.interval)
    columns |= {
        "price_kind": _all(lines, file.price_kind),
        "interval_s": width // _SECOND,
        "open_ts": opened.cast(pl.Datetime("us", "UTC")),
    }
    if file.price_kind == "trade":
        columns |= _traded(lines, file)
    moments = Moments(opened + width, "match" if file.price_kind == "trade" else "publish", PERIOD_DELAY_US)
    return Rows("price_bars", moments, columns, opened)


def _check_width(lines: Lines, width: pl.Series, interval: str | None) -> None:
    lines.refuse((width <= 0) | (width % _SECOND != 0), "it does not close a whole number of seconds after it opens")
    seconds = INTERVALS_S[interval] if interval else None
    if seconds:
        lines.refuse(width != seconds * _SECOND, f"it is not a bar of {interval}, as the file's name says")


def _traded(lines: Lines, file: File) -> dict[str, pl.Series]:
    names = ("volume", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume")
    volume, quote, bought, bought_quote = (lines.number(name, "free size") for name in names)
    count = lines.number("count", "count")
    if file.is_inverse:
        size = file.contract_size
        volume, quote, bought, bought_quote = quote, volume * size, bought_quote, bought * size
    return {
        "volume_qty": volume,
        "volume_quote": quote,
        "n_trades": count,
        "taker_buy_qty": bought,
        "taker_buy_quote": bought_quote,
    }


def settled_funding(lines: Lines, file: File) -> Rows:
    """A row per settlement; its time is off the hour by a few milliseconds and kept so, next_ts is the hour."""
    event = lines.time("calc_time", file.unit)
    hour = (event + _HOUR // 2) // _HOUR * _HOUR
    settlement = hour.zip_with((event - hour).abs() < PERIOD_DELAY_US, event)
    columns = {
        "kind": _all(lines, "settled"),
        "rate": lines.number("last_funding_rate"),
        "interval_h": lines.number("funding_interval_hours", "size"),
        "next_ts": settlement.cast(pl.Datetime("us", "UTC")),
    }
    return Rows("funding", Moments(event, "match", SETTLED_DELAY_US), columns, event)


def volatility_index(lines: Lines, file: File) -> Rows:
    """A value a second, in percent per year."""
    event = lines.time("calc_time", file.unit)
    percent = lines.number("index_value", "free price")
    columns = {
        "index_name": lines.words("symbol"),
        "interval_s": _all(lines, 0),
        "close": pl.Series(percent.to_numpy() / 100, nan_to_null=True),  # Polars multiplies by 0.01
    }
    moments = Moments(event, "publish", INDEX_DELAY_US)
    return Rows("vol_index", moments, columns, event, foreign=columns["index_name"])


def _all(lines: Lines, value: str | bool | int) -> pl.Series:
    return pl.repeat(value, len(lines.raw), eager=True)
