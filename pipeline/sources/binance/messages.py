"""Binance's messages, field by field: which venue sends one in this form, and what it says.

Three dialects of one language. Field meanings: Binance documentation of USD-M futures,
COIN-M futures and spot, "Diff. Depth Streams", "Trade Streams", "Mark Price Stream".

- binance-usdm: everything carries the matching time `T`; depth names its predecessor `pu`.
- binance-coinm: the same with the pair `ps`; sizes are contracts.
- binance-spot: depth has only its sending time `E` and continues from `U` - 1; bookTicker
  (which does not say what it is) and the REST snapshot have no time at all.

`m` true means the buyer was the maker, so the taker SOLD.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pipeline.sources.batch import BadRecordError
from pipeline.sources.reading.times import time_us

DELAY_US: Final = {"depth": 100_000, "snapshot": 500_000, "trade": 50_000, "ticker": 100_000, "mark": 100_000}
"""How long after its event time a message is taken to be known where recv_ts does not say (domain defaults)."""

_OFF_MARKET: Final = frozenset({"INSURANCE_FUND", "ADL", "NA"})
_QUOTE: Final = frozenset("uBA")


Taken = tuple[str, int, str, int | None, tuple[Any, ...]]
"""What a message says: the stream (which names the builder of its rows), the feed's delay, the clock, the event
time in microseconds (None if it has none), and the values of its rows."""

Taker = Callable[[dict[str, Any]], Taken]


def kind_of(data: dict[str, Any]) -> str:
    """The stream a message belongs to; spot's best quotes show it only by their fields."""
    if "lastUpdateId" in data:
        return "snapshot"
    if "e" not in data and data.keys() >= _QUOTE:
        return "bookTicker"
    return str(data.get("e"))


def venue_of(kind: str, data: dict[str, Any]) -> str | None:
    """The venue that sends a message in this form; None if it could be any."""
    if kind == "trade":
        if "X" not in data:
            return "binance-spot" if "M" in data else None
        return "binance-coinm" if "USD_" in str(data.get("s")) else "binance-usdm"
    if kind == "markPriceUpdate":
        return "binance-coinm" if "USD_" in str(data.get("s")) else "binance-usdm"
    if "ps" in data or "pair" in data:
        return "binance-coinm"
    return "binance-usdm" if _FUTURES_ONLY[kind] in data else "binance-spot"


_FUTURES_ONLY: Final = {"depthUpdate": "pu", "snapshot": "T", "bookTicker": "e"}


def _depth(data: dict[str, Any]) -> Taken:
    ids = _id(data["u"]), _id(data["U"]), _id(data["pu"])
    levels = _levels(data["b"]), _levels(data["a"])
    return ("depth", DELAY_US["depth"], "match", time_us(data["T"], "depthUpdate"), (*ids, False, *levels))


def _spot_depth(data: dict[str, Any]) -> Taken:
    """Spot names no predecessor: a message continues from the id before its first."""
    first = _id(data["U"])
    ids = _id(data["u"]), first, first - 1 if first else None
    levels = _levels(data["b"]), _levels(data["a"])
    return ("depth", DELAY_US["depth"], "publish", time_us(data["E"], "depthUpdate"), (*ids, False, *levels))


def _snapshot(data: dict[str, Any]) -> Taken:
    return _snapshot_at(data, "match", time_us(data["T"], "snapshot"))


def _spot_snapshot(data: dict[str, Any]) -> Taken:
    return _snapshot_at(data, "carried", None)


def _snapshot_at(data: dict[str, Any], clock: str, event: int | None) -> Taken:
    values = (_id(data["lastUpdateId"]), None, None, True, _levels(data["bids"]), _levels(data["asks"]))
    return ("depth", DELAY_US["snapshot"], clock, event, values)


def _trade(data: dict[str, Any]) -> Taken:
    """The orders behind a print are named by spot only, and only up to 2023: `b` the buyer's, `a` the seller's."""
    buyer_is_maker = data["m"]
    if not isinstance(buyer_is_maker, bool):
        raise BadRecordError(f"trade has m = {buyer_is_maker!r}, expected true or false")
    label = data.get("X")
    if label is not None and not isinstance(label, str):
        raise BadRecordError(f"trade has X = {label!r}, expected text")
    orders: tuple[int | None, int | None] = (None, None)
    if "b" in data:
        orders = (_id(data["a"]), _id(data["b"])) if buyer_is_maker else (_id(data["b"]), _id(data["a"]))
    side = -1 if buyer_is_maker else 1
    values = (str(_id(data["t"])), data["p"], data["q"], side, label in _OFF_MARKET, label, *orders)
    return ("trade", DELAY_US["trade"], "match", time_us(data["T"], "trade"), values)


def _ticker(data: dict[str, Any]) -> Taken:
    return ("ticker", DELAY_US["ticker"], "match", time_us(data["T"], "bookTicker"), _quote(data))


def _spot_ticker(data: dict[str, Any]) -> Taken:
    return ("ticker", DELAY_US["ticker"], "carried", None, _quote(data))


def _quote(data: dict[str, Any]) -> tuple[Any, ...]:
    return _id(data["u"]), data["b"], data["B"], data["a"], data["A"]


def _mark(data: dict[str, Any]) -> Taken:
    """`T` is the NEXT settlement; the message's own time is `E`."""
    settlement = time_us(data["T"], "next settlement of markPriceUpdate")
    values = (data["p"], data["i"], data.get("P"), data["r"], settlement)
    return ("mark", DELAY_US["mark"], "publish", time_us(data["E"], "markPriceUpdate"), values)


def _id(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise BadRecordError(f"expected an id, got {value!r}")
    return value


def _levels(levels: Any) -> list[list[str]]:
    if not isinstance(levels, list) or not (set(map(type, levels)) <= {list} and min(map(len, levels), default=2) >= 2):
        raise BadRecordError("expected levels as [price, quantity] pairs")
    return levels


_FUTURES: Final[Mapping[str, Taker]] = {
    "depthUpdate": _depth,
    "snapshot": _snapshot,
    "trade": _trade,
    "bookTicker": _ticker,
    "markPriceUpdate": _mark,
}
DIALECTS: Final[Mapping[str, Mapping[str, Taker]]] = {
    "binance-usdm": _FUTURES,
    "binance-coinm": _FUTURES,
    "binance-spot": {
        "depthUpdate": _spot_depth,
        "snapshot": _spot_snapshot,
        "trade": _trade,
        "bookTicker": _spot_ticker,
    },
}
"""By venue: how each kind of message is read."""

KINDS: Final = frozenset(_FUTURES)
