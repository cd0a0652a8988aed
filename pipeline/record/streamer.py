"""One websocket of one market: every message is kept, and every break of the connection is a hole."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.record import lines
from pipeline.record.capture import Capture
from pipeline.record.clock import Clock
from pipeline.record.endpoint import Stream
from pipeline.record.faults import NoReply
from pipeline.record.timetable import backoff

_STEADY_S: Final = 60.0
"""A connection that lasted this long was no failed attempt."""
_ANCHORS: Final = (1, 20)
"""After these messages of a connection the book is asked for: when the subscription is known to run, and a little
later, for a venue's snapshots may lag behind its stream."""


class Connection(Protocol):
    async def stream(self, stream: Stream, symbol: str) -> None:
        """Raises NoReply when the connection ends."""


@dataclass(slots=True)
class Streamer:
    """`wake` are events of the pollers that a new connection needs fresh replies of: the book that diffs apply to, and
    the last trades before it."""

    stream: Stream
    market: Market
    conn: str
    capture: Capture
    clock: Clock
    tell: Callable[[str], None]
    wake: Sequence[asyncio.Event] = ()
    messages: int = 0
    _last: int | None = None
    _is_broken: bool = False
    _since: int = 0
    _refused: "asyncio.Future[str]" = field(default_factory=asyncio.Future)

    async def run(self, connection: Connection) -> None:
        """Until cancelled. FP024 if the venue refuses the subscription before it ever sent anything."""
        failures = 0
        while True:
            began = self.clock.seconds()
            why = await self._until_ended(connection)
            failures = 1 if self.clock.seconds() - began >= _STEADY_S else failures + 1
            self._ended(why, failures)
            await self.clock.wait(backoff(failures, self.clock.draw), asyncio.Event())

    async def _until_ended(self, connection: Connection) -> str:
        """Listen; why the connection ended."""
        listening: asyncio.Future[Any] = asyncio.ensure_future(connection.stream(self.stream, self.market.symbol))
        try:
            waiting: set[asyncio.Future[Any]] = {listening, self._refused}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if self._refused.done():
                why = f"{self.market.venue} refuses the stream: {self._refused.result()}"
                raise FootprintError("FP024", why, where=str(self.market))
            await listening
        except NoReply as fault:
            return fault.why
        finally:
            listening.cancel()
        return "the connection ended"

    def connected(self, ns: int, address: str) -> None:
        self.capture.write(ns, lines.connect(self.conn, ns, address), "connect")
        if self._is_broken and self._last is not None:
            bounds = {"after_ms": self._last // 1_000_000, "before_ms": ns // 1_000_000}
            line = lines.hole(self.conn, ns, "stream", "the connection was broken", **bounds)
            self.capture.write(ns, line, "hole")
        self._is_broken = False
        self._since = 0

    def sent(self, ns: int, address: str, text: str) -> None:
        self.capture.write(ns, lines.send(self.conn, ns, address, text), "send")

    def received(self, ns: int, text: str) -> None:
        self.capture.write(ns, lines.recv(self.conn, ns, text), "recv")
        why = refusal(text)
        if why is None:
            self.messages += 1
            self._since += 1
            self._last = ns
            if self._since in _ANCHORS:
                for event in self.wake:
                    event.set()
        elif self.messages:
            self.capture.write(ns, lines.error(self.conn, ns, why, feed="stream"), "error")
            self.tell(f"{self.market} stream: {why}")
        elif not self._refused.done():
            self._refused.set_result(why)

    def _ended(self, why: str, failures: int) -> None:
        ns = self.clock.ns()
        self._is_broken = True
        self.capture.write(ns, lines.error(self.conn, ns, why, feed="stream"), "error")
        if failures == 1:
            self.tell(f"{self.market} stream: {why}; connecting again")


def refusal(text: str) -> str | None:
    """What a venue says against a subscription; None if the message is none of that kind."""
    if "rror" not in text and "false" not in text:
        return None
    try:
        message: Any = orjson.loads(text)
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    is_error = (
        message.get("error")
        or message.get("success") is False
        or "error"
        in (
            message.get("event"),
            message.get("channel"),
        )
    )
    return text[:300] if is_error else None
