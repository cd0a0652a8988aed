"""Five venues on the loopback: books and tapes that move with each request, and faults on demand.

Shapes are those of the venues' documentation; every number is made up. Trades have ids from 1 on, `rate` new ones with
each request for them; `pages` bounds how many the newest page shows.
"""

import base64
import hashlib
import json
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

T0_MS = 1_700_000_000_000
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Venues:
    """The state of the loopback. `faults`: by path, answers (status, text) given before the right ones, in order."""

    rate: int = 3
    pages: int = 1000
    last: int = 10
    asked: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    bodies: list[Any] = field(default_factory=list)
    subscribed: list[tuple[str, Any]] = field(default_factory=list)
    messages: Callable[[str, Any], Iterator[str]] = lambda *_: iter(())
    cut: bool = False
    url: str = ""
    lock: Any = field(default_factory=threading.Lock)

    def trades(self, query: dict[str, str]) -> list[int]:
        """Ids of the newest page, or of that from `fromId` on, or of that before `after`."""
        limit = int(query.get("limit") or query.get("count") or 1000)
        if "fromId" in query:
            first = int(query["fromId"])
            return list(range(first, min(self.last, first + limit - 1) + 1))
        if "after" in query:
            end = int(query["after"])
            return list(range(max(1, end - limit), end))
        self.last += self.rate
        return list(range(max(1, self.last - min(limit, self.pages) + 1), self.last + 1))

    def answer(self, path: str, query: dict[str, str], body: Any) -> Any:
        """What the venue says; None for a path it does not have."""
        symbol = query.get("symbol") or query.get("instId") or query.get("currency")
        if symbol == "NOSUCH":
            return _refused(path)
        n = self.asked[path]
        for part, make in _ANSWERS.items():
            if part in path:
                return make(self, query, n)
        return _hyperliquid(self, body, n) if path == "/info" else None


def _refused(path: str) -> Any:
    if path.startswith("/v5"):
        return {"retCode": 10001, "retMsg": "params error: symbol invalid", "result": {}, "time": T0_MS}
    if path.startswith("/api/v5"):
        return {"code": "51001", "msg": "Instrument ID does not exist", "data": []}
    return {"code": -1121, "msg": "Invalid symbol."}


def _aggregates(venues: Venues, query: dict[str, str], _: int) -> Any:
    return [
        {"a": one, "p": "100.10", "q": "0.500", "f": one, "l": one, "T": T0_MS + one, "m": one % 2 == 0}
        for one in venues.trades(query)
    ]


def _depth(_: Venues, __: dict[str, str], n: int) -> Any:
    return {"lastUpdateId": 100 + n, "E": T0_MS, "T": T0_MS, "bids": [["100.10", "1"]], "asks": [["100.20", "2"]]}


def _v5(result: Any) -> Any:
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": T0_MS}


def _recent(venues: Venues, query: dict[str, str], _: int) -> Any:
    found = [
        {
            "execId": f"e{one}",
            "symbol": query["symbol"],
            "price": "100.10",
            "size": "0.5",
            "side": "Buy",
            "time": str(T0_MS + one),
        }
        for one in venues.trades(query)
    ]
    return _v5({"category": query["category"], "list": found[::-1]})


def _okx_trades(venues: Venues, query: dict[str, str], _: int) -> Any:
    found = [
        {
            "instId": query["instId"],
            "tradeId": str(one),
            "px": "100.1",
            "sz": "5",
            "side": "buy",
            "ts": str(T0_MS + one),
        }
        for one in venues.trades(query)
    ]
    return {"code": "0", "msg": "", "data": found[::-1]}


def _deribit_trades(venues: Venues, query: dict[str, str], _: int) -> Any:
    found = [
        {"trade_id": str(one), "timestamp": T0_MS + one, "instrument_name": "BTC-28MAR25-90000-C", "price": 0.05}
        for one in venues.trades(query)
    ]
    return {"jsonrpc": "2.0", "result": {"trades": found[::-1], "has_more": True}}


_LATER = T0_MS + 8 * 3_600_000


def _symbol(query: dict[str, str]) -> str:
    return query.get("symbol", "BTCUSDT")


def _premium(_: Venues, query: dict[str, str], __: int) -> Any:
    prices = {"markPrice": "100.15", "indexPrice": "100.14", "estimatedSettlePrice": "100.13"}
    funding = {"lastFundingRate": "0.00010000", "interestRate": "0.00010000", "nextFundingTime": _LATER}
    return {"symbol": _symbol(query)} | prices | funding | {"time": T0_MS}


def _v5_book(_: Venues, query: dict[str, str], n: int) -> Any:
    times = {"ts": T0_MS + 4, "u": 7 + n, "seq": 70 + n, "cts": T0_MS}
    return _v5({"s": query["symbol"], "b": [["100.1", "1"]], "a": [["100.2", "2"]]} | times)


def _tickers(_: Venues, query: dict[str, str], __: int) -> Any:
    prices = {"lastPrice": "100.1", "markPrice": "100.15", "indexPrice": "100.14"}
    best = {"bid1Price": "100.1", "bid1Size": "1", "ask1Price": "100.2", "ask1Size": "2"}
    interest = {"openInterest": "59891.732", "singleOpenInterest": "29945.866"}
    funding = {"fundingRate": "0.0001", "nextFundingTime": str(_LATER), "fundingIntervalHour": "8"}
    return _v5(
        {"category": query["category"], "list": [{"symbol": query["symbol"]} | prices | best | interest | funding]}
    )


def _settled(_: Venues, query: dict[str, str], __: int) -> Any:
    row = {"symbol": query["symbol"], "fundingRate": "0.0001", "fundingRateTimestamp": str(T0_MS)}
    return _v5({"category": query["category"], "list": [row]})


def _interest(_: Venues, query: dict[str, str], __: int) -> Any:
    row = {"openInterest": "5", "singleOpenInterest": "2.5", "timestamp": str(T0_MS)}
    return _v5({"symbol": query["symbol"], "category": query["category"], "list": [row], "nextPageCursor": ""})


def _okx(**row: Any) -> Callable[[Venues, dict[str, str], int], Any]:
    """A reply of one row, of the instrument asked for."""
    return lambda _, query, __: {"code": "0", "msg": "", "data": [{"instId": query["instId"]} | row]}


_NOW = str(T0_MS)
_BOOK = {"asks": [["100.2", "2", "0", "1"]], "bids": [["100.1", "1", "0", "1"]], "ts": _NOW, "seqId": 7}
_SUMMARY = {
    "instrument_name": "BTC-28MAR25-90000-C",
    "underlying_index": "BTC-28MAR25",
    "underlying_price": 100.1,
    "mark_price": 0.0512,
    "mark_iv": 61.2,
    "bid_price": 0.051,
    "ask_price": None,
    "creation_timestamp": T0_MS,
    "base_currency": "BTC",
    "quote_currency": "BTC",
}
_ANSWERS: dict[str, Callable[[Venues, dict[str, str], int], Any]] = {
    "/aggTrades": _aggregates,
    "/depth": _depth,
    "/premiumIndex": _premium,
    "/fundingRate": lambda _, query, __: [
        {"symbol": _symbol(query), "fundingRate": "0.00010000", "fundingTime": T0_MS, "markPrice": "100.1"}
    ],
    "/openInterest": lambda _, query, __: {"symbol": _symbol(query), "openInterest": "10659.509", "time": T0_MS},
    "/v5/market/orderbook": _v5_book,
    "/v5/market/recent-trade": _recent,
    "/v5/market/tickers": _tickers,
    "/v5/market/funding": _settled,
    "/v5/market/open-interest": _interest,
    "/market/books": lambda *_: {"code": "0", "msg": "", "data": [_BOOK]},
    "/market/history-trades": _okx_trades,
    "/market/trades": _okx_trades,
    "/public/funding-rate-history": _okx(
        fundingRate="0.0001", realizedRate="0.0001", fundingTime=_NOW, method="current_period", formulaType="withRate"
    ),
    "/public/funding-rate": _okx(
        fundingRate="0.0001", fundingTime=str(_LATER), nextFundingTime=str(_LATER + 8 * 3_600_000), ts=_NOW
    ),
    "/public/open-interest": _okx(oi="5", oiCcy="0.05", oiUsd="5.005", ts=_NOW),
    "/exchangeInfo": lambda *_: {"symbols": [{"symbol": "BTCUSDT", "contractType": "PERPETUAL"}]},
    "/instruments-info": lambda *_: _v5({"list": [{"symbol": "BTCUSDT", "priceFilter": {"tickSize": "0.10"}}]}),
    "/public/instruments": lambda *_: {"code": "0", "msg": "", "data": [{"ctVal": "0.01", "tickSz": "0.1"}]},
    "/public/mark-price": _okx(markPx="100.15", ts=_NOW),
    "/market/index-tickers": _okx(idxPx="100.14", ts=_NOW),
    "get_book_summary_by_currency": lambda *_: {"jsonrpc": "2.0", "result": [_SUMMARY]},
    "get_volatility_index_data": lambda *_: {"jsonrpc": "2.0", "result": {"data": [[T0_MS, 50.1, 50.2, 50.0, 50.1]]}},
    "get_instruments": lambda *_: {"jsonrpc": "2.0", "result": [{"tick_size": 0.0005, "contract_size": 1.0}]},
    "get_last_trades_by_currency": _deribit_trades,
}


_USERS = ["0xb0b", "0xa11"]
_CONTEXT = {"funding": "0.0000125", "openInterest": "12.5", "markPx": "100.1", "oraclePx": "100.0", "premium": "0.0001"}


def _hyperliquid(venues: Venues, body: Any, _: int) -> Any:
    coin = body.get("coin")
    if body["type"] == "l2Book":
        return {"coin": coin, "time": T0_MS, "levels": [[{"px": "100.1", "sz": "1", "n": 1}], []]}
    if body["type"] == "recentTrades":
        ids = venues.trades({"limit": "10"})
        return [
            {
                "coin": coin,
                "side": "B",
                "px": "100.1",
                "sz": "1",
                "time": T0_MS + one,
                "tid": 977 * one,
                "users": _USERS,
            }
            for one in ids
        ]
    if body["type"] == "fundingHistory":
        return [{"coin": coin, "fundingRate": "0.0000125", "premium": "0.0", "time": T0_MS}]
    if body["type"] == "meta":
        return {"universe": [{"name": "BTC", "szDecimals": 5}]}
    return [{"universe": [{"name": "BTC"}]}, [_CONTEXT]]


@contextmanager
def loopback(**switches: Any) -> Iterator[Venues]:
    """The venues at `url`, until the end of the block."""
    venues = Venues(**switches)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(venues))
    server.daemon_threads = True
    venues.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield venues
    finally:
        venues.cut = True
        server.shutdown()
        server.server_close()


def _handler(venues: Venues) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing: tests read what they want from `venues`."""

        def do_GET(self) -> None:
            if self.headers.get("Upgrade", "").lower() == "websocket":
                self._websocket()
            else:
                self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            parts = urlsplit(self.path)
            with venues.lock:
                venues.asked[parts.path] += 1
                if body is not None:
                    venues.bodies.append(body)
                faults = venues.faults.get(parts.path)
                if faults:
                    status, text = faults.pop(0)
                else:
                    query = {name: found[0] for name, found in parse_qs(parts.query).items()}
                    said = venues.answer(parts.path, query, body)
                    status, text = (404, "not here") if said is None else (200, json.dumps(said, separators=(",", ":")))
                    status = 400 if '"code":-1121' in text else status
            if status == 0:  # the connection breaks
                self.close_connection = True
                return
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status == 429:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _websocket(self) -> None:
            """Accept, read one text frame after the other, and answer each with the messages it brings."""
            key = base64.b64encode(hashlib.sha1((self.headers["Sec-WebSocket-Key"] + _GUID).encode()).digest())
            self.send_response(101)
            for name, value in (
                ("Upgrade", "websocket"),
                ("Connection", "Upgrade"),
                ("Sec-WebSocket-Accept", key.decode()),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            while (text := _read(self.rfile)) is not None:
                if not text.startswith("{"):
                    continue
                frame = json.loads(text)
                venues.subscribed.append((self.path, frame))
                for message in venues.messages(self.path, frame):
                    self.wfile.write(_frame(message))
                if venues.cut:
                    return

    return Handler


def _frame(message: str) -> bytes:
    data = message.encode()
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
    return b"\x81" + size + data


def _read(stream: Any) -> str | None:
    """The text of the next frame; None when the connection is closed. Pings and the like are empty text."""
    head = stream.read(2)
    if len(head) < 2 or head[0] & 15 == 8:
        return None
    size = head[1] & 127
    if size > 125:
        size = struct.unpack(">H", stream.read(2))[0]
    mask = stream.read(4)
    data = bytes(one ^ mask[at % 4] for at, one in enumerate(stream.read(size)))
    return data.decode() if head[0] & 15 == 1 else ""
