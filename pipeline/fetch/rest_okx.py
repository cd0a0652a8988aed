"""OKX's REST history (OKX API v5: public data, trading statistics). Funding reaches back three months, open interest
1,440 samples: what is older is absent here, and in the archive."""

from collections.abc import Mapping
from typing import Final

import httpx

from pipeline.errors import FootprintError
from pipeline.fetch.period import Period
from pipeline.fetch.request import Request
from pipeline.fetch.rest import Rest, read_object
from pipeline.fetch.rest_pages import page_by_time
from pipeline.fetch.rest_type import RestType
from pipeline.fetch.retry import Broken

EXCHANGE: Final = "OKX"
_KINDS: Final = {"okx-swap": "SWAP", "okx-spot": "SPOT", "okx-futures": "FUTURES"}
_ROWS: Final = 100
_LATER: Final = ("50001", "50011", "50013", "50026")
"""Service unavailable, too many requests, busy, system error: codes that a later try may change."""


def okx_fault(reply: httpx.Response) -> None:
    """Raises Broken for a code that says "later", FP021 for another than 0: both come with status 200."""
    answer = read_object(reply)
    code = str(answer.get("code"))
    if code in _LATER:
        raise Broken(f"the venue answered {code} {answer.get('msg')}")
    if code != "0":
        raise FootprintError("FP021", f"the venue answered {code} {answer.get('msg')}", where=str(reply.url))


async def _funding(rest: Rest, request: Request, period: Period) -> int:
    """`after` and `before` exclude their own instants: rows older than the one, newer than the other."""

    async def ask(first_ms: int, last_ms: int) -> list[int]:
        reply = await rest.get(
            "/api/v5/public/funding-rate-history",
            instId=request.symbol,
            after=last_ms + 1,
            before=first_ms - 1,
            limit=_ROWS,
        )
        return [int(row["fundingTime"]) for row in reply["data"]]

    return await page_by_time(ask, period.start_ms, period.last_ms)


async def _open_interest(rest: Rest, request: Request, period: Period) -> int:
    """Whether `begin` and `end` are inside is not documented: both are asked for one millisecond outside."""

    async def ask(first_ms: int, last_ms: int) -> list[int]:
        edges = first_ms - 1, last_ms + 1
        reply = await rest.get(
            "/api/v5/rubik/stat/contracts/open-interest-history",
            instId=request.symbol,
            period=_OPEN_INTEREST.interval(request),
            begin=edges[0],
            end=edges[1],
            limit=_ROWS,
        )
        return [time for row in reply["data"] if (time := int(row[0])) not in edges]

    return await page_by_time(ask, period.start_ms, period.last_ms)


async def _instruments(rest: Rest, request: Request, _: Period) -> int:
    kind = _KINDS[request.venue]
    return len((await rest.get("/api/v5/public/instruments", instType=kind, instId=request.symbol))["data"])


_OPEN_INTEREST: Final = RestType("day", _open_interest, ("5m", "15m", "30m", "1H", "2H", "4H"))
_LISTED: Final = RestType("today", _instruments)
TYPES: Final[Mapping[str, Mapping[str, RestType]]] = {
    "okx-swap": {"funding": RestType("month", _funding), "open_interest": _OPEN_INTEREST, "instruments": _LISTED},
    "okx-futures": {"open_interest": _OPEN_INTEREST, "instruments": _LISTED},
    "okx-spot": {"instruments": _LISTED},
}
