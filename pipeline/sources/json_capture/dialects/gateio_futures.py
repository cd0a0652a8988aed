"""Gate.io futures' messages and replies (gate.com developers, futures websocket v4 and REST v4).

Sizes are contracts of `quanto_multiplier` base units. A trade's size is signed: the
taker bought if it is > 0. A book is a reply with an id and the updates that bridge it;
an update continues from the id before its first.
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
    seconds,
    state,
    trade,
    whole,
)
from pipeline.sources.reading.record_frames import text_of

_VENUE: Final = "gateio-futures"


def _parts(origin: Origin, message: Any) -> Iterable[Part]:
    if origin.is_reply:
        return _reply(origin, message)
    return _pushed(message) if isinstance(message, dict) and message.get("event") == "update" else ()


def _pushed(message: dict[str, Any]) -> Iterator[Part]:
    channel, result = message.get("channel"), message["result"]
    sent = message.get("time_ms")
    publish = milliseconds(sent, "time_ms") if sent else None
    if channel == "futures.order_book_update":
        yield Part(_market(result["s"]), "book_updates", partial(_update, result, publish))
    elif channel == "futures.book_ticker":
        yield Part(_market(result["s"]), "book_ticker", partial(_best, result, publish))
    elif channel == "futures.trades":
        for row in rows_of(result, "result"):
            yield Part(_market(row["contract"]), "trades", partial(_trade, row, publish))
    elif channel == "futures.tickers":
        for row in rows_of(result, "result"):
            yield Part(_market(row["contract"]), "derivative_ticker", partial(_ticker, row, publish))


def _market(contract: Any) -> Market:
    return Market(_VENUE, named(contract, "contract"))


def _update(row: dict[str, Any], publish: int | None) -> Iterator[Record]:
    first = whole(row["U"], "U")
    ids = (whole(row["u"], "u"), first, first - 1 if first else None)
    sides = [levels(row[name], name, "p", "s") for name in ("b", "a")]
    yield book(milliseconds(row["t"], "t"), ids, *sides, is_snapshot=False, publish=publish)


def _best(row: dict[str, Any], publish: int | None) -> Iterator[Record]:
    best = quote([row[name] for name in "bBaA"])
    if best is not None:
        values = {"update_id": whole(row["u"], "u")} | best
        at = milliseconds(row["t"], "t")
        yield state("book_ticker", values, at, clock="match", delay=DELAYS["ticker"], publish=publish)


def _trade(row: dict[str, Any], publish: int | None) -> Iterator[Record]:
    """`is_internal`: against the insurance fund or by auto-deleveraging."""
    size = text_of(row["size"])
    if not isinstance(size, str):
        raise BadRecordError(f"size is {row['size']!r}, expected a number")
    at, number = milliseconds(row["create_time_ms"], "create_time_ms"), named(row["id"], "id")
    is_sale = size.startswith("-")
    yield trade(
        at,
        number,
        row["price"],
        size.removeprefix("-"),
        -1 if is_sale else 1,
        publish=publish,
        is_off_market=flag(row.get("is_internal"), "is_internal"),
    )


def _ticker(row: dict[str, Any], publish: int | None) -> Iterator[Record]:
    """Whether `total_size` counts one side is not documented: it is not taken."""
    prices, rate = {"mark_price": row["mark_price"], "index_price": row["index_price"]}, row.get("funding_rate")
    yield state("derivative_ticker", prices | {"funding_rate": rate or None}, publish)
    if rate:
        yield state("funding", prices | {"kind": "predicted", "rate": rate}, publish)


def _reply(origin: Origin, message: Any) -> Iterator[Part]:
    if not origin.path.endswith("/order_book"):
        return
    if not isinstance(message, dict) or "bids" not in message:
        raise BadRecordError(f"expected a book, the venue answered {str(message)[:100]}")
    yield Part(_market(origin.query("contract")), "book_updates", partial(_snapshot, message))


def _snapshot(message: dict[str, Any]) -> Iterator[Record]:
    """Without `with_id` it has no id that an update could bridge."""
    number = message.get("id")
    update_id = None if number is None else whole(number, "id")
    sides = [levels(message[name], name, "p", "s") for name in ("bids", "asks")]
    at, sent = seconds(message["update"], "update"), seconds(message["current"], "current")
    kind: Any = "bridge" if update_id is not None else "reply"
    yield book(at, (update_id, None, None), *sides, is_snapshot=True, publish=sent, kind=kind)


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From `contracts` of a settlement currency."""
    if not origin.path.endswith("/contracts") or origin.own.venue != _VENUE or not isinstance(message, list):
        return None
    row = next((row for row in message if row.get("name") == origin.own.symbol), None)
    if row is None:
        return None
    base, _, quoted = origin.own.symbol.partition("_")
    interval = decimal_or_none(row.get("funding_interval"))
    return ContractFacts(
        tick=decimal_or_none(row.get("order_price_round")),
        lot=1.0,
        contract_size=decimal_or_none(row.get("quanto_multiplier")),
        is_inverse=row.get("type") == "inverse",
        funding_interval_h=interval / 3_600 if interval else None,
        base=base,
        quote=quoted,
    )


DIALECT: Final = Dialect(_parts, _facts)
