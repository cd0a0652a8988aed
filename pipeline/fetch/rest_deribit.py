"""Deribit's REST history (docs.deribit.com, API v2, public)."""

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

EXCHANGE: Final = "DERIBIT"
_KINDS: Final = {"deribit": "future", "deribit-options": "option"}
_TOO_MANY: Final = 10028


def deribit_fault(reply: httpx.Response) -> None:
    """Raises Broken for "too many requests", FP021 for another error in a reply with status 200."""
    answer = read_object(reply)
    if (error := answer.get("error")) is None:
        return
    if error.get("code") == _TOO_MANY:
        raise Broken(f"the venue answered {error['code']} {error.get('message')}")
    raise FootprintError("FP021", f"the venue answered {error}", where=str(reply.url))


async def _funding(rest: Rest, request: Request, period: Period) -> int:
    async def ask(first_ms: int, last_ms: int) -> list[int]:
        reply = await rest.get(
            "/api/v2/public/get_funding_rate_history",
            instrument_name=request.symbol,
            start_timestamp=first_ms,
            end_timestamp=last_ms,
        )
        return [int(row["timestamp"]) for row in reply["result"]]

    return await page_by_time(ask, period.start_ms, period.last_ms)


async def _dvol(rest: Rest, request: Request, period: Period) -> int:
    """The newest come first; `continuation` is where the next reply is to end."""
    rows, until_ms = 0, period.last_ms
    while True:
        reply = await rest.get(
            "/api/v2/public/get_volatility_index_data",
            currency=_currency(request.symbol),
            start_timestamp=period.start_ms,
            end_timestamp=until_ms,
            resolution=_DVOL.interval(request),
        )
        rows += len(reply["result"]["data"])
        continuation = reply["result"].get("continuation")
        if continuation is None:
            return rows
        if int(continuation) >= until_ms:
            raise FootprintError(
                "FP021", f"the endpoint goes on at {continuation} after {until_ms}: its pages do not end"
            )
        until_ms = int(continuation)


async def _instruments(rest: Rest, request: Request, _: Period) -> int:
    kind = _KINDS[request.venue]
    path = "/api/v2/public/get_instruments"
    return len((await rest.get(path, currency=_currency(request.symbol), kind=kind))["result"])


def _currency(symbol: str) -> str:
    """BTC of BTC and of BTC-PERPETUAL; USDC of AVAX_USDC-PERPETUAL."""
    return symbol.partition("-")[0].rpartition("_")[2]


_DVOL: Final = RestType("day", _dvol, ("60", "1", "3600", "43200", "1D"))
_LISTED: Final = RestType("today", _instruments)
TYPES: Final[Mapping[str, Mapping[str, RestType]]] = {
    "deribit": {"funding": RestType("month", _funding), "instruments": _LISTED},
    "deribit-options": {"dvol": _DVOL, "instruments": _LISTED},
}
