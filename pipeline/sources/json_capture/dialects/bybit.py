"""Bybit's messages and replies (bybit-exchange/docs, v5: websocket/public, market).

Linear, inverse and spot share topic names: the connection's address, a reply's
`category`, or else the file's header tells which. Sizes are base units on linear and
spot, USD on inverse markets. `openInterest` counts both sides of every contract;
`singleOpenInterest` (since 2026-06-11) is one side, and so is the half of the other.
RPI orders are not in the book.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Dialect,
    Origin,
    Part,
    Record,
    book,
    decimal_or_none,
    flag,
    levels,
    milliseconds,
    named,
    quote,
    rows_of,
    scaled,
    settled,
    side,
    state,
    trade,
    whole,
)

_VENUES: Final = {"linear": "bybit-linear", "inverse": "bybit-inverse", "spot": "bybit-spot"}
_RESTARTED: Final = 1
"""`u` of the snapshot that follows a restart of the service: ids begin anew."""
_MOST_OF_A_MESSAGE: Final = 1_024
_BAR_S: Final = {"D": 86_400, "W": 604_800}
_MINUTE_S: Final = 60
_QUOTE: Final = ("bid1Price", "bid1Size", "ask1Price", "ask1Size")


def _parts(origin: Origin, message: Any) -> Iterable[Part]:
    if not isinstance(message, dict):
        return ()
    return _reply(origin, message) if origin.is_reply else _pushed(origin, message)


def _venue(origin: Origin, category: str) -> str | None:
    """The venue of a category; None if no table holds it (options)."""
    return _VENUES.get(category) or (origin.venue if not category and origin.venue in _VENUES.values() else None)


def _pushed(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    kind, _, rest = str(message.get("topic", "")).partition(".")
    if kind not in ("orderbook", "publicTrade", "tickers", "kline", "allLiquidation"):
        return
    category = origin.path.rpartition("/")[2]
    venue = _venue(origin, category)
    if venue is None:
        if not category:
            raise BadRecordError(f"{kind}: no connect line says whether this is linear, inverse or spot")
        return
    depth, _, symbol = rest.rpartition(".")
    market, data = Market(venue, symbol), message["data"]
    sent = milliseconds(message["ts"], "ts")
    if kind == "orderbook":
        yield Part(market, "book_updates", partial(_book, message, data, sent), series=depth)
    elif kind == "publicTrade":
        for place, row in enumerate(rows_of(data, "data")):
            yield Part(market, "trades", partial(_trade, row, sent, place))
    elif kind == "tickers" and venue != "bybit-spot":
        memory = origin.memory.setdefault(rest, {})
        yield Part(market, "derivative_ticker", partial(_ticker, message, data, sent, memory))
    elif kind == "kline":
        for row in rows_of(data, "data"):
            if row["confirm"] is True and (width := _width(row["interval"])):
                yield Part(market, "price_bars", partial(_bar, row, width, venue))
    elif kind == "allLiquidation":
        for place, row in enumerate(rows_of(data, "data")):
            yield Part(market, "liquidations", partial(_liquidation, row, sent, place))


def _book(message: dict[str, Any], data: dict[str, Any], sent: int) -> Iterator[Record]:
    update_id = whole(data["u"], "u")
    is_snapshot = message["type"] == "snapshot" or update_id == _RESTARTED
    prev = update_id if is_snapshot else update_id - 1
    event, clock = _matched(message.get("cts"), sent)
    yield book(
        event,
        (update_id, None, prev),
        levels(data["b"], "b"),
        levels(data["a"], "a"),
        is_snapshot=is_snapshot,
        clock=clock,
        publish=sent,
    )


def _matched(cts: Any, sent: int) -> tuple[int, str]:
    """The matching engine's time where it is stated (`cts`, since 2024), and which clock it is."""
    return (sent, "publish") if cts is None else (milliseconds(cts, "cts"), "match")


def _trade(row: dict[str, Any], sent: int | None, place: int) -> Iterator[Record]:
    yield trade(
        milliseconds(row["T"], "T"),
        named(row["i"], "i"),
        row["p"],
        row["v"],
        side(row["S"], "S"),
        publish=sent,
        position=_position(row.get("seq"), place),
        is_rpi=flag(row.get("RPI"), "RPI"),
        is_block=flag(row.get("BT"), "BT"),
    )


def _position(seq: Any, place: int) -> int | None:
    """Prints in the order of matching: ids are no numbers, `seq` counts what the engine did, prints of it follow."""
    if seq is None:
        return None
    return whole(seq, "seq") * _MOST_OF_A_MESSAGE + min(place, _MOST_OF_A_MESSAGE - 1)


def _ticker(message: dict[str, Any], data: dict[str, Any], sent: int, memory: dict[str, Any]) -> Iterator[Record]:
    """A delta holds what changed, so the rest is as this connection said it before: each message restates the whole."""
    if message["type"] == "snapshot":
        memory.clear()
    memory.update(data)
    yield from _states(memory, sent)


def _states(said: dict[str, Any], sent: int) -> Iterator[Record]:
    """The state of a derivative, its running funding rate and its best quotes, as far as they are known."""
    next_ts = said.get("nextFundingTime")
    next_us = milliseconds(next_ts, "nextFundingTime") if next_ts not in (None, "", "0") else None
    prices = {"mark_price": said.get("markPrice") or None, "index_price": said.get("indexPrice") or None}
    rate = said.get("fundingRate") or None
    values = {"funding_rate": rate, "next_funding_ts": next_us, "open_interest_qty": _one_side(said)}
    if any(value is not None for value in (prices | values).values()):
        yield state("derivative_ticker", prices | values, sent)
    if rate is not None:
        values = {"kind": "predicted", "rate": rate, "next_ts": next_us}
        interval = said.get("fundingIntervalHour") or None
        yield state("funding", prices | values | {"interval_h": interval}, sent)
    if best := quote([said.get(name) for name in _QUOTE]):
        yield state("book_ticker", best, sent, delay=DELAYS["ticker"])


def _one_side(values: dict[str, Any]) -> str | None:
    single = values.get("singleOpenInterest")
    return single if single not in (None, "") else scaled(values.get("openInterest"), "0.5")


def _width(interval: Any) -> int | None:
    """Seconds of a bar; None for months, which have no width."""
    text = str(interval)
    return int(text) * _MINUTE_S if text.isdigit() else _BAR_S.get(text)


def _bar(row: dict[str, Any], width: int, venue: str) -> Iterator[Record]:
    """`volume` is in the unit of sizes, `turnover` in the other currency."""
    start = milliseconds(row["start"], "start")
    volumes = (row["volume"], row["turnover"])
    base, quote_volume = volumes[::-1] if venue == "bybit-inverse" else volumes
    values = {name: row[name] for name in ("open", "high", "low", "close")}
    values |= {"price_kind": "trade", "interval_s": width, "open_ts": start}
    values |= {"volume_qty": base, "volume_quote": quote_volume}
    yield state("price_bars", values, start + width * 1_000_000, clock="match", delay=DELAYS["bar"])


def _liquidation(row: dict[str, Any], sent: int, place: int) -> Iterator[Record]:
    """`S` is the side of the POSITION: Buy means that a long was liquidated, whose order sold."""
    values = {
        "order_side": -side(row["S"], "S"),
        "price": row["p"],
        "price_kind": "bankruptcy",
        "qty": row["v"],
        "is_sampled": False,
    }
    event = milliseconds(row["T"], "T")
    yield Record("liquidations", values, event, DELAYS["liquidation"], publish=sent, known_by=[values, sent, place])


def _reply(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    head, _, name = origin.path.partition("/v5/market/")
    if head or name not in _REPLIES:
        return
    if message.get("retCode") != 0:
        raise BadRecordError(f"the venue answered {message.get('retCode')} {message.get('retMsg')}")
    result = message["result"]
    venue = _venue(origin, origin.query("category") or str(result.get("category", "")))
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
    event, clock = _matched(result.get("cts"), sent)
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
        yield Part(asked.market(row), "trades", partial(_trade, as_pushed, None, place))


def _tickers_reply(asked: Asked, message: dict[str, Any], result: dict[str, Any]) -> Iterator[Part]:
    if asked.venue == "bybit-spot":
        return
    sent = milliseconds(message["time"], "time")
    for row in rows_of(result["list"], "list"):
        yield Part(asked.market(row), "derivative_ticker", partial(_states, row, sent))


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
    values = {"open_interest_qty": _one_side(row)}
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


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From `instruments-info`; contracts are worth 1 base unit (linear) or 1 USD (inverse)."""
    if not origin.path.endswith("/v5/market/instruments-info") or not isinstance(message, dict):
        return None
    result = message.get("result") or {}
    if _venue(origin, origin.query("category") or str(result.get("category", ""))) != origin.own.venue:
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


DIALECT: Final = Dialect(_parts, _facts)
