"""Lines of a capture file: JSON as cryptofeed records it, with the texts of the venue as they came.

`ts` is the time of receipt in Unix seconds, to the microsecond. Beside what cryptofeed
writes (header, http, connect, send, recv) there are `hole`, what is known to be
missing, and `error`, a request or a connection that failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Reply:
    """What a venue answered to a request: `received` in ns since 1970, the body of a POST, and the text as it came."""

    received: int
    url: str
    text: str
    body: str | None = None


def seconds(ns: int) -> float:
    """Unix seconds, to the microsecond: more than a float holds would be noise."""
    return ns // 1000 / 1_000_000


def header(ns: int, exchange: str, facts: Mapping[str, Any]) -> bytes:
    """The first line of a file, and of what a restart appends."""
    return _line({"t": "header", "format": FORMAT, "exchange": exchange, "recorded": seconds(ns), **facts})


def http(conn: str, reply: Reply) -> bytes:
    body = {} if reply.body is None else {"body": reply.body}
    return _line(
        {"t": "http", "conn": conn, "ts": seconds(reply.received), "url": reply.url, **body, "data": reply.text}
    )


def connect(conn: str, ns: int, address: str) -> bytes:
    return _line({"t": "connect", "conn": conn, "ts": seconds(ns), "addr": address})


def send(conn: str, ns: int, address: str, text: str) -> bytes:
    return _line({"t": "send", "conn": conn, "ts": seconds(ns), "addr": address, "data": text})


def recv(conn: str, ns: int, text: str) -> bytes:
    return _line({"t": "recv", "conn": conn, "ts": seconds(ns), "data": text})


def hole(conn: str, ns: int, feed: str, why: str, **bounds: Any) -> bytes:
    """What is known to be missing: `bounds` are the last id or time before and the first after it."""
    return _line({"t": "hole", "conn": conn, "ts": seconds(ns), "feed": feed, **bounds, "why": why})


def error(conn: str, ns: int, why: str, **facts: Any) -> bytes:
    """A request or a connection that failed; `facts` may hold the reply."""
    return _line({"t": "error", "conn": conn, "ts": seconds(ns), "why": why, **facts})


def _line(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
