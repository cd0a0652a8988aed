"""Bybit's messages (bybit-exchange/docs, v5: websocket/public); its replies are in bybit_replies.

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
from pipeline.sources.batch import BadRecordError
from pipeline.sources.json_capture.dialects.bybit_records import matched, print_of, states, venue_of
from pipeline.sources.json_capture.dialects.bybit_replies import facts, reply
from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Dialect,
    Origin,
    Part,
    Record,
    book,
    levels,
    milliseconds,
    rows_of,
    side,
    state,
    whole,
)

_RESTARTED: Final = 1
"""`u` of the snapshot that follows a restart of the service: ids begin anew."""
_BAR_S: Final = {"D": 86_400, "W": 604_800}
_MINUTE_S: Final = 60


def _parts(origin: Origin, message: Any) -> Iterable[Part]:
    if not isinstance(message, dict):
        return ()
    return reply(origin, message) if origin.is_reply else _pushed(origin, message)


def _pushed(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    kind, _, rest = str(message.get("topic", "")).partition(".")
    if kind not in ("orderbook", "publicTrade", "tickers", "kline", "allLiquidation"):
        return
    category = origin.path.rpartition("/")[2]
    venue = venue_of(origin, category)
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
            yield Part(market, "trades", partial(print_of, row, sent, place))
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
    event, clock = matched(message.get("cts"), sent)
    yield book(
        event,
        (update_id, None, prev),
        levels(data["b"], "b"),
        levels(data["a"], "a"),
        is_snapshot=is_snapshot,
        clock=clock,
        publish=sent,
    )


def _ticker(message: dict[str, Any], data: dict[str, Any], sent: int, memory: dict[str, Any]) -> Iterator[Record]:
    """A delta holds what changed, so the rest is as this connection said it before: each message restates the whole."""
    if message["type"] == "snapshot":
        memory.clear()
    memory.update(data)
    yield from states(memory, sent)


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


DIALECT: Final = Dialect(_parts, facts)
