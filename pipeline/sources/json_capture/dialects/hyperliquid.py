"""Hyperliquid's messages and replies in captures: as its own sources read them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from pipeline.sources.hyperliquid.contract import listed
from pipeline.sources.hyperliquid.messages import coins_of, message_parts
from pipeline.sources.hyperliquid.replies import records_of
from pipeline.sources.json_capture.dialects.records import Dialect, Origin, Part, Record, refused
from pipeline.sources.reading.record_lines import Part as Found
from pipeline.sources.reading.record_lines import Refused

_VENUE: Final = "hyperliquid"
_STREAMS: Final = {"depth": "book_updates"}


def _parts(origin: Origin, message: Any) -> Iterator[Part]:
    if not origin.is_reply:
        if not isinstance(message, dict) or "channel" not in message:
            return
        for coin in sorted(coins_of(message) - {origin.own.symbol}):
            yield Part(Market(_VENUE, coin), "unknown", tuple)
    if origin.own.venue != _VENUE:
        return
    if origin.is_reply:
        yield from _found(origin, records_of(origin.address, origin.body, origin.text, origin.recv, origin.own))
    else:
        yield from _found(origin, message_parts(message, origin.own.symbol, origin.recv))


def _found(origin: Origin, parts: Iterable[Found]) -> Iterator[Part]:
    for one in parts:
        if isinstance(one, Refused):
            yield Part(origin.own, one.table, partial(refused, one.reason))
            continue
        is_book = one.stream == "depth"
        record = Record(
            one.stream,
            one.values,
            one.event,
            one.delay,
            one.clock,
            known_by=one.digest,
            book=("reply" if origin.is_reply else "stream") if is_book else "",
            is_history=one.stream == "funding" and one.values["kind"] == "settled",
        )
        yield Part(origin.own, _STREAMS.get(one.stream, one.stream), partial(iter, [record]))


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    is_list = origin.is_reply and origin.own.venue == _VENUE and origin.path.rstrip("/").endswith("/info")
    return listed(origin.body, message, origin.own.symbol) if is_list else None


DIALECT: Final = Dialect(_parts, _facts)
