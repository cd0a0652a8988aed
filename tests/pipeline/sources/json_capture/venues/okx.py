"""Messages and replies of OKX, as captured; all numbers are made up."""

from functools import partial
from typing import Any

from tests.pipeline.sources.json_capture.capture_lines import HOUR, NOON, Levels, Line, connect, header, recv

REST = "https://www.okx.com/api/v5/"


def message(channel: str, *rows: Any, instrument: str = "BTC-USDT-SWAP", **other: Any) -> Line:
    return {"arg": {"channel": channel, "instId": instrument}, "data": list(rows)} | other


def book(seq: int, prev: int, at: int, bids: Levels = (), asks: Levels = (), action: str = "update") -> Line:
    row = {"asks": list(asks), "bids": list(bids), "ts": str(at), "checksum": 0, "seqId": seq, "prevSeqId": prev}
    return message("books", row, action=action)


def trade(number: int, at: int, **other: Any) -> dict[str, Any]:
    row = {"instId": "BTC-USDT-SWAP", "tradeId": str(number), "px": "65000.1", "sz": "12", "side": "buy", "ts": str(at)}
    return row | other


def reply(*rows: Any) -> Line:
    return {"code": "0", "msg": "", "data": list(rows)}


def session() -> list[Line]:
    pushed = partial(recv, "OKX.ws.1")
    funding = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "fundingRate": "0.00015", "nextFundingRate": ""}
    funding |= {"fundingTime": str(NOON + 4 * HOUR), "nextFundingTime": str(NOON + 12 * HOUR), "ts": str(NOON + 5)}
    return [
        header("OKX"),
        connect("OKX.ws.1", "wss://ws.okx.com:8443/ws/v5/public"),
        pushed({"event": "subscribe", "arg": {"channel": "books", "instId": "BTC-USDT-SWAP"}}),
        pushed(book(50, -1, NOON, [["65000", "10", "0", "2"]], [["65000.1", "20", "0", "3"]], "snapshot")),
        pushed(book(53, 50, NOON + 100, [["65000", "0", "0", "0"]])),
        pushed(book(53, 53, NOON + 160)),
        pushed(message("trades", trade(1, NOON + 90, count="3", source="0"))),
        pushed(message("trades", trade(2, NOON + 95, instId="ETH-USDT-SWAP"), instrument="ETH-USDT-SWAP")),
        pushed(message("funding-rate", funding)),
        pushed(message("open-interest", {"instId": "BTC-USDT-SWAP", "oi": "3000", "oiCcy": "30", "ts": str(NOON + 6)})),
        pushed(message("mark-price", {"instId": "BTC-USDT-SWAP", "markPx": "65002.5", "ts": str(NOON + 7)})),
        pushed(
            message(
                "index-tickers", {"instId": "BTC-USDT", "idxPx": "65003", "ts": str(NOON + 8)}, instrument="BTC-USDT"
            )
        ),
    ]
