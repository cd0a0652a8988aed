"""Tardis.dev's CSV datasets, through the vendor's own package (extra `tardis`)."""

import os
import urllib.error
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.fetch.download import Tell
from pipeline.fetch.period import days
from pipeline.fetch.remote import Got, Remote
from pipeline.fetch.request import Request
from pipeline.fingerprint import sha256_of
from pipeline.sources.tardis.exchanges import EXCHANGES

_ALL_OPTIONS: Final = "OPTIONS"
API_KEY: Final = "TARDIS_API_KEY"
_BOOKS_AND_TAPE: Final = (
    *("incremental_book_L2", "trades", "quotes", "book_ticker", "book_snapshot_5", "book_snapshot_25"),
    *("derivative_ticker", "liquidations"),
)
TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    venue: ("options_chain", "trades", "quotes", "incremental_book_L2")
    if venue == "deribit-options"
    else _BOOKS_AND_TAPE
    for venue in EXCHANGES
}


def demand_package() -> None:
    """Raises FP019 if the package is not installed."""
    if find_spec("tardis_dev") is None:
        hint = "pip install 'mm-footprint[tardis]'"
        raise FootprintError("FP019", "Tardis files are fetched by the package tardis-dev", hint=hint)


def remotes(base: str, request: Request) -> list[Remote]:
    """A file per type and day; nobody lists them."""
    exchange = EXCHANGES[request.venue]
    found = []
    for kind in request.types:
        symbol = _symbol(request, kind).replace(":", "-").replace("/", "-").upper()
        for day in days(request.since, request.until):
            path = f"{exchange}/{kind}/{day.first:%Y/%m/%d}/{symbol}.csv.gz"
            found.append(Remote(f"{base.rstrip('/')}/{path}", f"tardis/v1/{path}", kind, day))
    return found


def _symbol(request: Request, kind: str) -> str:
    """The vendor's symbol: all chains of an exchange are one file."""
    return _ALL_OPTIONS if kind == "options_chain" else request.symbol


async def get(base: str, request: Request, remote: Remote, part: Path, tell: Tell) -> Got | None:
    """Bring one file to `part`; None if there is no such file. Raises FP021."""
    from aiohttp import ClientError
    from tardis_dev import download_datasets_async

    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    key = os.environ.get(API_KEY, "")
    day = remote.period.first
    try:
        await download_datasets_async(
            exchange=EXCHANGES[request.venue],
            data_types=[remote.kind],
            symbols=[_symbol(request, remote.kind)],
            from_date=day.isoformat(),
            to_date=(day + timedelta(days=1)).isoformat(),
            api_key=key,
            download_dir=str(part.parent),
            endpoint=base.rstrip("/"),
            get_filename=lambda *_: part.name,
            concurrency=1,
        )
    except urllib.error.HTTPError as refused:
        if refused.code == 404:
            return None
        raise _refusal(refused, remote, key) from None  # its text may repeat what was sent
    except (OSError, ClientError, TimeoutError, ValueError) as failed:
        raise FootprintError("FP021", _without(key, f"{type(failed).__name__}: {failed}"), where=remote.url) from None
    size = part.stat().st_size
    tell(size, size)
    return Got(size, sha256_of(part))


def _refusal(refused: urllib.error.HTTPError, remote: Remote, key: str) -> FootprintError:
    why = _without(key, f"the server answered {refused.code} {refused.reason}")
    hint = ""
    if refused.code in {401, 403}:
        hint = (
            f"set {API_KEY} in the environment; without a key only the first day of each month is free"
            if not key
            else f"the key in {API_KEY} does not cover this exchange, type or day"
        )
    return FootprintError("FP021", why, where=remote.url, hint=hint)


def _without(key: str, text: str) -> str:
    """The text without the key."""
    return text.replace(key, "...") if key else text
