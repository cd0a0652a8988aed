"""Messages of Kraken, Gate.io, Bitget and Hyperliquid, as captured; all numbers are made up."""

from functools import partial
from typing import Any

from tests.pipeline.sources.json_capture.capture_lines import HOUR, NOON, Line, connect, header, http, recv


def kraken_level(seq: int, price: float, qty: float, side: str = "buy", at: int = NOON) -> Line:
    head = {"feed": "book", "product_id": "PI_XBTUSD", "side": side, "seq": seq}
    return head | {"price": price, "qty": qty, "timestamp": at}


def kraken_trade(seq: int, at: int, **other: Any) -> Line:
    head = {"feed": "trade", "product_id": "PI_XBTUSD", "uid": f"uid-{seq}", "side": "sell", "type": "fill", "seq": seq}
    return head | {"time": at, "qty": 320.0, "price": 65000.5} | other


def kraken_session() -> list[Line]:
    pushed = partial(recv, "KRAKEN_FUTURES.ws.1")
    whole = {"feed": "book_snapshot", "product_id": "PI_XBTUSD", "timestamp": NOON, "seq": 4, "tickSize": None}
    whole |= {"bids": [{"price": 65000.0, "qty": 50.0}], "asks": [{"price": 65000.5, "qty": 60.0}]}
    recent = {"feed": "trade_snapshot", "product_id": "PI_XBTUSD"}
    recent |= {"trades": [kraken_trade(2, NOON - 50), kraken_trade(1, NOON - 90, type="liquidation")]}
    lite = {"feed": "ticker_lite", "product_id": "PI_XBTUSD", "bid": 65000.0, "ask": 65000.5}
    return [
        header("KRAKEN_FUTURES"),
        connect("KRAKEN_FUTURES.ws.1", "wss://futures.kraken.com/ws/v1"),
        pushed({"event": "subscribed", "feed": "book", "product_ids": ["PI_XBTUSD"]}),
        pushed(whole),
        pushed(recent),
        pushed(kraken_level(5, 65000.0, 0.0, at=NOON + 10)),
        pushed(kraken_level(6, 65001.0, 70.0, "sell", NOON + 20)),
        pushed(kraken_trade(3, NOON + 30)),
        pushed(lite),
    ]


GATE = "https://api.gateio.ws/api/v4/futures/usdt/"


def gate(channel: str, result: Any, at: int) -> Line:
    return {"time": at // 1000, "time_ms": at + 7, "channel": f"futures.{channel}", "event": "update", "result": result}


def gate_session() -> list[Line]:
    pushed = partial(recv, "GATEIO_FUTURES.ws.1")
    whole = {"id": 100, "current": (NOON + 60) / 1000, "update": (NOON + 40) / 1000}
    whole |= {"asks": [{"s": 8, "p": "0.2974"}], "bids": [{"s": 5, "p": "0.2973"}]}
    first = {"t": NOON + 50, "s": "ABC_USDT", "U": 99, "u": 101, "b": [{"p": "0.2973", "s": 6}], "a": []}
    second = {"t": NOON + 150, "s": "ABC_USDT", "U": 102, "u": 102, "b": [], "a": [{"p": "0.2974", "s": 0}]}
    best = {"t": NOON + 50, "u": 101, "s": "ABC_USDT", "b": "0.2973", "B": 6, "a": "0.2974", "A": 8}
    print_ = {"size": -108, "id": 27753479, "create_time": NOON // 1000, "create_time_ms": NOON + 77}
    return [
        header("GATEIO_FUTURES"),
        connect("GATEIO_FUTURES.ws.1", "wss://fx-ws.gateio.ws/v4/ws/usdt"),
        pushed(gate("order_book_update", {"status": "success"}, NOON) | {"event": "subscribe"}),
        pushed(gate("order_book_update", first, NOON + 50), NOON + 50),
        http("GATEIO_FUTURES.http.0", f"{GATE}order_book?contract=ABC_USDT&limit=100&with_id=true", whole, NOON + 60),
        pushed(gate("order_book_update", second, NOON + 150), NOON + 150),
        pushed(gate("book_ticker", best, NOON + 50)),
        pushed(gate("trades", [print_ | {"price": "0.2973", "contract": "ABC_USDT"}], NOON + 77)),
    ]


def bitget(kind: str, channel: str, rows: Any, action: str = "update") -> Line:
    return {"action": action, "arg": {"instType": kind, "channel": channel, "instId": "DASHUSDT"}, "data": rows}


def bitget_session() -> list[Line]:
    pushed = partial(recv, "BITGET.ws.2")
    whole = {"asks": [["113.42", "6.40"]], "bids": [["113.41", "2.00"]], "checksum": 0, "ts": str(NOON)}
    change = {"asks": [["113.42", "0"]], "bids": [], "checksum": 0, "ts": str(NOON + 150)}
    same = [str(NOON - 10), "113.41", "0.49", "sell"]
    state = {"instId": "DASHUSDT", "last": "113.41", "bestAsk": "113.42", "bestBid": "113.41", "capitalRate": "-0.0001"}
    state |= {"nextSettleTime": NOON + 4 * HOUR, "systemTime": NOON + 5, "markPrice": "113.4", "indexPrice": "113.5"}
    return [
        header("BITGET"),
        connect("BITGET.ws.2", "wss://ws.bitget.com/mix/v1/stream"),
        pushed({"event": "subscribe", "arg": {"instType": "mc", "channel": "books", "instId": "DASHUSDT"}}),
        pushed(bitget("mc", "books", [whole], "snapshot")),
        pushed(bitget("mc", "books", [change])),
        pushed(bitget("mc", "trade", [same, same, [str(NOON - 20), "113.40", "1", "buy"]], "snapshot")),
        pushed(bitget("mc", "ticker", [state], "snapshot")),
        pushed(bitget("sp", "trade", [[str(NOON), "113.5", "7", "buy"]])),
    ]


def hyperliquid_session() -> list[Line]:
    pushed = partial(recv, "HYPERLIQUID.ws.1")
    level = {"px": "65000.0", "sz": "1.5", "n": 3}
    book = {"coin": "BTC", "time": NOON, "levels": [[level], [level | {"px": "65001.0"}]]}
    fill = {"coin": "BTC", "side": "A", "px": "65000.0", "sz": "0.1", "time": NOON + 5, "hash": "0x0", "tid": 7}
    rate = {"coin": "BTC", "fundingRate": "0.0000125", "premium": "0.0001", "time": NOON - HOUR + 12}
    asked = {"type": "fundingHistory", "coin": "BTC", "startTime": NOON - 24 * HOUR}
    return [
        header("HYPERLIQUID", venue="hyperliquid", symbol="BTC"),
        pushed({"channel": "subscriptionResponse", "data": {}}),
        pushed({"channel": "l2Book", "data": book}),
        pushed({"channel": "trades", "data": [fill | {"users": ["0xb", "0xs"]}, fill | {"coin": "ETH"}]}),
        http("HYPERLIQUID.http.3", "https://api.hyperliquid.xyz/info", [rate], body=asked),
    ]
