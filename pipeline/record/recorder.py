"""Everything that is recorded at once: pollers and streamers of all markets, and what stores their lines."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf
from pathlib import Path
from typing import Any, Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.record import lines
from pipeline.record.capture import Capture, folder_of
from pipeline.record.clock import Clock
from pipeline.record.endpoint import Venue
from pipeline.record.endpoints import VENUES
from pipeline.record.library import Library, check_installed
from pipeline.record.poller import Poller
from pipeline.record.request import RecordRequest, check
from pipeline.record.streamer import Streamer
from pipeline.version import package_version

STORE_S: Final = 5.0
"""How often lines are stored: what a kill may lose."""
_CLOSE_S: Final = 5.0
"""A venue that does not say goodbye is not waited for longer."""
_STREAMED_S: Final = {"book": 300.0}
"""How often a feed is asked for that a stream carries: a book that lost a diff is whole again after five minutes."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of a market. `lines` by feed, and of recv, hole, error; `late` polls were left out."""

    market: Market
    files: tuple[Path, ...]
    lines: Mapping[str, int]
    stored: int
    late: int
    silent: tuple[str, ...]


@dataclass(slots=True)
class _Market:
    """One market while it is recorded."""

    market: Market
    capture: Capture
    pollers: list[Poller] = field(default_factory=list)
    streamers: list[tuple[Streamer, Library]] = field(default_factory=list)

    def recorded(self) -> Recorded:
        silent = [one.poll.feed for one in self.pollers if not one.replies]
        silent += ["stream" for one, _ in self.streamers if not one.messages]
        return Recorded(
            self.market,
            tuple(self.capture.files),
            dict(self.capture.counts),
            self.capture.stored,
            sum(one.late for one in self.pollers),
            tuple(dict.fromkeys(silent)),
        )


class Recorder:
    """Records what a request asks for. Use `run` once."""

    def __init__(self, request: RecordRequest, tell: Callable[[str], None], clock: Clock | None = None) -> None:
        """Raises FP009 for a request without meaning, FP019 without ccxt. `tell` is given a line for people to read."""
        check(request)
        check_installed()
        self._request = request
        self._tell = tell
        self._clock = clock or Clock()
        self._markets: list[_Market] = []
        self._clients: dict[tuple[str, str | None], Library] = {}

    async def run(self) -> list[Recorded]:
        """Until the time is over or the task is cancelled; what was received by then is stored either way.

        Raises FP024 if a venue refuses or the disk does.
        """
        try:
            for market in self._request.markets:
                added = self._add(market)
                feeds = dict.fromkeys(one.poll.feed for one in added.pollers)
                self._tell(f"recording {market} ({', '.join(feeds)}) into {added.capture.folder}")
            await self._work()
        finally:
            await self._close()
        return self.recorded()

    def recorded(self) -> list[Recorded]:
        """What is recorded so far."""
        return [one.recorded() for one in self._markets]

    async def _work(self) -> None:
        jobs = [poller.run() for one in self._markets for poller in one.pollers]
        jobs += [streamer.run(library) for one in self._markets for streamer, library in one.streamers]
        tasks = [asyncio.create_task(job) for job in (*jobs, self._store_now_and_then())]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._request.seconds, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _store_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(STORE_S)
            for one in self._markets:
                storing = asyncio.ensure_future(asyncio.to_thread(one.capture.store, one.capture.take()))
                try:
                    await asyncio.shield(storing)
                except asyncio.CancelledError:
                    await storing  # a thread is not cancelled, and what comes last has to stand behind it
                    raise

    async def _close(self) -> None:
        """Close all; the first failure to store is raised when the rest has been tried."""
        clients = [*self._clients.values(), *(library for one in self._markets for _, library in one.streamers)]
        closing = [asyncio.ensure_future(client.close()) for client in clients]
        if closing:
            await asyncio.wait(closing, timeout=_CLOSE_S)
        failed: FootprintError | None = None
        for one in self._markets:
            try:
                one.capture.close()
            except FootprintError as error:
                failed = failed or error
        if failed:
            raise failed

    def _add(self, market: Market) -> _Market:
        venue, request = VENUES[market.venue], self._request
        facts = {"venue": market.venue, "symbol": market.symbol, "recorder": f"mm-footprint {package_version()}"}

        def header(ns: int, cut: int) -> bytes:
            return lines.header(ns, venue.exchange, facts | ({"cut_bytes": cut} if cut else {}))

        capture = Capture(folder_of(request.to, market), header)
        added = _Market(market, capture)
        self._markets.append(added)
        streams = venue.streams if request.is_streamed else ()
        streams = tuple(one for one in streams if not request.feeds or one.feeds & set(request.feeds))
        streamed = frozenset().union(*(one.feeds for one in streams))
        added.pollers = self._pollers(market, venue, capture, streamed)
        for number, stream in enumerate(streams, len(venue.polls)):
            conn = f"{venue.exchange}.ws.{number}"
            wake = [one.woken for one in added.pollers if one.poll.feed in stream.feeds & {"book", "trades"}]
            streamer = Streamer(stream, market, conn, capture, self._clock, self._tell, wake)
            library = Library(venue.library, request.base_url(market.venue), self._clock, streamer)
            added.streamers.append((streamer, library))
        return added

    def _pollers(self, market: Market, venue: Venue, capture: Capture, streamed: frozenset[str]) -> list[Poller]:
        request, period = self._request, self._request.period
        key = venue.library, request.base_url(market.venue)
        if key not in self._clients:
            self._clients[key] = Library(*key, self._clock)
        return [
            Poller(
                poll,
                market,
                f"{venue.exchange}.http.{number}",
                capture,
                self._clients[key].ask,
                self._clock,
                _STREAMED_S.get(poll.feed, inf) if poll.feed in streamed else max(period(poll.feed), poll.at_least),
                self._tell,
                is_streamed=poll.feed in streamed,
            )
            for number, poll in zip(count(), venue.polls, strict=False)
            if not request.feeds or poll.feed in request.feeds
        ]


def check_heard(recorded: list[Recorded]) -> None:
    """FP024 if something that was asked for was never received."""
    silent = [f"{one.market} ({', '.join(one.silent)})" for one in recorded if one.silent]
    if silent:
        raise FootprintError(
            "FP024",
            f"nothing was received of {'; '.join(silent)}",
            hint="the lines of type error in the capture say why; what else was received is there",
        )


def record(request: RecordRequest, tell: Callable[[str], None]) -> tuple[list[Recorded], bool]:
    """Record in this thread, which has no event loop of its own; what was recorded, and whether Ctrl-C ended it."""
    recorder = Recorder(request, tell)
    try:
        return asyncio.run(recorder.run()), False
    except KeyboardInterrupt:
        return recorder.recorded(), True


def as_json(recorded: list[Recorded]) -> list[dict[str, Any]]:
    """What was recorded, for a program to read."""
    return [
        {
            "market": str(one.market),
            "files": [str(path) for path in one.files],
            "lines": dict(one.lines),
            "bytes": one.stored,
            "late_polls": one.late,
        }
        for one in recorded
    ]
