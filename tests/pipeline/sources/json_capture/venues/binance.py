"""Messages and replies of Binance, as captured; all numbers are made up."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.pipeline.sources.json_capture.capture_lines import HOUR, NOON, Levels, Line, connect, header, http, recv

FAPI = "https://fapi.binance.com/fapi/v1/"


def stream(name: str, data: Mapping[str, Any]) -> Line:
    return {"stream": name, "data": dict(data)}


def depth(at: int, ids: tuple[int, int, int], bids: Levels = (), asks: Levels = ()) -> Line:
    """`ids` are first, last and previous last update id."""
    first, last, prev = ids
    data = {"e": "depthUpdate", "E": at + 5, "T": at, "s": "BTCUSDT", "U": first, "u": last, "pu": prev}
    return stream("btcusdt@depth@100ms", data | {"b": list(bids), "a": list(asks)})


def aggregate(number: int, at: int, **other: Any) -> dict[str, Any]:
    row = {"e": "aggTrade", "E": at + 1, "a": number, "s": "BTCUSDT", "p": "65000.10", "q": "0.010"}
    return row | {"f": 10 * number, "l": 10 * number + 2, "T": at, "m": False} | other


def force(at: int, **other: Any) -> Line:
    order = {"s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "0.014", "p": "64910.0", "ap": "64920.5"}
    order |= {"X": "FILLED", "l": "0.014", "z": "0.014", "T": at} | other
    return stream("btcusdt@forceOrder", {"e": "forceOrder", "E": at + 3, "o": order})


def session() -> list[Line]:
    pushed = partial(recv, "BINANCE_FUTURES.ws.1")
    whole = {"lastUpdateId": 10, "E": NOON, "T": NOON, "bids": [["65000.00", "1"]], "asks": [["65000.10", "2"]]}
    mark = {"e": "markPriceUpdate", "E": NOON + 60, "s": "BTCUSDT", "p": "65001.0", "P": "65002.0", "i": "65003.0"}
    best = {"e": "bookTicker", "u": 11, "s": "BTCUSDT", "b": "65000.00", "B": "1", "a": "65000.10", "A": "2"}
    return [
        header("BINANCE_FUTURES"),
        connect("BINANCE_FUTURES.ws.1", "wss://fstream.binance.com/stream?streams=btcusdt@depth@100ms"),
        http("BINANCE_FUTURES.http.0", f"{FAPI}depth?symbol=BTCUSDT&limit=1000", whole),
        pushed(depth(NOON + 50, (9, 11, 8), [["65000.00", "1.5"]])),
        pushed(depth(NOON + 150, (12, 13, 11), [], [["65000.10", "0"], ["65000.20", "4"]])),
        pushed(stream("btcusdt@aggTrade", aggregate(1, NOON + 70))),
        pushed(stream("ethusdt@aggTrade", aggregate(5, NOON + 71, s="ETHUSDT"))),
        pushed(stream("btcusdt@bookTicker", best | {"T": NOON + 50, "E": NOON + 51})),
        pushed(stream("btcusdt@markPrice@1s", mark | {"r": "0.0001", "T": NOON + 4 * HOUR})),
        pushed(force(NOON + 80)),
    ]
