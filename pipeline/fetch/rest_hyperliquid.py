"""Hyperliquid's REST history: POST /info. Its archive on S3 is paid for by who asks, and is not fetched here."""

from collections.abc import Mapping
from typing import Final

import httpx

from pipeline.errors import FootprintError
from pipeline.fetch.period import Period
from pipeline.fetch.request import Request
from pipeline.fetch.rest import Rest, read_json
from pipeline.fetch.rest_pages import page_by_time
from pipeline.fetch.rest_type import RestType

EXCHANGE: Final = "HYPERLIQUID"
_MARKET_DATA: Final = "s3://hyperliquid-archive"
_NODE_DATA: Final = "s3://hl-mainnet-node-data"
REQUESTER_PAYS: Final = {
    "l2Book": f"{_MARKET_DATA}/market_data/{{day}}/{{hour}}/l2Book/{{symbol}}.lz4",
    "asset_ctxs": f"{_MARKET_DATA}/asset_ctxs/{{day}}.csv.lz4",
    "node_trades": f"{_NODE_DATA}/node_trades/hourly/{{day}}/{{hour}}.lz4",
    "node_fills": f"{_NODE_DATA}/node_fills/hourly/{{day}}/{{hour}}.lz4",
    "node_fills_by_block": f"{_NODE_DATA}/node_fills_by_block/hourly/{{day}}/{{hour}}.lz4",
}


def hyperliquid_fault(reply: httpx.Response) -> None:
    """Raises FP021 for what is no JSON, or null: the answer about a coin that there is not."""
    if read_json(reply) is None:
        raise FootprintError("FP021", "the venue answered null: it knows no such coin", where=str(reply.url))


def refuse_requester_pays(request: Request) -> None:
    """Raises FP023 with the line that fetches it, for a type of the archive, and the one that reads it.

    The copy keeps its place in the bucket: names repeat every hour, and only the folders say which day and hour it is.
    """
    for kind in request.types:
        if (key := REQUESTER_PAYS.get(kind)) is not None:
            source = key.format(day=request.since.strftime("%Y%m%d"), hour=0, symbol=request.symbol)
            copy = f"data/raw/{source.removeprefix('s3://')}"
            reader = "hyperliquid-node-trades" if kind == "node_trades" else "hyperliquid-archive"
            hours = "" if kind == "asset_ctxs" else "   (hours are 0 to 23, not 00)"
            raise FootprintError(
                "FP023",
                f"{kind} lies in a bucket whose readers pay (about 0.09 USD per GB) and need an account at AWS; "
                "footprint never spends your money",
                hint=f"aws s3 cp --request-payer requester {source} {copy}{hours}, then "
                f"footprint ingest {reader} {copy} --venue {request.venue} --symbol {request.symbol}",
            )


async def _funding(rest: Rest, request: Request, period: Period) -> int:
    async def ask(first_ms: int, last_ms: int) -> list[int]:
        body: dict[str, object] = {"type": "fundingHistory", "coin": request.symbol}
        return [
            int(row["time"]) for row in await rest.post("/info", body | {"startTime": first_ms, "endTime": last_ms})
        ]

    return await page_by_time(ask, period.start_ms, period.last_ms)


async def _instruments(rest: Rest, _: Request, __: Period) -> int:
    return len((await rest.post("/info", {"type": "metaAndAssetCtxs"}))[0]["universe"])


TYPES: Final[Mapping[str, Mapping[str, RestType]]] = {
    "hyperliquid": {"funding": RestType("month", _funding), "instruments": RestType("today", _instruments)}
}
