"""Hyperliquid's messages, field by field; the websocket, the API's replies and the archives share them.

Field meanings: Hyperliquid documentation, "Websocket / Subscriptions" and "Info endpoint".

- `l2Book` lists up to 20 levels a side and replaces the book; what lies deeper is unknown, and no ids link messages.
- `side` of a trade is its taker's: B bought, A sold; `users` are [buyer, seller]. A hash of zeros only says that no
  transaction made the trade (TWAP orders and others).
- `activeAssetCtx` has no time of its own: the recorder's clock is all there is.
- A funding rate is for one hour since 2023-06-08 and was for eight hours before.
"""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.sources.batch import BadRecordError, brief
from pipeline.sources.reading.content import json_digest
from pipeline.sources.reading.record_lines import Part, Taken, parts
from pipeline.sources.reading.times import time_us

BOOK_US: Final = 100_000
TRADE_US: Final = 50_000
QUOTE_US: Final = 100_000
SETTLED_US: Final = 5_000_000
"""How long after its event time a message is taken to be known where recv_ts does not say (domain defaults)."""

BESIDE: Final = frozenset(
    {"subscriptionResponse", "pong", "error", "allMids", "candle", "notification", "webData2", "orderUpdates"}
)
"""Channels that fill no table."""
SIDES: Final = {"B": 1, "A": -1}
_HOUR_US: Final = 3_600_000_000
_HOURLY_SINCE_US: Final = 1_686_184_200_000_000  # 2023-06-08 00:30: the last settlement of eight hours was at 00:00
_LONG_H: Final = 8


def message_parts(message: Mapping[str, Any], coin: str, recv: int) -> list[Part]:
    """What a websocket message says of the coin; empty if it is about others. BadRecordError if it is none known."""
    channel: Any = message.get("channel")
    data: Any = message.get("data")
    if channel in BESIDE:
        return []
    if channel == "trades":
        return parts("trades", _listed(data), lambda one: [trade(one)] if _is_of(one, coin) else [])
    if channel == "l2Book":
        return parts("book_updates", [data], lambda one: [book(one)] if _is_of(one, coin) else [])
    if channel == "bbo":
        return parts("book_ticker", [data], lambda one: [best(one)] if _is_of(one, coin) else [])
    if channel in ("activeAssetCtx", "activeSpotAssetCtx"):
        return parts(
            "derivative_ticker", [data], lambda one: context(one["ctx"], recv, "recv") if _is_of(one, coin) else []
        )
    raise BadRecordError(f"unknown channel {channel!r}")


def coins_of(message: Mapping[str, Any]) -> set[str]:
    """The coins that a websocket message names."""
    data = message.get("data")
    items = data if isinstance(data, list) else [data]
    return {one["coin"] for one in items if isinstance(one, dict) and isinstance(one.get("coin"), str)}


def _listed(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise BadRecordError(f"expected a list of trades, got {type(data).__name__}")
    return data


def _is_of(data: Any, coin: str) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("coin"), str):
        raise BadRecordError("expected an object with a coin")
    return data["coin"] == coin


def book(data: Mapping[str, Any], delay: int = BOOK_US) -> Taken:
    """A whole book, as deep as it is listed."""
    event = time_us(data["time"], "l2Book")
    bids, asks = data["levels"]
    sides = [[(level["px"], level["sz"]) for level in side] for side in (bids, asks)]
    return Taken("depth", event, "match", delay, json_digest(data), (None, None, None, True, *sides))


def best(data: Mapping[str, Any]) -> Taken:
    """The best of both sides."""
    event, (bid, ask) = time_us(data["time"], "bbo"), data["bbo"]
    if bid is None or ask is None:
        raise BadRecordError("bbo has one side only, expected both")
    quote = {"bid_px": bid["px"], "bid_qty": bid["sz"], "ask_px": ask["px"], "ask_qty": ask["sz"]}
    return Taken("book_ticker", event, "match", QUOTE_US, json_digest([event, *quote.values()]), quote)


def trade(data: Mapping[str, Any]) -> Taken:
    """A print; its parties are named since 2025."""
    event, side = time_us(data["time"], "trade"), side_of(data)
    buyer, seller = data.get("users") or (None, None)
    if not (isinstance(buyer, str | None) and isinstance(seller, str | None)):
        raise BadRecordError(f"users are {brief(repr(data['users']))}, expected two addresses")
    values = {
        "trade_id": trade_id(data["time"], data["coin"], data.get("tid")),
        "price": data["px"],
        "qty": data["sz"],
        "taker_side": side,
        "is_off_market": False,
        "is_aggregate": False,
        "taker_address": buyer if side > 0 else seller,
        "maker_address": seller if side > 0 else buyer,
    }
    return Taken("trades", event, "match", TRADE_US, print_digest(values, data), values)


def trade_id(ms: int, coin: str, tid: Any) -> str | None:
    """A print's name: `tid` is a hash of the two orders, unique only with time and coin; null where there is none."""
    if tid is None:
        return None
    if type(tid) is not int:
        raise BadRecordError(f"tid is {tid!r}, expected a whole number")
    return f"{ms}:{coin}:{tid}"


def print_digest(values: Mapping[str, Any], whole: Any) -> int:
    """Equal for copies of a print, whether or not they name its parties; without an id, only for equal records."""
    named = [values[name] for name in ("trade_id", "price", "qty", "taker_side")]
    return json_digest(named if values["trade_id"] else whole)


def side_of(data: Mapping[str, Any]) -> int:
    """+1 for B, -1 for A."""
    side = SIDES.get(data["side"])
    if side is None:
        raise BadRecordError(f"side is {data['side']!r}, expected A or B")
    return side


def context(data: Mapping[str, Any], event: int, clock: str, delay: int = 0) -> list[Taken]:
    """State of a perpetual, and its running funding rate."""
    funding, settlement = data.get("funding"), next_settlement(event)
    prices = {"mark_price": data.get("markPx"), "index_price": data.get("oraclePx")}
    state = prices | {
        "funding_rate": funding,
        "next_funding_ts": settlement,
        "open_interest_qty": data.get("openInterest"),
    }
    rate = prices | {
        "kind": "predicted",
        "rate": funding,
        "interval_h": interval_h(event),
        "next_ts": settlement,
    }
    found = [Taken("derivative_ticker", event, clock, delay, json_digest([event, state]), state)]
    if funding not in (None, "", "null"):
        found.append(Taken("funding", event, clock, delay, json_digest([event, rate]), rate))
    return found


def interval_h(event: int) -> float:
    """Hours for which a funding rate stated at `event` is."""
    return 1.0 if event >= _HOURLY_SINCE_US else float(_LONG_H)


def next_settlement(event: int) -> int:
    """The settlement after `event`: at the whole hour, of hours divisible by eight before 2023-06-08."""
    step = _HOUR_US * int(interval_h(event))
    return (event // step + 1) * step
