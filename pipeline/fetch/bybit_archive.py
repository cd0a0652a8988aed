"""public.bybit.com and its archive of books: what HTML indexes link to. No checksums are published."""

import re
from collections.abc import Mapping
from typing import Final

from pipeline.fetch.listing_html import names_linked
from pipeline.fetch.period import Period, days, months
from pipeline.fetch.remote import Remote
from pipeline.fetch.request import Request, nothing_like
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.web import Web

_KINDS: Final = ("trades", "orderbook")
_PRODUCTS: Final = {"bybit-linear": "linear", "bybit-inverse": "inverse", "bybit-spot": "spot"}
TYPES: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(_PRODUCTS, _KINDS)
_DEPTHS: Final = (200, 500, 1_000)
"""Levels of the archived books, in order of preference: 500 up to 2025-08-20, 200 from the day after."""


async def remotes(web: Web, at: FetchSettings, request: Request) -> list[Remote]:
    """The files wanted, as linked, and the days that are not."""
    found: list[Remote] = []
    for kind in request.types:
        found += await (_books if kind == "orderbook" else _trades)(web, at, request)
    return found


async def _trades(web: Web, at: FetchSettings, request: Request) -> list[Remote]:
    """Days; on spot a month where only that is linked (the two overlap)."""
    is_spot = request.venue == "bybit-spot"
    folder = f"{'spot' if is_spot else 'trading'}/{request.symbol}"
    names = await _names(web, at.bybit_archive, folder, request)
    between = "_" if is_spot else ""
    found: list[Remote] = []
    whole_months: set[str] = set()
    for day in days(request.since, request.until):
        name = f"{request.symbol}{between}{day.label}.csv.gz"
        month = months(day.first, day.first)[0]
        month_name = f"{request.symbol}-{month.label}.csv.gz"
        if is_spot and name not in names and month_name in names:
            if month_name not in whole_months:
                found.append(_remote(at.bybit_archive, "trades", folder, month_name, month, names))
            whole_months.add(month_name)
        else:
            found.append(_remote(at.bybit_archive, "trades", folder, name, day, names))
    return found


async def _books(web: Web, at: FetchSettings, request: Request) -> list[Remote]:
    folder = f"orderbook/{_PRODUCTS[request.venue]}/{request.symbol}"
    names = await _names(web, at.bybit_archive_books, folder, request)
    found = []
    for day in days(request.since, request.until):
        named = [f"{day.label}_{request.symbol}_ob{depth}.data.zip" for depth in _DEPTHS]
        name = next((name for name in named if name in names), named[0])
        found.append(_remote(at.bybit_archive_books, "orderbook", folder, name, day, names))
    return found


async def _names(web: Web, base: str, folder: str, request: Request) -> set[str]:
    """What the index of a symbol links to. Raises FP023 if there is no index or no data file in it."""
    url = f"{base}/{folder}/"
    names = await names_linked(web, url)
    symbol = re.compile(rf"(.*_)?{re.escape(request.symbol)}[-_\d].*\.(csv\.gz|zip)")
    if names is not None and any(symbol.fullmatch(name) for name in names):
        return set(names)
    others = await names_linked(web, f"{url.removesuffix('/').rpartition('/')[0]}/")
    raise nothing_like(f"symbol of {request.venue} in the archive", request.symbol, others or (), where=url)


def _remote(base: str, kind: str, folder: str, name: str, period: Period, names: set[str]) -> Remote:
    path = f"bybit-archive/{folder}/{name}"
    return Remote(f"{base}/{folder}/{name}", path, kind, period, is_listed=name in names)
