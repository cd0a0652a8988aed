"""Messages and replies of Bybit, as captured; all numbers are made up."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.pipeline.sources.json_capture.capture_lines import HOUR, NOON, Levels, Line, connect, header, recv, send

REST = "https://api.bybit.com/v5/market/"
LINEAR, SPOT = "wss://stream.bybit.com/v5/public/linear", "wss://stream.bybit.com/v5/public/spot"


def book(u: int, at: int, bids: Levels = (), asks: Levels = (), **other: Any) -> Line:
    """A delta, unless told otherwise, matched 4 ms before it was sent."""
    data = {"s": "BTCUSDT", "b": list(bids), "a": list(asks), "u": u, "seq": 1_000 + u}
    return {"topic": "orderbook.200.BTCUSDT", "type": "delta", "ts": at + 4, "data": data, "cts": at} | other


def trades(*rows: Mapping[str, Any], symbol: str = "BTCUSDT") -> Line:
    return {"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": rows[0]["T"] + 1, "data": list(rows)}


def trade(number: int, at: int, **other: Any) -> dict[str, Any]:
    row = {"T": at, "s": "BTCUSDT", "S": "Buy", "v": "0.010", "p": "65000.10", "L": "PlusTick", "i": f"id-{number}"}
    return row | {"BT": False, "RPI": False, "seq": 2_000 + number} | other


TICKER = {
    "symbol": "BTCUSDT", "lastPrice": "65000.10", "markPrice": "65001.00", "indexPrice": "65010.00",
    "openInterest": "59891.732", "singleOpenInterest": "29945.866", "fundingIntervalHour": "8",
    "nextFundingTime": str(NOON + 4 * HOUR), "fundingRate": "0.0001", "bid1Price": "65000.00", "bid1Size": "1.000",
    "ask1Price": "65000.10", "ask1Size": "2.000",
}  # fmt: skip


def ticker(at: int, data: Mapping[str, Any], kind: str = "delta") -> Line:
    return {"topic": "tickers.BTCUSDT", "type": kind, "data": dict(data), "cs": 1, "ts": at}


def kline(start: int, *, confirm: bool, **other: Any) -> Line:
    row = {"start": start, "end": start + 59_999, "interval": "1", "open": "65000", "close": "65001", "high": "65002"}
    row |= {"low": "64999", "volume": "3.5", "turnover": "227503.5", "confirm": confirm, "timestamp": start} | other
    return {"topic": "kline.1.BTCUSDT", "data": [row], "ts": start + 60_000, "type": "snapshot"}


def liquidation(at: int, **other: Any) -> Line:
    row = {"T": at, "s": "BTCUSDT", "S": "Buy", "v": "0.5", "p": "64000.00"} | other
    return {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": at + 10, "data": [row]}


def reply(result: Mapping[str, Any], at: int = NOON) -> Line:
    return {"retCode": 0, "retMsg": "OK", "result": dict(result), "retExtInfo": {}, "time": at}


def session() -> list[Line]:
    """Linear and spot BTCUSDT, whose topics have the same names: three books, two prints and states of the linear."""
    linear = partial(recv, "BYBIT.ws.2")
    return [
        header("BYBIT"),
        connect("BYBIT.ws.2", LINEAR),
        connect("BYBIT.ws.3", SPOT),
        send("BYBIT.ws.2", LINEAR, '{"op":"subscribe"}'),
        linear({"success": True, "ret_msg": "", "op": "subscribe"}),
        linear(book(10, NOON, [["65000.0", "1.000"]], [["65000.1", "2.000"]], type="snapshot")),
        linear(book(11, NOON + 100, [["65000.0", "0"], ["64999.9", "3.000"]]), NOON + 100),
        linear(book(12, NOON + 200, [], [["65000.1", "2.500"]]), NOON + 200),
        recv("BYBIT.ws.3", book(7, NOON, [["64990.0", "1"]], [["64990.1", "1"]], type="snapshot")),
        recv("BYBIT.ws.3", trades(trade(9, NOON + 5, p="64990.1"))),
        linear(trades(trade(1, NOON + 50), trade(2, NOON + 50, S="Sell", p="65000.00"))),
        linear(ticker(NOON + 10, TICKER, "snapshot")),
        linear(ticker(NOON + 110, {"symbol": "BTCUSDT", "markPrice": "65001.50"})),
        linear(ticker(NOON + 210, {"symbol": "BTCUSDT", "bid1Size": "1.500"})),
        linear(kline(NOON - 60_000, confirm=True)),
        linear(kline(NOON, confirm=False)),
        linear(liquidation(NOON + 300)),
    ]
