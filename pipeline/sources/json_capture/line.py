"""Lines of a capture: JSON objects as cryptofeed writes them, and as `footprint record` and `footprint fetch` do.

    {"t": "header", "exchange": "BYBIT", ...}                             how the file begins; a restart appends another
    {"t": "connect", "conn": "BYBIT.ws.2", "ts": ..., "addr": "wss://..."}
    {"t": "send", "conn", "ts", "addr", "data"}                           what the recorder asked for
    {"t": "recv", "conn", "ts", "data": "<text of the message>"}
    {"t": "http", "conn", "ts", "url", "body"?, "data": "<text of the reply>"}
    {"t": "hole" | "error", "conn", "ts", ...}                            what the recorder knows to be missing

`ts` is the time of receipt in seconds since 1970.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from pipeline.sources.batch import BadRecordError, brief
from pipeline.sources.reading.times import EARLIEST, LATEST

KINDS: Final = frozenset({"header", "connect", "send", "recv", "http", "hole", "error"})
_RECEIVED: Final = re.compile(rb'[,{]\s*"ts"\s*:\s*([0-9]+)(?:\.([0-9]+))?\s*[,}]')
"""Within a JSON text a quote is escaped, so this is never a field of `data`."""


@dataclass(frozen=True, slots=True)
class CaptureLine:
    """A line; `conn` is the connection's name, which begins with the exchange's, and `recv` microseconds, 0 if none.

    `address` is a connection's address or a reply's URL, `body` what a request was sent with, `text` and `message`
    what came (as text, and read), `facts` the fields of a header or a hole.
    """

    kind: str
    conn: str
    recv: int
    address: str = ""
    body: str = ""
    text: str = ""
    message: Any = None
    facts: dict[str, Any] | None = None

    @property
    def exchange(self) -> str:
        return self.conn.partition(".")[0]


def parse_line(text: bytes) -> CaptureLine:
    """Raises BadRecordError for a line that is none of a capture, or whose message is no JSON."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as broken:
        raise BadRecordError(f"not JSON: {broken}") from broken
    kind = fields.get("t") if isinstance(fields, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadRecordError(f"expected an object with t = {', '.join(sorted(KINDS))}, got t = {brief(repr(kind), 40)}")
    if kind == "header":
        return CaptureLine(kind, _text(fields, "exchange"), 0, facts=fields)
    conn = _text(fields, "conn")
    if kind in ("hole", "error"):
        return CaptureLine(kind, conn, received(text) if kind == "hole" else 0, facts=fields)
    address = _text(fields, "url") if kind == "http" else "" if kind == "recv" else _text(fields, "addr")
    recv, body = received(text), fields.get("body")
    if kind not in ("recv", "http"):
        return CaptureLine(kind, conn, recv, address)
    came = _text(fields, "data")
    return CaptureLine(kind, conn, recv, address, body if isinstance(body, str) else "", came, _message(came))


def received(text: bytes) -> int:
    """Microseconds of the line's `ts`, from its digits; finer ones are cut."""
    found = _RECEIVED.search(text)
    if found is None:
        raise BadRecordError("expected ts with the seconds of receipt, found none")
    whole, fraction = found[1], found[2] or b""
    moment = int(whole[:12]) * 1_000_000 + int(fraction[:6].ljust(6, b"0"))
    if not EARLIEST <= moment < LATEST:
        raise BadRecordError(f"ts is {brief(whole.decode(), 40)}, expected seconds since 1970 between 2009 and 2100")
    return moment


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise BadRecordError(f"{fields['t']} line has {name} = {brief(repr(value), 40)}, expected text")
    return value


def _message(text: str) -> Any:
    """What came over the wire; a pong is no JSON and says nothing."""
    if text in ("pong", "ping"):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as broken:
        raise BadRecordError(f"data is not JSON: {broken}") from broken
