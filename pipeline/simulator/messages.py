"""Binance USD-M messages, field by field as the venue sends them; times come in microseconds and leave in ms."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pipeline.simulator.instrument import Instrument
from pipeline.simulator.orders import SELL, Fill

Message = dict[str, Any]
Levels = Iterable[tuple[int, int]]
"""(price, size) pairs."""


DEPTH_STREAM = "depth@0ms"


class Quote(NamedTuple):
    """The best bid and ask, in ticks, and what stands there, in lots."""

    bid: int
    bid_size: int
    ask: int
    ask_size: int


def trade(instrument: Instrument, fill: Fill) -> Message:
    """One fill. `m` is true if the buyer was the maker: the taker sold."""
    ms = fill.time // 1000
    return {
        "e": "trade",
        "E": ms,
        "T": ms,
        "s": instrument.symbol,
        "t": fill.trade_id,
        "p": instrument.price_text(fill.price),
        "q": instrument.qty_text(fill.size),
        "X": "MARKET",
        "m": fill.taker_side == SELL,
    }


def book_ticker(instrument: Instrument, quote: Quote, *, time: int, update_id: int) -> Message:
    """The best quote after update `update_id`."""
    return {
        "e": "bookTicker",
        "u": update_id,
        "s": instrument.symbol,
        "b": instrument.price_text(quote.bid),
        "B": instrument.qty_text(quote.bid_size),
        "a": instrument.price_text(quote.ask),
        "A": instrument.qty_text(quote.ask_size),
        "T": time // 1000,
        "E": time // 1000,
    }


def depth_update(
    instrument: Instrument, bids: Levels, asks: Levels, *, sent: int, time: int, first: int, last: int
) -> Message:
    """Levels that changed in updates `first` to `last`, with what stands there now; 0 deletes. `time` is the last's."""
    return {
        "e": "depthUpdate",
        "E": sent // 1000,
        "T": time // 1000,
        "s": instrument.symbol,
        "U": first,
        "u": last,
        "pu": first - 1,
        "b": _texts(instrument, bids),
        "a": _texts(instrument, asks),
    }


def depth_snapshot(instrument: Instrument, bids: Levels, asks: Levels, *, time: int, update_id: int) -> Message:
    """The book after update `update_id`, best levels first, as a REST reply shows it."""
    return {
        "lastUpdateId": update_id,
        "E": time // 1000,
        "T": time // 1000,
        "bids": _texts(instrument, bids),
        "asks": _texts(instrument, asks),
    }


def mark_price(instrument: Instrument, *, time: int, mark: int, index: int, rate: int, settlement: int) -> Message:
    """Mark and index (1e-8 dollars) and the predicted rate (1e-8 per 8 h) of the settlement at `settlement` (us)."""
    return {
        "e": "markPriceUpdate",
        "E": time // 1000,
        "s": instrument.symbol,
        "p": _e8_text(mark),
        "P": _e8_text(index),
        "i": _e8_text(index),
        "r": _e8_text(rate),
        "T": settlement // 1000,
    }


def _texts(instrument: Instrument, levels: Levels) -> list[list[str]]:
    return [[instrument.price_text(price), instrument.qty_text(size)] for price, size in levels]


def _e8_text(value: int) -> str:
    """A number in units of 1e-8, printed with all eight decimals."""
    whole, rest = divmod(abs(value), 100_000_000)
    return f"{'-' if value < 0 else ''}{whole}.{rest:08d}"
