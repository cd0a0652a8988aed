"""[fetch] of footprint.toml: where the servers are, and how hard they may be asked."""

from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Any, Final
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Base addresses by source (those of one source begin with its name), pace, and the folder files go to.

    `okx_archive_files` replaces scheme and host of the addresses in OKX's listing; empty = as listed. `*_spacing_s` is
    the least time between two requests to a listing or REST endpoint.
    """

    to: str = "data/raw"
    side_by_side: int = 4
    binance_vision: str = "https://data.binance.vision"
    binance_vision_listing: str = "https://s3-ap-northeast-1.amazonaws.com/data.binance.vision"
    bybit_archive: str = "https://public.bybit.com"
    bybit_archive_books: str = "https://quote-saver.bycsi.com"
    okx_archive: str = "https://www.okx.com"
    okx_archive_files: str = ""
    okx_archive_spacing_s: float = 2.0
    bybit: str = "https://api.bybit.com"
    okx: str = "https://www.okx.com"
    hyperliquid: str = "https://api.hyperliquid.xyz"
    deribit: str = "https://www.deribit.com"
    rest_spacing_s: float = 0.25
    tardis: str = "https://datasets.tardis.dev/v1"

    def based_at(self, source: str, base: str, listing: str | None = None) -> "FetchSettings":
        """These settings with every address of `source` at `base`, its listing at `listing` if that is another."""
        stem = source.replace("-", "_")
        names = [
            spec.name
            for spec in fields(self)
            if spec.type is str and spec.name in {stem, f"{stem}_listing", f"{stem}_books", f"{stem}_files"}
        ]
        chosen: dict[str, Any] = {name: listing if listing and name.endswith("_listing") else base for name in names}
        return replace(self, **chosen)


_SPACINGS: Final = ("okx_archive_spacing_s", "rest_spacing_s")
_MAY_BE_EMPTY: Final = ("okx_archive_files",)


def setting_fault(name: str, value: Any) -> str | None:
    """What was expected of a setting, if `value` is not it."""
    if name == "side_by_side":
        return None if type(value) is int and 1 <= value <= 32 else "a whole number from 1 to 32"
    if name in _SPACINGS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        return None if is_number and 0 <= value <= 60 else "seconds from 0 to 60"
    if name == "to":
        return None if isinstance(value, str) and value else "a folder"
    if name in _MAY_BE_EMPTY and value == "":
        return None
    return None if is_address(value) else "an address as https://host"


def is_address(value: Any) -> bool:
    """Whether something is the address of a web server."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        return False
