"""REST history of venues: rows by time, in pages as each venue cuts them."""

import json
from collections.abc import Sequence

from tests.archive.server import Archive, Asked

HOUR_MS = 3_600_000


def serve_bybit(
    archive: Archive, funding: Sequence[int] = (), open_interest: Sequence[int] = (), page: int = 200
) -> None:
    """Funding newest first, `page` rows at most whatever the limit; open interest by cursor."""

    def funding_page(asked: Asked) -> bytes:
        inside = _inside(funding, asked, "startTime", "endTime")[::-1][:page]
        rows = [
            {"symbol": asked.query["symbol"], "fundingRate": "0.0001", "fundingRateTimestamp": str(t)} for t in inside
        ]
        return json.dumps({"retCode": 0, "retMsg": "OK", "result": {"list": rows}}).encode()

    def interest_page(asked: Asked) -> bytes:
        inside = _inside(open_interest, asked, "startTime", "endTime")[::-1]
        begin = int(asked.query.get("cursor", 0))
        rows = [{"openInterest": "1.5", "timestamp": str(t)} for t in inside[begin : begin + page]]
        cursor = str(begin + page) if begin + page < len(inside) else ""
        return json.dumps({"retCode": 0, "result": {"list": rows, "nextPageCursor": cursor}}).encode()

    def instruments(asked: Asked) -> bytes:
        rows = [{"symbol": asked.query["symbol"], "priceFilter": {"tickSize": "0.10"}}]
        return json.dumps({"retCode": 0, "result": {"list": rows, "nextPageCursor": ""}}).encode()

    archive.answers["/v5/market/funding/history"] = funding_page
    archive.answers["/v5/market/open-interest"] = interest_page
    archive.answers["/v5/market/instruments-info"] = instruments


def serve_okx_rest(
    archive: Archive,
    funding: Sequence[int] = (),
    open_interest: Sequence[int] = (),
    page: int = 100,
    edge: int = 0,
) -> None:
    """Newest first. `after` and `before` exclude their own instants; `begin` and `end` do with an `edge` of 1."""

    def funding_page(asked: Asked) -> bytes:
        before, after = int(asked.query["before"]), int(asked.query["after"])
        inside = [t for t in funding if before < t < after]
        rows = [
            {"instId": asked.query["instId"], "fundingTime": str(t), "fundingRate": "0.0001", "realizedRate": "0.0001"}
            for t in inside
        ]
        return json.dumps({"code": "0", "msg": "", "data": rows[::-1][:page]}).encode()

    def interest_page(asked: Asked) -> bytes:
        begin, end = int(asked.query["begin"]) + edge, int(asked.query["end"]) - edge
        rows = [[str(t), "100", "1.5", "9.9"] for t in open_interest if begin <= t <= end]
        return json.dumps({"code": "0", "msg": "", "data": rows[::-1][:page]}).encode()

    archive.answers["/api/v5/public/funding-rate-history"] = funding_page
    archive.answers["/api/v5/rubik/stat/contracts/open-interest-history"] = interest_page
    archive.answers["/api/v5/public/instruments"] = lambda _: (
        b'{"code":"0","data":[{"instId":"BTC-USDT-SWAP","ctVal":"0.01","tickSz":"0.1","lotSz":"0.01"}]}'
    )


def serve_hyperliquid(archive: Archive, funding: Sequence[int] = (), page: int = 500) -> None:
    """Oldest first, by POST."""

    def info(asked: Asked) -> bytes:
        body = json.loads(asked.body)
        if body["type"] == "metaAndAssetCtxs":
            return b'[{"universe":[{"name":"BTC"}]},[{"funding":"0.1"}]]'
        rows = [t for t in funding if body["startTime"] <= t <= body["endTime"]][:page]
        return json.dumps([{"coin": body["coin"], "fundingRate": "0.0000125", "time": t} for t in rows]).encode()

    archive.answers["/info"] = info


def serve_deribit(archive: Archive, dvol: Sequence[int] = (), funding: Sequence[int] = (), page: int = 1_000) -> None:
    """The newest rows of DVOL; `continuation` is where the next reply ends. The oldest rows of funding."""

    def funding_page(asked: Asked) -> bytes:
        inside = _inside(funding, asked, "start_timestamp", "end_timestamp")[:page]
        return json.dumps({"result": [{"timestamp": t, "interest_1h": 1e-6} for t in inside]}).encode()

    def index(asked: Asked) -> bytes:
        inside = _inside(dvol, asked, "start_timestamp", "end_timestamp")
        data = [[t, 50.1, 50.2, 50.0, 50.15] for t in inside[-page:]]
        rest = inside[:-page]
        return json.dumps({"result": {"data": data, "continuation": rest[-1] if rest else None}}).encode()

    archive.answers["/api/v2/public/get_volatility_index_data"] = index
    archive.answers["/api/v2/public/get_funding_rate_history"] = funding_page
    archive.answers["/api/v2/public/get_instruments"] = lambda _: (
        b'{"result":[{"instrument_name":"BTC-PERPETUAL","tick_size":0.5,"min_trade_amount":10.0}]}'
    )


def _inside(times: Sequence[int], asked: Asked, first: str, last: str) -> list[int]:
    return [time for time in times if int(asked.query[first]) <= time <= int(asked.query[last])]
