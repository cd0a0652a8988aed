"""Bybit's replies (bybit-exchange/docs, v5: market), rows of history newest first, and what they say of contracts."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.json_capture.dialects.bybit_records import matched, one_side, print_of, states, venue_of
from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Origin,
    Part,
    Record,
    book,
    decimal_or_none,
    levels,
    milliseconds,
    named,
    rows_of,
    settled,
    state,
)


def reply(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    """What a reply holds; BadRecordError if the venue refused to answer."""
    head, _, name = origin.path.partition("/v5/market/")
    if head or name not in _REPLIES:
        return
    if message.get("retCode") != 0:
        raise BadRecordError(f"the venue answered {message.get('retCode')} {message.get('retMsg')}")
    result = message["result"]
    venue = venue_of(origin, origin.query("category") or str(result.get("category", "")))
    if venue is not None:
        yield from _REPLIES[name](Asked(origin, venue), message, result)


class Asked:
    """Which market a reply is about, where its rows do not say it themselves."""

    def __init__(self, origin: Origin, venue: str) -> None:
        self.venue = venue
        self.symbol = origin.query("symbol")

    def market(self, row: dict[str, Any]) -> Market:
        return Market(self.venue, named(row.get("symbol") or self.symbol, "symbol"))


def _book_reply(asked: Asked, _: dict[str, Any], result: dict[str, Any]) -> Iterator[Part]:
    market = Market(asked.venue, named(result["s"], "s"))
    yield Part(market, "book_updates", partial(_whole_book, result))


def _whole_book(result: dict[str, Any]) -> Iterator[Record]:
    """Its `u` counts the updates of another depth than a stream's: no id of the chain."""
    sent = milliseconds(result["ts"], "ts")
    event, clock = matched(result.get("cts"), sent)
    bids, asks = levels(result["b"], "b"), levels(result["a"], "a")
    ids = (None, None, None)
    yield book(event, ids, bids, asks, is_snapshot=True, clock=clock, publish=sent, kind="reply")


def _trades_reply(asked: Asked, _: dict[str, Any], result: dict[str, Any]) -> Iterator[Part]:
    """Newest first."""
    for place, row in enumerate(reversed(rows_of(result["list"], "list"))):
        as_pushed = {
            "T": row["time"],
            "i": row["execId"],
            "p": row["price"],
            "v": row["size"],
            "S": row["side"],
            "RPI": row.get("isRPITrade"),
            "BT": row.get("isBlockTrade"),
            "seq": row.get("seq"),
        }
        yield Part(asked.market(row), "trades", partial(print_of, as_pushed, None, place))


def _tickers_reply(asked: Asked, message: dict[str, Any], result: dict[str, Any]) -> Iterator[Part]:
    if asked.venue == "bybit-spot":
        return
    sent = milliseconds(message["time"], "time")
    for row in rows_of(result["list"], "list"):
        yield Part(asked.market(row), "derivative_ticker", partial(states, row, sent))


def _funding_reply(asked: Asked, _: dict[str, Any], result: dict[str, Any]) -> Iterator[Part]:
    for row in reversed(rows_of(result["list"], "list")):
        yield Part(asked.market(row), "funding", partial(_settled, row))


def _settled(row: dict[str, Any]) -> Iterator[Record]:
    at = milliseconds(row["fundingRateTimestamp"], "fundingRateTimestamp")
    yield settled({"rate": row["fundingRate"]}, at)


def _open_interest_reply(asked: Asked, _: dict[str, Any], result: dict[str, Any]) -> Iterator[Part]:
    for row in reversed(rows_of(result["list"], "list")):
        market = Market(asked.venue, named(result.get("symbol") or asked.symbol, "symbol"))
        yield Part(market, "derivative_ticker", partial(_sampled_interest, row))


def _sampled_interest(row: dict[str, Any]) -> Iterator[Record]:
    values = {"open_interest_qty": one_side(row)}
    if values["open_interest_qty"] is None:
        raise BadRecordError("open interest is missing")
    at = milliseconds(row["timestamp"], "timestamp")
    yield state("derivative_ticker", values, at, delay=DELAYS["statistics"], is_history=True)


_REPLIES: Final = {
    "orderbook": _book_reply,
    "recent-trade": _trades_reply,
    "tickers": _tickers_reply,
    "funding/history": _funding_reply,
    "open-interest": _open_interest_reply,
}


def facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From `instruments-info`; contracts are worth 1 base unit (linear) or 1 USD (inverse)."""
    if not origin.path.endswith("/v5/market/instruments-info") or not isinstance(message, dict):
        return None
    result = message.get("result") or {}
    if venue_of(origin, origin.query("category") or str(result.get("category", ""))) != origin.own.venue:
        return None
    row = next((row for row in result.get("list") or [] if row.get("symbol") == origin.own.symbol), None)
    if row is None:
        return None
    lots = row.get("lotSizeFilter") or {}
    minutes = decimal_or_none(row.get("fundingInterval"))
    return ContractFacts(
        tick=decimal_or_none((row.get("priceFilter") or {}).get("tickSize")),
        lot=decimal_or_none(lots.get("qtyStep") or lots.get("basePrecision")),
        contract_size=1.0,
        is_inverse=origin.own.venue == "bybit-inverse",
        funding_interval_h=minutes / 60 if minutes else None,
        base=str(row.get("baseCoin") or ""),
        quote=str(row.get("quoteCoin") or ""),
    )
