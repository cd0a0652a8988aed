"""data.binance.vision: zips of days and months with checksums (github.com/binance/binance-public-data)."""

import re
from collections.abc import Mapping
from typing import Final

from pipeline.fetch.listing_s3 import Key, folders_below, keys_below
from pipeline.fetch.period import Period, days, months
from pipeline.fetch.remote import Remote
from pipeline.fetch.request import Request, nothing_like
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.web import Web

_SPOT: Final = ("aggTrades", "trades", "klines")
_PRICE_KLINES: Final = ("markPriceKlines", "indexPriceKlines", "premiumIndexKlines")
_FUTURES: Final = (*_SPOT, *_PRICE_KLINES, "bookDepth", "bookTicker", "metrics", "fundingRate")

TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "binance-usdm": _FUTURES,
    "binance-coinm": (*_FUTURES, "liquidationSnapshot"),
    "binance-spot": _SPOT,
    "binance-options": ("BVOLIndex", "EOHSummary"),
}
_MARKETS: Final = {
    "binance-usdm": "futures/um",
    "binance-coinm": "futures/cm",
    "binance-spot": "spot",
    "binance-options": "option",
}
_MONTHS_ONLY: Final = ("fundingRate",)
_BARS: Final = ("klines", *_PRICE_KLINES)
_INTERVAL: Final = "1m"
INTERVALS: Final = ("1s", *("1m", "3m", "5m", "15m", "30m"), *("1h", "2h", "4h", "6h", "8h", "12h"), "1d")


async def remotes(web: Web, at: FetchSettings, request: Request) -> list[Remote]:
    """The files wanted, as listed, and the periods that are not in the listing."""
    if request.interval is not None and request.interval not in INTERVALS:
        raise nothing_like("interval of klines", request.interval, INTERVALS)
    found: list[Remote] = []
    for kind in request.types:
        found += await _of_type(web, at, request, kind)
    return found


async def _of_type(web: Web, at: FetchSettings, request: Request, kind: str) -> list[Remote]:
    is_monthly = kind in _MONTHS_ONLY
    wanted = (months if is_monthly else days)(request.since, request.until)
    top = f"data/{_MARKETS[request.venue]}/{'monthly' if is_monthly else 'daily'}/{kind}/"
    interval = request.interval or _INTERVAL
    symbol = _symbol(request, kind)
    folder = f"{top}{symbol}/" + (f"{interval}/" if kind in _BARS else "")
    stem = f"{folder}{symbol}-{interval if kind in _BARS else kind}-"
    listed = await keys_below(
        web,
        at.binance_vision_listing,
        folder,
        after=f"{stem}{wanted[0].label}",  # stands before its own .zip
        last=f"{stem}{wanted[-1].label}.zip.CHECKSUM",
    )
    name = re.compile(re.escape(stem) + r"\d{4}-\d{2}(-\d{2})?\.zip(\.CHECKSUM)?")
    keys = {key.name: key for key in listed if name.fullmatch(key.name)}  # there are strays
    if not keys and not await keys_below(web, at.binance_vision_listing, folder):
        raise await _unknown(web, at, request, kind, top)
    return [_remote(at, kind, period, f"{stem}{period.label}.zip", keys) for period in wanted]


def _symbol(request: Request, kind: str) -> str:
    """The archive's name for the market: an index price is a pair's, the same for all its COIN-M contracts."""
    is_pair = kind == "indexPriceKlines" and request.venue == "binance-coinm"
    return request.symbol.split("_")[0] if is_pair else request.symbol


def _remote(at: FetchSettings, kind: str, period: Period, name: str, keys: Mapping[str, Key]) -> Remote:
    url, path = f"{at.binance_vision}/{name}", f"binance-vision/{name}"
    if (key := keys.get(name)) is None:
        return Remote(url, path, kind, period, is_listed=False)
    # A checksum that is not listed is asked for all the same: it is published with the file or soon after.
    return Remote(url, path, kind, period, True, key.bytes, key.etag, key.last_modified, f"{url}.CHECKSUM")


async def _unknown(web: Web, at: FetchSettings, request: Request, kind: str, top: str) -> Exception:
    """FP023 for a symbol without a single file of a type."""
    symbols = await folders_below(web, at.binance_vision_listing, top)
    if _symbol(request, kind) in symbols:
        return nothing_like(f"interval of {kind} of {request.symbol}", request.interval or _INTERVAL, ())
    what = f"symbol with {kind} on {request.venue}"
    return nothing_like(what, request.symbol, symbols, where=f"{at.binance_vision_listing}?prefix={top}")
