"""Replies of Hyperliquid's API to `POST /info`, by the `type` of the request, which names the coin or the account.

Fields: Hyperliquid documentation, "Info endpoint". Replies fundingHistory, metaAndAssetCtxs, l2Book, recentTrades,
userFills and userFillsByTime fill tables; others are about none (`contract` reads the lists of contracts).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, brief
from pipeline.sources.hyperliquid.fills import fill_of
from pipeline.sources.hyperliquid.messages import SETTLED_US, book, context, interval_h, trade
from pipeline.sources.reading.content import json_digest
from pipeline.sources.reading.record_lines import Part, Taken, parts
from pipeline.sources.reading.times import time_us

_SNAPSHOT_US: Final = 500_000
_SENT_US: Final = 1_500_000
"""A header's time is cut to the second; then as a snapshot."""
_HOUR_US: Final = 3_600_000_000


def records_of(
    url: str, body: str, text: str, recv_us: int | None, market: Market, *, sent_us: int | None = None
) -> list[Part]:
    """What a reply says of the market; empty if it is about others, or of a kind that fills no table.

    body: the request's; recv_us, sent_us: when the reply was received, and sent as its header says, microseconds,
    where that is known. Records of one reply ascend in time. BadRecordError says why the reply cannot be taken.
    """
    if not urlsplit(url).path.rstrip("/").endswith("/info"):
        return []
    asked = _json(body, "request")
    if not isinstance(asked, dict):
        raise BadRecordError(f"request is {brief(repr(asked), 80)}, expected an object")
    reader = _READERS.get(str(asked.get("type")))
    if reader is None:
        return []
    return reader(_Reply(asked, _json(text, "reply"), market.symbol, recv_us, sent_us))


def coin_asked(body: str) -> str | None:
    """The coin that a request names, if it names one."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:  # a request to something else
        return None
    coin = asked.get("coin") if isinstance(asked, dict) else None
    return coin if isinstance(coin, str) else None


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply, the request it answers, and the coin that is wanted of it."""

    asked: Mapping[str, Any]
    data: Any
    coin: str
    recv: int | None
    sent: int | None

    def own(self) -> list[dict[str, Any]]:
        """The objects of a list that name the coin, the earliest first."""
        data = self.data
        if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
            raise BadRecordError(f"expected a list of objects, got {brief(repr(data), 80)}")
        own = [one for one in data if one.get("coin") == self.coin]
        # The latest may come first; those of one time are in the order in which they happened all the same.
        return sorted(own, key=lambda one: one["time"]) if all(type(one.get("time")) is int for one in own) else own


def _json(text: str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as broken:
        raise BadRecordError(f"{what} is not JSON ({broken}): {brief(text, 80)!r}") from broken


def _funding_history(reply: _Reply) -> list[Part]:
    return parts("funding", reply.own(), lambda one: [_settled(one)])


def _settled(data: Mapping[str, Any]) -> Taken:
    """A rate that was paid; the settlement it is of is the whole hour before the moment it was booked at."""
    event = time_us(data["time"], "funding")
    values = {
        "kind": "settled",
        "rate": data["fundingRate"],
        "interval_h": interval_h(event),
        "next_ts": event // _HOUR_US * _HOUR_US,
    }
    return Taken("funding", event, "match", SETTLED_US, json_digest([event, values]), values)


def _contexts(reply: _Reply) -> list[Part]:
    """The state of one coin: the lists of names and of states go side by side. It has no time but the reply's."""
    names, states = reply.data[0]["universe"], reply.data[1]
    if len(names) != len(states):
        raise BadRecordError(f"{len(names)} names and {len(states)} states, expected as many")
    state = next((state for name, state in zip(names, states, strict=True) if name["name"] == reply.coin), None)
    if state is None:
        return []
    if reply.recv is not None:
        return [*context(state, reply.recv, "recv")]
    if reply.sent is not None:
        return [*context(state, reply.sent, "publish", _SENT_US)]
    raise BadRecordError("metaAndAssetCtxs has no time, and nothing says when it was sent or received")


def _book(reply: _Reply) -> list[Part]:
    if not isinstance(reply.data, dict):
        raise BadRecordError(f"expected an object, got {brief(repr(reply.data), 80)}")
    if reply.data.get("coin", reply.asked.get("coin")) != reply.coin:
        return []
    if reply.asked.get("nSigFigs") is not None:
        raise BadRecordError(f"levels are sums, rounded to {reply.asked['nSigFigs']!r} figures, and no book's")
    return parts("book_updates", [reply.data], lambda one: [book(one, _SNAPSHOT_US)])


def _trades(reply: _Reply) -> list[Part]:
    return parts("trades", reply.own(), lambda one: [trade(one)])


def _fills(reply: _Reply) -> list[Part]:
    """One account's fills, of each print the half that is its own: the prints are no tape, and are not taken as one."""
    if reply.asked.get("aggregateByTime"):
        raise BadRecordError("fills are summed up by time, expected single ones")
    return parts("fills", reply.own(), lambda one: [fill_of(reply.asked["user"], one).taken()])


_READERS: Final[Mapping[str, Callable[[_Reply], list[Part]]]] = {
    "fundingHistory": _funding_history,
    "metaAndAssetCtxs": _contexts,
    "l2Book": _book,
    "recentTrades": _trades,
    "userFills": _fills,
    "userFillsByTime": _fills,
}
