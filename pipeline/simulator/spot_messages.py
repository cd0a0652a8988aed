"""Binance spot messages, field by field as the venue sends them; the same functions as `messages` has for USD-M.

Depth has only the time it was sent, best quotes and the REST snapshot have none; prices and sizes carry eight
decimals. Trades name the orders of buyer and seller, as the venue did until 2023.
"""

from pipeline.simulator.instrument import Instrument
from pipeline.simulator.messages import Levels, Message, Quote
from pipeline.simulator.orders import BUY, SELL, Fill

DEPTH_STREAM = "depth@100ms"


def trade(instrument: Instrument, fill: Fill) -> Message:
    """One fill. `m` is true if the buyer was the maker: the taker sold."""
    buyer, seller = fill.taker_order, fill.maker_order
    if fill.taker_side != BUY:
        buyer, seller = seller, buyer
    return {
        "e": "trade",
        "E": fill.time // 1000,
        "s": instrument.symbol,
        "t": fill.trade_id,
        "p": _eight(instrument.price_text(fill.price)),
        "q": _eight(instrument.qty_text(fill.size)),
        "b": buyer,
        "a": seller,
        "T": fill.time // 1000,
        "m": fill.taker_side == SELL,
        "M": True,
    }


def book_ticker(instrument: Instrument, quote: Quote, *, time: int, update_id: int) -> Message:
    """The best quote after update `update_id`; the venue does not say when."""
    del time
    return {
        "u": update_id,
        "s": instrument.symbol,
        "b": _eight(instrument.price_text(quote.bid)),
        "B": _eight(instrument.qty_text(quote.bid_size)),
        "a": _eight(instrument.price_text(quote.ask)),
        "A": _eight(instrument.qty_text(quote.ask_size)),
    }


def depth_update(
    instrument: Instrument, bids: Levels, asks: Levels, *, sent: int, time: int, first: int, last: int
) -> Message:
    """Levels that changed in updates `first` to `last`, with what stands there now; 0 deletes."""
    del time
    return {
        "e": "depthUpdate",
        "E": sent // 1000,
        "s": instrument.symbol,
        "U": first,
        "u": last,
        "b": _texts(instrument, bids),
        "a": _texts(instrument, asks),
    }


def depth_snapshot(instrument: Instrument, bids: Levels, asks: Levels, *, time: int, update_id: int) -> Message:
    """The book after update `update_id`, best levels first, as a REST reply shows it."""
    del time
    return {"lastUpdateId": update_id, "bids": _texts(instrument, bids), "asks": _texts(instrument, asks)}


def _texts(instrument: Instrument, levels: Levels) -> list[list[str]]:
    return [[_eight(instrument.price_text(price)), _eight(instrument.qty_text(size))] for price, size in levels]


def _eight(text: str) -> str:
    """The number with eight decimals."""
    return text + "0" * (8 - len(text.partition(".")[2]))
