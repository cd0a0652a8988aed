"""Kraken Futures' messages (docs.kraken.com, futures websocket v1): a feed's name, a product, one level a message.

`seq` of a product's book counts by one; its trades have a count of their own. `side` of a
trade is the taker's. Sizes are contracts of 1 USD on inverse markets (PI_, FI_), base
units on linear ones (PF_, FF_). `relative_funding_rate` is a fraction per hour of the
position; `funding_rate` is an amount of money and is not taken.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Dialect,
    Origin,
    Part,
    Record,
    book,
    decimal_or_none,
    levels,
    milliseconds,
    named,
    quote,
    rows_of,
    side,
    state,
    trade,
    whole,
)

_VENUE: Final = "kraken-futures"
_OFF_BOOK: Final = frozenset({"assignment", "termination"})


def _parts(_origin: Origin, message: Any) -> Iterable[Part]:
    if not isinstance(message, dict) or "event" in message or "product_id" not in message:
        return ()
    return _said(message)


def _said(message: dict[str, Any]) -> Iterator[Part]:
    feed, market = message.get("feed"), Market(_VENUE, named(message["product_id"], "product_id"))
    if feed == "book":
        yield Part(market, "book_updates", partial(_level, message))
    elif feed == "book_snapshot":
        yield Part(market, "book_updates", partial(_snapshot, message))
    elif feed == "trade":
        yield Part(market, "trades", partial(_trade, message))
    elif feed == "trade_snapshot":  # newest first
        for row in reversed(rows_of(message["trades"], "trades")):
            yield Part(market, "trades", partial(_trade, row))
    elif feed == "ticker":
        yield Part(market, "derivative_ticker", partial(_ticker, message))


def _snapshot(message: dict[str, Any]) -> Iterator[Record]:
    seq = whole(message["seq"], "seq")
    sides = [levels(message[name], name, "price", "qty") for name in ("bids", "asks")]
    yield book(milliseconds(message["timestamp"], "timestamp"), (seq, None, seq), *sides, is_snapshot=True)


def _level(message: dict[str, Any]) -> Iterator[Record]:
    seq, changed = whole(message["seq"], "seq"), levels([message], "book", "price", "qty")
    sides = (changed, []) if side(message["side"]) > 0 else ([], changed)
    at = milliseconds(message["timestamp"], "timestamp")
    yield book(at, (seq, None, seq - 1 if seq else None), *sides, is_snapshot=False)


def _trade(row: dict[str, Any]) -> Iterator[Record]:
    """`type` is how the taker came to trade: fill, liquidation, assignment, termination or block."""
    kind = named(row.get("type") or "fill", "type")
    yield trade(
        milliseconds(row["time"], "time"),
        named(row["uid"], "uid"),
        row["price"],
        row["qty"],
        side(row["side"]),
        position=whole(row["seq"], "seq"),
        print_type=kind,
        is_off_market=kind in _OFF_BOOK,
        is_block=kind == "block",
    )


def _ticker(row: dict[str, Any]) -> Iterator[Record]:
    """`ticker_lite` has neither sizes nor a time and is left."""
    at = milliseconds(row["time"], "time")
    next_time = row.get("next_funding_rate_time")
    next_us = milliseconds(next_time, "next_funding_rate_time") if next_time else None
    rate, prices = row.get("relative_funding_rate"), {"mark_price": row["markPrice"], "index_price": row["index"]}
    values = {"funding_rate": rate, "next_funding_ts": next_us, "open_interest_qty": row.get("openInterest")}
    yield state("derivative_ticker", prices | values, at)
    if rate is not None:
        yield state("funding", prices | {"kind": "predicted", "rate": rate, "next_ts": next_us}, at)
    if best := quote([row.get(name) for name in ("bid", "bid_size", "ask", "ask_size")]):
        yield state("book_ticker", best, at, delay=DELAYS["ticker"])


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From `instruments`, which named products in small letters once."""
    if not origin.path.endswith("/instruments") or origin.own.venue != _VENUE or not isinstance(message, dict):
        return None
    own = origin.own.symbol.upper()
    row = next((row for row in message.get("instruments") or [] if str(row.get("symbol")).upper() == own), None)
    if row is None:
        return None
    return ContractFacts(
        tick=decimal_or_none(row.get("tickSize")),
        contract_size=decimal_or_none(row.get("contractSize")),
        is_inverse="inverse" in str(row.get("type")),
    )


DIALECT: Final = Dialect(_parts, _facts)
