"""Requests that are tried again: what listings, checksums, downloads and REST pages are asked with."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

import httpx

from pipeline.errors import FootprintError
from pipeline.fetch.retry import RETRIED, Broken, Retries, retry_after_s

NOT_THERE: Final = frozenset({404, 410})
_LONGEST_REPLY: Final = 200

_T = TypeVar("_T")
Check = Callable[[httpx.Response], None]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Web:
    """A client, how patient it is, and the clock it lives by."""

    client: httpx.AsyncClient
    retries: Retries = field(default_factory=Retries)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = _utc_now

    async def reply(
        self,
        url: str,
        *,
        body: str | None = None,
        check: Check | None = None,
    ) -> httpx.Response | None:
        """The reply to a GET, or to a POST of JSON if there is a body; None if there is no such thing (404).

        `check` may raise Broken for a reply that says "later" inside, or FootprintError. Raises FP021.
        """

        async def once() -> httpx.Response | None:
            if body is None:
                response = await self.client.get(url)
            else:
                headers = {"Content-Type": "application/json"}
                response = await self.client.post(url, content=body, headers=headers)
            if response.status_code in NOT_THERE:
                return None
            self.accept(response, response.text)
            if check is not None:
                check(response)
            return response

        return await self._until_done(url, once)

    async def headers(self, url: str) -> httpx.Headers | None:
        """The headers of the reply to a HEAD; None if there is no such thing (404). Raises FP021."""

        async def once() -> httpx.Headers | None:
            response = await self.client.head(url, headers={"Accept-Encoding": "identity"})
            if response.status_code in NOT_THERE:
                return None
            self.accept(response)
            return response.headers

        return await self._until_done(url, once)

    async def knock(self, url: str) -> None:
        """Nothing, if a server answers there, whatever it answers. Raises FP021 if none does."""

        async def once() -> None:
            await self.client.get(url)

        await self._until_done(url, once)

    async def _until_done(self, url: str, once: Callable[[], Awaitable[_T]]) -> _T:
        failures = 0
        while True:
            try:
                with _broken_if_cut():
                    return await once()
            except Broken as broken:
                failures += 1
                await self.pause(failures, broken, url)

    @asynccontextmanager
    async def stream(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """A reply whose body is still to come, bytes as they are sent; Broken where the connection is."""
        with _broken_if_cut():
            async with self.client.stream("GET", url, headers={"Accept-Encoding": "identity", **headers}) as response:
                yield response

    def accept(self, response: httpx.Response, text: str = "") -> None:
        """Nothing for a reply that is one; Broken for one to be asked for again, FP021 for a refusal."""
        status = response.status_code
        if status in RETRIED:
            asked = retry_after_s(response.headers.get("Retry-After"), self.now())
            raise Broken(f"the server answered {status} {response.reason_phrase}", asked)
        if not response.is_success:
            said = f": {text[:_LONGEST_REPLY]}" if text else ""
            raise FootprintError(
                "FP021", f"the server answered {status} {response.reason_phrase}{said}", where=str(response.url)
            )

    async def pause(self, failures: int, broken: Broken, url: str) -> None:
        """Wait before the next try. Raises FP021 when there is to be none."""
        seconds = self.retries.pause_s(failures, broken)
        if seconds is not None:
            await self.sleep(seconds)
            return
        if broken.retry_after_s is not None and broken.retry_after_s > self.retries.patience_s:
            why = f"{broken}, and asks to wait {broken.retry_after_s:,.0f} s"
            raise FootprintError("FP021", why, where=url, hint="the same command, when that time is over")
        raise FootprintError(
            "FP021",
            f"{broken}; tried {failures} times",
            where=url,
            hint="the same command later; what has come is kept and not fetched again",
        )


class Spacing:
    """Keeps requests apart: each begins at least `seconds` after the one before."""

    def __init__(self, web: Web, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._web, self._seconds, self._clock = web, seconds, clock
        self._turn = asyncio.Lock()
        self._next = float("-inf")

    async def wait(self) -> None:
        async with self._turn:
            if (early := self._next - self._clock()) > 0:
                await self._web.sleep(early)
            self._next = max(self._clock(), self._next) + self._seconds


@contextmanager
def _broken_if_cut() -> Iterator[None]:
    """Turns what a network does into Broken."""
    try:
        yield
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise FootprintError("FP021", f"no address that can be asked: {error}") from error
    except httpx.TimeoutException as error:
        raise Broken("the server did not answer in time") from error
    except httpx.RequestError as error:
        raise Broken(f"the connection failed: {str(error) or type(error).__name__}") from error
