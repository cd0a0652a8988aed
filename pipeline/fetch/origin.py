"""Where files come from, and what each source has. Adding one: a module and an entry here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import httpx

from pipeline.fetch import (
    binance_vision,
    bybit_archive,
    okx_archive,
    rest_bybit,
    rest_deribit,
    rest_hyperliquid,
    rest_okx,
    tardis,
)
from pipeline.fetch.download import Part, Tell, download
from pipeline.fetch.remote import Got, Remote
from pipeline.fetch.request import Request, nothing_like
from pipeline.fetch.rest_history import History
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.web import Spacing, Web
from pipeline.sources import SOURCES

Get = Callable[[Remote, Part, Tell], Awaitable[Got | None]]
"""Brings one file to its part; None if there is no such file."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A request that is under way: the files it means, and how one is got."""

    remotes: tuple[Remote, ...]
    get: Get


@dataclass(frozen=True, slots=True)
class Origin:
    """A source: its types of data by venue, the usual venue first.

    `ingested_as`: the source of `footprint ingest` that reads its files; `otherwise`: by type, another one that does.
    `unread`: venues and types that none reads.
    """

    types: Mapping[str, tuple[str, ...]]
    open: Callable[[Web, FetchSettings, Request], Awaitable[Opened]]
    ingested_as: str
    has_intervals: bool = False
    otherwise: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[tuple[str, str]] = frozenset()

    def reader_of(self, kind: str, venue: str) -> str | None:
        """The source that reads files of a type of a venue; None if there is none."""
        reader = self.otherwise.get(kind, self.ingested_as)
        return reader if (venue, kind) not in self.unread and venue in SOURCES[reader].venues else None


_NOT_OTHERWISE: Final[Mapping[str, str]] = {}

_TARDIS_OTHERWISE: Final[Mapping[str, str]] = {
    "options_chain": "tardis-options",
    "book_snapshot_5": "tardis-snapshots",
    "book_snapshot_25": "tardis-snapshots",
}

Remotes = Callable[[Web, FetchSettings, Request], Awaitable[list[Remote]]]


async def _open_archive(remotes: Remotes, web: Web, at: FetchSettings, request: Request) -> Opened:
    async def get(remote: Remote, part: Part, tell: Tell) -> Got | None:
        return await download(web, remote.url, part, tell)

    return Opened(tuple(await remotes(web, at, request)), get)


async def _open_history(history: History, web: Web, at: FetchSettings, request: Request) -> Opened:
    if history.source == "hyperliquid":
        rest_hyperliquid.refuse_requester_pays(request)
    base: str = getattr(at, history.source)
    spacing = Spacing(web, at.rest_spacing_s)  # one for all files: the venue counts requests, not files

    async def get(remote: Remote, part: Part, tell: Tell) -> Got | None:
        return await history.get(web, base, spacing, request, remote, part.path, tell)

    return Opened(tuple(history.remotes(web, base, request)), get)


async def _open_tardis(web: Web, at: FetchSettings, request: Request) -> Opened:
    tardis.demand_package()
    await web.knock(at.tardis)  # the package would try an address without a server for an hour

    async def get(remote: Remote, part: Part, tell: Tell) -> Got | None:
        return await tardis.get(at.tardis, request, remote, part.path, tell)

    return Opened(tuple(tardis.remotes(at.tardis, request)), get)


def _archive(
    types: Mapping[str, tuple[str, ...]],
    remotes: Remotes,
    name: str,
    has_intervals: bool = False,
    otherwise: Mapping[str, str] = _NOT_OTHERWISE,
) -> Origin:
    return Origin(types, partial(_open_archive, remotes), name, has_intervals, otherwise)


def _history(history: History, also: tuple[str, ...] = (), unread: frozenset[tuple[str, str]] = frozenset()) -> Origin:
    types = {venue: (*of_venue, *also) for venue, of_venue in history.types.items()}
    has_intervals = any(kind.intervals for of_venue in history.types.values() for kind in of_venue.values())
    return Origin(types, partial(_open_history, history), "json-capture", has_intervals, unread=unread)


ORIGINS: Final[Mapping[str, Origin]] = {
    "binance-vision": _archive(
        binance_vision.TYPES,
        binance_vision.remotes,
        "binance-vision",
        has_intervals=True,
        otherwise={"trades": "binance-vision-trades"},
    ),
    "bybit-archive": _archive(bybit_archive.TYPES, bybit_archive.remotes, "bybit-archive"),
    "okx-archive": _archive(okx_archive.TYPES, okx_archive.remotes, "okx-archive"),
    "bybit": _history(History("bybit", rest_bybit.EXCHANGE, rest_bybit.TYPES, rest_bybit.bybit_fault)),
    "okx": _history(History("okx", rest_okx.EXCHANGE, rest_okx.TYPES, rest_okx.okx_fault)),
    "hyperliquid": _history(
        History("hyperliquid", rest_hyperliquid.EXCHANGE, rest_hyperliquid.TYPES, rest_hyperliquid.hyperliquid_fault),
        also=tuple(rest_hyperliquid.REQUESTER_PAYS),  # known, and refused with the line that fetches them
    ),
    "deribit": _history(
        History("deribit", rest_deribit.EXCHANGE, rest_deribit.TYPES, rest_deribit.deribit_fault),
        unread=frozenset({("deribit-options", "instruments")}),  # each option has a contract, a chain none
    ),
    "tardis": Origin(tardis.TYPES, _open_tardis, "tardis", otherwise=_TARDIS_OTHERWISE),
}


def checked(name: str, request: Request) -> Origin:
    """The source, if it has what is requested; FP023 with what it has if not."""
    if name not in ORIGINS:
        raise nothing_like("source to fetch from", name, ORIGINS)
    origin = ORIGINS[name]
    if request.venue not in origin.types:
        raise nothing_like(f"venue of {name}", request.venue, origin.types)
    if not request.types:
        have = ", ".join(origin.types[request.venue])
        raise nothing_like(f"type of {name}", "", (), hint=f"--types with one or more of {have}")
    for kind in request.types:
        if kind not in origin.types[request.venue]:
            raise nothing_like(f"type of {name} on {request.venue}", kind, origin.types[request.venue])
    if request.interval is not None and not origin.has_intervals:
        raise nothing_like(f"interval of {name}", request.interval, (), hint="leave --interval away")
    return origin


def client(settings: FetchSettings, timeout_s: float = 30.0) -> httpx.AsyncClient:
    """Connections for a run, a few more than files are fetched side by side."""
    limits = httpx.Limits(max_connections=settings.side_by_side + 4)
    timeout = httpx.Timeout(timeout_s, pool=None)
    return httpx.AsyncClient(timeout=timeout, limits=limits, follow_redirects=True)
