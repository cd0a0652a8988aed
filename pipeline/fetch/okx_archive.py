"""OKX's historical data: found by asking for it, fetched from where the answer says. No checksums are published.

A file of trades is for a day of UTC+8: the UTC day D stands in the files D and D + 1. Books are by the UTC day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from pipeline.errors import FootprintError
from pipeline.fetch.period import Period, days, months
from pipeline.fetch.remote import Remote
from pipeline.fetch.request import Request, nothing_like
from pipeline.fetch.rest_okx import okx_fault
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.web import Spacing, Web

_PATH: Final = "/api/v5/public/market-data-history"
_PERIODS_PER_CALL: Final = 10
_HONG_KONG: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class _Module:
    """A kind of file: its number in the endpoint, whether its days are those of UTC+8, whether it comes by month,
    what its names have between symbol and date, and the folder it usually lies in."""

    number: int
    is_utc8: bool
    is_monthly: bool
    infix: str
    folder: str


_RECORDS: Final = "cdn/okex/traderecords"
_BOOKS: Final = "cdn/okx/match/orderbook/L2"
_MODULES: Final = {
    "trades": _Module(1, is_utc8=True, is_monthly=False, infix="trades", folder=f"{_RECORDS}/trades"),
    "candles": _Module(2, is_utc8=True, is_monthly=False, infix="candlesticks", folder=f"{_RECORDS}/candlesticks"),
    "funding": _Module(3, is_utc8=True, is_monthly=True, infix="fundingrates", folder=f"{_RECORDS}/swaprates"),
    "orderbook": _Module(4, is_utc8=False, is_monthly=False, infix="L2orderbook-400lv", folder=f"{_BOOKS}/400lv"),
    "orderbook_5000": _Module(
        5, is_utc8=False, is_monthly=False, infix="L2orderbook-5000lv", folder=f"{_BOOKS}/5000lv"
    ),
}
_INSTRUMENTS: Final = {"okx-swap": "SWAP", "okx-spot": "SPOT", "okx-futures": "FUTURES"}
TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "okx-swap": tuple(_MODULES),
    "okx-spot": tuple(name for name in _MODULES if name != "funding"),
    "okx-futures": tuple(name for name in _MODULES if name != "funding"),
}


async def remotes(web: Web, at: FetchSettings, request: Request) -> list[Remote]:
    """The files wanted, as listed, and the periods that are not in the listing."""
    spacing = Spacing(web, at.okx_archive_spacing_s)
    found: list[Remote] = []
    for kind in request.types:
        module = _MODULES[kind]
        wanted = _wanted(module, request)
        listed: dict[str, str] = {}
        for first in range(0, len(wanted), _PERIODS_PER_CALL):
            asked = wanted[first : first + _PERIODS_PER_CALL]
            await spacing.wait()
            listed |= await _listed(web, at, request, module, asked)
        found += [_remote(at, request, kind, period, listed.get(period.label)) for period in wanted]
    if not any(remote.is_listed for remote in found):
        await _demand_known(web, at, request, spacing)
    return found


def _wanted(module: _Module, request: Request) -> list[Period]:
    """Periods whose files hold the UTC days asked for."""
    until = request.until + timedelta(days=1) if module.is_utc8 else request.until
    return (months if module.is_monthly else days)(request.since, until)


async def _listed(
    web: Web, at: FetchSettings, request: Request, module: _Module, asked: list[Period]
) -> dict[str, str]:
    """By label of the period, the address of its file."""
    listed_by = "instIdList" if request.venue == "okx-spot" else "instFamilyList"
    query = {
        "module": module.number,
        "instType": _INSTRUMENTS[request.venue],
        listed_by: request.symbol if request.venue == "okx-spot" else _family(request.symbol),
        "dateAggrType": "monthly" if module.is_monthly else "daily",
        "begin": _noon_ms(asked[0].first),
        "end": _noon_ms(asked[-1].first),
    }
    url = f"{at.okx_archive}{_PATH}?{urlencode(query)}"
    reply = await web.reply(url, check=okx_fault)
    try:
        entries = [] if reply is None else _entries(reply.json())
        found = [(_label(entry, module), entry["filename"], entry["url"]) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FootprintError(
            "FP021", f"expected a listing of files, got something else: {error!r}", where=url
        ) from error
    return {label: address for label, name, address in found if _is_of(request, module, name)}


def _entries(reply: Any) -> list[Mapping[str, Any]]:
    return [entry for data in reply["data"] for detail in data["details"] for entry in detail["groupDetails"]]


def _label(entry: Mapping[str, Any], module: _Module) -> str:
    """The day or month of a file: from its name, else from its time (dataTs in the text of the documentation, dateTs
    in its example)."""
    pattern = r"(\d{4}-\d{2})\.[a-z.]+" if module.is_monthly else r"(\d{4}-\d{2}-\d{2})\.[a-z.]+"
    if (named := re.search(pattern, entry["filename"])) is not None:
        return named[1]
    at = datetime.fromtimestamp(int(entry.get("dataTs") or entry["dateTs"]) / 1_000, UTC)
    day = (at + _HONG_KONG if module.is_utc8 else at).date()
    return Period(day.replace(day=1) if module.is_monthly else day, module.is_monthly).label


def _is_of(request: Request, module: _Module, filename: str) -> bool:
    """Whether a file is of the symbol itself: a listing answers for a family. All dated futures are in one file."""
    stem = f"{_family(request.symbol)}-futureschain" if request.venue == "okx-futures" else request.symbol
    return filename.startswith(f"{stem}-{module.infix.partition('-')[0]}")


def _remote(at: FetchSettings, request: Request, kind: str, period: Period, address: str | None) -> Remote:
    if address is None:
        usual = _usual_path(request, _MODULES[kind], period)
        return Remote(f"{at.okx_archive}/{usual}", f"okx-archive/{usual}", kind, period, is_listed=False)
    parts = urlsplit(address)
    path = PurePosixPath(unquote(parts.path))
    if not path.name or ".." in path.parts or not path.is_absolute():
        raise FootprintError("FP021", f"the listing names an address without a file: {address!r}")
    if at.okx_archive_files:
        base = urlsplit(at.okx_archive_files)
        parts = parts._replace(scheme=base.scheme, netloc=base.netloc, path=base.path.rstrip("/") + parts.path)
    return Remote(urlunsplit(parts), f"okx-archive{path}", kind, period, is_listed=True)


def _usual_path(request: Request, module: _Module, period: Period) -> str:
    """Where a file that is not listed would lie: its row in the manifest is then that of the file when it comes."""
    often = "monthly" if module.is_monthly else "daily"
    ending = "zip" if module.folder.startswith(_RECORDS) else "tar.gz"
    name = f"{request.symbol}-{module.infix}-{period.label}.{ending}"
    return f"{module.folder}/{often}/{period.label.replace('-', '')}/{name}"


async def _demand_known(web: Web, at: FetchSettings, request: Request, spacing: Spacing) -> None:
    """Raises FP023 for a symbol that the venue does not list; one that it does not list any more passes as absent."""
    await spacing.wait()
    url = f"{at.okx_archive}/api/v5/public/instruments?instType={_INSTRUMENTS[request.venue]}"
    reply = await web.reply(url, check=okx_fault)
    if reply is None:
        return
    try:
        symbols = [row["instId"] for row in reply.json()["data"]]
    except (KeyError, TypeError) as error:
        raise FootprintError(
            "FP021", f"expected a list of instruments, got something else: {error!r}", where=url
        ) from error
    near = nothing_like(f"instrument that {request.venue} lists today", request.symbol, symbols)
    if request.symbol not in symbols and near.hint:
        raise near


def _family(symbol: str) -> str:
    """BTC-USDT of BTC-USDT-SWAP and of BTC-USDT-240628."""
    return "-".join(symbol.split("-")[:2])


def _noon_ms(day: date) -> int:
    """Noon UTC: the same date in UTC and in UTC+8, since only the date is used."""
    return int(datetime.combine(day, time(12), UTC).timestamp()) * 1_000
