"""ccxt behind a narrow door: the texts of replies and messages, not the numbers it makes of them.

ccxt knows the hosts, the weight of each request and the venue's limits, and how a
connection is kept alive. Its unified numbers are floats, so two of its own hooks are
overridden: `on_rest_response`, which is given the text of every reply in the task that
asked for it, and the client's handler of text messages, before it decodes them.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partial
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit, urlunsplit

import orjson

from pipeline.errors import FootprintError
from pipeline.record.clock import Clock
from pipeline.record.endpoint import Stream
from pipeline.record.faults import NoReply, Refusal
from pipeline.record.lines import Reply

_LONGEST_WHY: Final = 300
_ENDED: Final = "ended"
_TOO_OFTEN: Final = (418, 429)
"""Binance answers 418 to an address that went on after 429, and bans it the longer the more it asks."""
_BUSY: Final = 403, *_TOO_OFTEN
"""Answers that say nothing about the request: asked again later, it may be served. So are those from 500 on."""
_QUIET_S: Final = 10.0
"""How long a venue is left alone that says so and not for how long."""


class _Answer(NamedTuple):
    """A reply and its HTTP status."""

    status: int
    reply: Reply


_answer: ContextVar[_Answer | None] = ContextVar("answer", default=None)


class Listener(Protocol):
    """Is told what a websocket does, with the time in ns."""

    def connected(self, ns: int, address: str) -> None: ...
    def sent(self, ns: int, address: str, text: str) -> None: ...
    def received(self, ns: int, text: str) -> None: ...


def check_installed() -> None:
    """FP019 if ccxt is missing."""
    try:
        import ccxt.pro  # noqa: F401
    except ImportError as missing:
        why = "recording asks the venues through ccxt, which is not here"
        raise FootprintError("FP019", why, hint="pip install 'mm-footprint[live]'") from missing


class Library:
    """One venue's client. Requests of all markets that go through one client share its rate limit."""

    def __init__(self, name: str, base_url: str | None, clock: Clock, listener: Listener | None = None) -> None:
        """`name` is ccxt's; `base_url` stands in for scheme, host and port of all its addresses."""
        self._exchange = _class(name, clock, listener)({"enableRateLimit": True})
        api = _addresses(self._exchange.urls["api"], self._exchange.hostname or "")
        self._exchange.urls["api"] = rebased(api, base_url) if base_url else api

    async def ask(self, method: str, params: Mapping[str, Any]) -> Reply:
        """One reply, as it came. NoReply if there is none to keep, Refusal if there will be none."""
        import ccxt

        _answer.set(None)
        try:
            decoded = await getattr(self._exchange, method)(dict(params))
        except ccxt.BaseError as error:
            answer, why = _answer.get(), f"{type(error).__name__}: {error}"[:_LONGEST_WHY]
            if answer is None:
                raise NoReply(why) from error
            is_busy = answer.status in _BUSY or answer.status >= 500 or isinstance(error, ccxt.NetworkError)
            raise (NoReply if is_busy else Refusal)(why, answer.reply.text) from error
        answer = _answer.get()
        if answer is None or not isinstance(decoded, dict | list):
            raise NoReply("expected JSON", answer.reply.text if answer else None)
        return answer.reply

    async def stream(self, stream: Stream, symbol: str) -> None:
        """Listen until the connection ends, which it always does with NoReply."""
        import ccxt

        address = address_of(self._exchange.urls["api"], stream)
        for number, message in enumerate(stream.opening(symbol)):
            ended = self._exchange.watch(address, _ENDED, message, f"opening {number}")
        try:
            await ended
        except ccxt.BaseError as error:
            raise NoReply(f"{type(error).__name__}: {error}"[:_LONGEST_WHY]) from error
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            raise NoReply("the connection was closed") from None

    async def close(self) -> None:
        await self._exchange.close()


def rebased(api: Any, base_url: str) -> Any:
    """ccxt's addresses with scheme, host and port of `base_url`; websockets keep theirs of the same kind."""
    if isinstance(api, dict):
        return {name: rebased(one, base_url) for name, one in api.items()}
    base, own = urlsplit(base_url), urlsplit(api)
    scheme = base.scheme.replace("http", "ws") if own.scheme.startswith("ws") else base.scheme
    return urlunsplit((scheme, base.netloc, own.path, own.query, ""))


def address_of(api: Mapping[str, Any], stream: Stream) -> str:
    """Where a stream is: wss://host/public/ws/0 of wss://host/ws, the category public and the suffix /0."""
    found: Any = api
    for name in stream.address:
        found = found[name]
    head, _, tail = str(found).rpartition("/")
    return "/".join([head, *([stream.category] if stream.category else []), tail]) + stream.suffix


def _quiet_s(headers: Mapping[str, str]) -> float:
    """Seconds of Retry-After, if it is there and a number."""
    stated = next((text for name, text in headers.items() if name.lower() == "retry-after"), "")
    return float(stated) if stated.isdecimal() else _QUIET_S


def _addresses(api: Any, hostname: str) -> Any:
    if isinstance(api, dict):
        return {name: _addresses(one, hostname) for name, one in api.items()}
    return api.replace("{hostname}", hostname)


def _class(name: str, clock: Clock, listener: Listener | None) -> Any:
    """ccxt's class of a venue, with the hooks."""
    import ccxt.pro

    def received(client: Any, data: str | bytes) -> None:
        text = data.decode() if isinstance(data, bytes) else data
        client.lastPong = clock.ns() // 1_000_000  # whatever comes is a sign of life
        if listener is not None and text != "pong":
            listener.received(clock.ns(), text)

    async def send(client: Any, original: Callable[[str], Any], message: Any) -> None:
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        if listener is not None and text != "ping":
            listener.sent(clock.ns(), client.url, text)
        await original(text)

    class Recorded(getattr(ccxt.pro, name)):  # type: ignore[misc]
        quiet_until = 0.0

        async def fetch(self, *asked: Any, **more: Any) -> Any:
            """Behind the queue of the rate limit: what waits there is held back too."""
            while (quiet := self.quiet_until - clock.seconds()) > 0:
                await asyncio.sleep(quiet)
            return await super().fetch(*asked, **more)

        def on_rest_response(
            self, code: int, reason: str, url: str, method: str, headers: Any, text: str, asked: Any, body: Any
        ) -> Any:
            _answer.set(_Answer(code, Reply(clock.ns(), url, text, body)))
            if code in _TOO_OFTEN:
                self.quiet_until = clock.seconds() + _quiet_s(headers)
            return super().on_rest_response(code, reason, url, method, headers, text, asked, body)

        def client(self, url: str) -> Any:
            is_new = url not in (self.clients or {})
            made = super().client(url)
            if is_new:
                made.handle_text_or_binary_message = partial(received, made)
                made.send = partial(send, made, made.send)
            return made

        def on_connected(self, client: Any, message: Any = None) -> None:
            super().on_connected(client, message)
            if listener is not None:
                listener.connected(clock.ns(), client.url)

    return Recorded
