"""Bybit's REST history (bybit-exchange/docs, v5/market)."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from pipeline.errors import FootprintError
from pipeline.fetch.period import Period
from pipeline.fetch.request import Request
from pipeline.fetch.rest import Rest, read_object
from pipeline.fetch.rest_pages import page_by_cursor, page_by_time
from pipeline.fetch.rest_type import RestType
from pipeline.fetch.retry import Broken

EXCHANGE: Final = "BYBIT"
_CATEGORIES: Final = {"bybit-linear": "linear", "bybit-inverse": "inverse", "bybit-spot": "spot"}
_ROWS: Final = 200
_INSTRUMENTS: Final = 1_000
_TOO_MANY: Final = (10006, 10018)


def bybit_fault(reply: httpx.Response) -> None:
    """Raises Broken for "too many requests", FP021 for another retCode than 0: both come with status 200."""
    answer = read_object(reply)
    code = answer.get("retCode")
    if code in _TOO_MANY:
        raise Broken(f"the venue answered {code} {answer.get('retMsg')}")
    if code != 0:
        raise FootprintError("FP021", f"the venue answered {code} {answer.get('retMsg')}", where=str(reply.url))


async def _funding(rest: Rest, request: Request, period: Period) -> int:
    async def ask(first_ms: int, last_ms: int) -> list[int]:
        reply = await rest.get(
            "/v5/market/funding/history",
            category=_CATEGORIES[request.venue],
            symbol=request.symbol,
            startTime=first_ms,
            endTime=last_ms,
            limit=_ROWS,
        )
        return [int(row["fundingRateTimestamp"]) for row in reply["result"]["list"]]

    return await page_by_time(ask, period.start_ms, period.last_ms)


async def _open_interest(rest: Rest, request: Request, period: Period) -> int:
    """Pages by cursor."""

    async def ask(cursor: str | None) -> tuple[int, str | None]:
        reply = await rest.get(
            "/v5/market/open-interest",
            category=_CATEGORIES[request.venue],
            symbol=request.symbol,
            intervalTime=OPEN_INTEREST.interval(request),
            startTime=period.start_ms,
            endTime=period.last_ms,
            limit=_ROWS,
            cursor=cursor,
        )
        return _page(reply)

    return await page_by_cursor(ask)


async def _instruments(rest: Rest, request: Request, _: Period) -> int:
    async def ask(cursor: str | None) -> tuple[int, str | None]:
        category = _CATEGORIES[request.venue]
        limit = None if category == "spot" else _INSTRUMENTS  # spot has no pages
        symbol = request.symbol
        path = "/v5/market/instruments-info"
        return _page(await rest.get(path, category=category, symbol=symbol, limit=limit, cursor=cursor))

    return await page_by_cursor(ask)


def _page(reply: Any) -> tuple[int, str | None]:
    """Rows of a page, and the cursor of the next."""
    return len(reply["result"]["list"]), reply["result"].get("nextPageCursor") or None


OPEN_INTEREST: Final = RestType("day", _open_interest, ("5min", "15min", "30min", "1h", "4h", "1d"))
_FUTURES: Final = {
    "funding": RestType("month", _funding),
    "open_interest": OPEN_INTEREST,
    "instruments": RestType("today", _instruments),
}
TYPES: Final[Mapping[str, Mapping[str, RestType]]] = {
    "bybit-linear": _FUTURES,
    "bybit-inverse": _FUTURES,
    "bybit-spot": {"instruments": _FUTURES["instruments"]},
}
