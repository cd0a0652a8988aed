"""Captures as JSON lines, message by message as each venue sends them; all numbers are made up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from pipeline.market import Market
from tests.pipeline.sources.case import Case

NOON = 1_709_640_000_000
"""2024-03-05 12:00:00 UTC in milliseconds: the first event of every capture here."""
HOUR = 3_600_000

Line = dict[str, Any]


def header(exchange: str, **facts: Any) -> Line:
    return {"t": "header", "format": 2, "exchange": exchange, "recorded": NOON / 1000, **facts}


def connect(conn: str, address: str, at: int = NOON) -> Line:
    return {"t": "connect", "conn": conn, "ts": at / 1000, "addr": address}


def send(conn: str, address: str, text: str, at: int = NOON) -> Line:
    return {"t": "send", "conn": conn, "ts": at / 1000, "addr": address, "data": text}


def recv(conn: str, message: Any, at: int = NOON) -> Line:
    """A message received a hundred milliseconds after `at`."""
    return {"t": "recv", "conn": conn, "ts": (at + 100) / 1000, "data": orjson.dumps(message).decode()}


def http(conn: str, url: str, reply: Any, at: int = NOON, body: Any = None) -> Line:
    sent = {} if body is None else {"body": orjson.dumps(body).decode()}
    return {
        "t": "http",
        "conn": conn,
        "ts": (at + 100) / 1000,
        "url": url,
        **sent,
        "data": orjson.dumps(reply).decode(),
    }


def write(path: Path, lines: Iterable[Line | bytes]) -> Path:
    """One JSON text a line; zstd if the name says so."""
    body = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pa.compress(body, codec="zstd", asbytes=True) if path.suffix == ".zst" else body)
    return path


# Bybit

BYBIT = "https://api.bybit.com/v5/market/"
LINEAR, SPOT = "wss://stream.bybit.com/v5/public/linear", "wss://stream.bybit.com/v5/public/spot"
Levels = Sequence[Sequence[str]]


def bybit_book(u: int, at: int, bids: Levels = (), asks: Levels = (), **other: Any) -> Line:
    """A delta, unless told otherwise, matched 4 ms before it was sent."""
    data = {"s": "BTCUSDT", "b": list(bids), "a": list(asks), "u": u, "seq": 1_000 + u}
    return {"topic": "orderbook.200.BTCUSDT", "type": "delta", "ts": at + 4, "data": data, "cts": at} | other


def bybit_trades(*rows: Mapping[str, Any], symbol: str = "BTCUSDT") -> Line:
    return {"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": rows[0]["T"] + 1, "data": list(rows)}


def bybit_trade(number: int, at: int, **other: Any) -> dict[str, Any]:
    row = {"T": at, "s": "BTCUSDT", "S": "Buy", "v": "0.010", "p": "65000.10", "L": "PlusTick", "i": f"id-{number}"}
    return row | {"BT": False, "RPI": False, "seq": 2_000 + number} | other


BYBIT_TICKER = {
    "symbol": "BTCUSDT", "lastPrice": "65000.10", "markPrice": "65001.00", "indexPrice": "65010.00",
    "openInterest": "59891.732", "singleOpenInterest": "29945.866", "fundingIntervalHour": "8",
    "nextFundingTime": str(NOON + 4 * HOUR), "fundingRate": "0.0001", "bid1Price": "65000.00", "bid1Size": "1.000",
    "ask1Price": "65000.10", "ask1Size": "2.000",
}  # fmt: skip


def bybit_ticker(at: int, data: Mapping[str, Any], kind: str = "delta") -> Line:
    return {"topic": "tickers.BTCUSDT", "type": kind, "data": dict(data), "cs": 1, "ts": at}


def bybit_kline(start: int, *, confirm: bool, **other: Any) -> Line:
    row = {"start": start, "end": start + 59_999, "interval": "1", "open": "65000", "close": "65001", "high": "65002"}
    row |= {"low": "64999", "volume": "3.5", "turnover": "227503.5", "confirm": confirm, "timestamp": start} | other
    return {"topic": "kline.1.BTCUSDT", "data": [row], "ts": start + 60_000, "type": "snapshot"}


def bybit_liquidation(at: int, **other: Any) -> Line:
    row = {"T": at, "s": "BTCUSDT", "S": "Buy", "v": "0.5", "p": "64000.00"} | other
    return {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": at + 10, "data": [row]}


def bybit_reply(result: Mapping[str, Any], at: int = NOON) -> Line:
    return {"retCode": 0, "retMsg": "OK", "result": dict(result), "retExtInfo": {}, "time": at}


def bybit_session() -> list[Line]:
    """Linear and spot BTCUSDT, whose topics have the same names: three books, two prints and states of the linear."""
    linear = partial(recv, "BYBIT.ws.2")
    return [
        header("BYBIT"),
        connect("BYBIT.ws.2", LINEAR),
        connect("BYBIT.ws.3", SPOT),
        send("BYBIT.ws.2", LINEAR, '{"op":"subscribe"}'),
        linear({"success": True, "ret_msg": "", "op": "subscribe"}),
        linear(bybit_book(10, NOON, [["65000.0", "1.000"]], [["65000.1", "2.000"]], type="snapshot")),
        linear(bybit_book(11, NOON + 100, [["65000.0", "0"], ["64999.9", "3.000"]]), NOON + 100),
        linear(bybit_book(12, NOON + 200, [], [["65000.1", "2.500"]]), NOON + 200),
        recv("BYBIT.ws.3", bybit_book(7, NOON, [["64990.0", "1"]], [["64990.1", "1"]], type="snapshot")),
        recv("BYBIT.ws.3", bybit_trades(bybit_trade(9, NOON + 5, p="64990.1"))),
        linear(bybit_trades(bybit_trade(1, NOON + 50), bybit_trade(2, NOON + 50, S="Sell", p="65000.00"))),
        linear(bybit_ticker(NOON + 10, BYBIT_TICKER, "snapshot")),
        linear(bybit_ticker(NOON + 110, {"symbol": "BTCUSDT", "markPrice": "65001.50"})),
        linear(bybit_ticker(NOON + 210, {"symbol": "BTCUSDT", "bid1Size": "1.500"})),
        linear(bybit_kline(NOON - 60_000, confirm=True)),
        linear(bybit_kline(NOON, confirm=False)),
        linear(bybit_liquidation(NOON + 300)),
    ]


# OKX

OKX = "https://www.okx.com/api/v5/"


def okx(channel: str, *rows: Any, instrument: str = "BTC-USDT-SWAP", **other: Any) -> Line:
    return {"arg": {"channel": channel, "instId": instrument}, "data": list(rows)} | other


def okx_book(seq: int, prev: int, at: int, bids: Levels = (), asks: Levels = (), action: str = "update") -> Line:
    row = {"asks": list(asks), "bids": list(bids), "ts": str(at), "checksum": 0, "seqId": seq, "prevSeqId": prev}
    return okx("books", row, action=action)


def okx_trade(number: int, at: int, **other: Any) -> dict[str, Any]:
    row = {"instId": "BTC-USDT-SWAP", "tradeId": str(number), "px": "65000.1", "sz": "12", "side": "buy", "ts": str(at)}
    return row | other


def okx_reply(*rows: Any) -> Line:
    return {"code": "0", "msg": "", "data": list(rows)}


def okx_session() -> list[Line]:
    pushed = partial(recv, "OKX.ws.1")
    funding = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "fundingRate": "0.00015", "nextFundingRate": ""}
    funding |= {"fundingTime": str(NOON + 4 * HOUR), "nextFundingTime": str(NOON + 12 * HOUR), "ts": str(NOON + 5)}
    return [
        header("OKX"),
        connect("OKX.ws.1", "wss://ws.okx.com:8443/ws/v5/public"),
        pushed({"event": "subscribe", "arg": {"channel": "books", "instId": "BTC-USDT-SWAP"}}),
        pushed(okx_book(50, -1, NOON, [["65000", "10", "0", "2"]], [["65000.1", "20", "0", "3"]], "snapshot")),
        pushed(okx_book(53, 50, NOON + 100, [["65000", "0", "0", "0"]])),
        pushed(okx_book(53, 53, NOON + 160)),
        pushed(okx("trades", okx_trade(1, NOON + 90, count="3", source="0"))),
        pushed(okx("trades", okx_trade(2, NOON + 95, instId="ETH-USDT-SWAP"), instrument="ETH-USDT-SWAP")),
        pushed(okx("funding-rate", funding)),
        pushed(okx("open-interest", {"instId": "BTC-USDT-SWAP", "oi": "3000", "oiCcy": "30", "ts": str(NOON + 6)})),
        pushed(okx("mark-price", {"instId": "BTC-USDT-SWAP", "markPx": "65002.5", "ts": str(NOON + 7)})),
        pushed(
            okx("index-tickers", {"instId": "BTC-USDT", "idxPx": "65003", "ts": str(NOON + 8)}, instrument="BTC-USDT")
        ),
    ]


# Binance

FAPI = "https://fapi.binance.com/fapi/v1/"


def stream(name: str, data: Mapping[str, Any]) -> Line:
    return {"stream": name, "data": dict(data)}


def binance_depth(at: int, ids: tuple[int, int, int], bids: Levels = (), asks: Levels = ()) -> Line:
    """`ids` are first, last and previous last update id."""
    first, last, prev = ids
    data = {"e": "depthUpdate", "E": at + 5, "T": at, "s": "BTCUSDT", "U": first, "u": last, "pu": prev}
    return stream("btcusdt@depth@100ms", data | {"b": list(bids), "a": list(asks)})


def binance_aggregate(number: int, at: int, **other: Any) -> dict[str, Any]:
    row = {"e": "aggTrade", "E": at + 1, "a": number, "s": "BTCUSDT", "p": "65000.10", "q": "0.010"}
    return row | {"f": 10 * number, "l": 10 * number + 2, "T": at, "m": False} | other


def binance_force(at: int, **other: Any) -> Line:
    order = {"s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "0.014", "p": "64910.0", "ap": "64920.5"}
    order |= {"X": "FILLED", "l": "0.014", "z": "0.014", "T": at} | other
    return stream("btcusdt@forceOrder", {"e": "forceOrder", "E": at + 3, "o": order})


def binance_session() -> list[Line]:
    pushed = partial(recv, "BINANCE_FUTURES.ws.1")
    whole = {"lastUpdateId": 10, "E": NOON, "T": NOON, "bids": [["65000.00", "1"]], "asks": [["65000.10", "2"]]}
    mark = {"e": "markPriceUpdate", "E": NOON + 60, "s": "BTCUSDT", "p": "65001.0", "P": "65002.0", "i": "65003.0"}
    best = {"e": "bookTicker", "u": 11, "s": "BTCUSDT", "b": "65000.00", "B": "1", "a": "65000.10", "A": "2"}
    return [
        header("BINANCE_FUTURES"),
        connect("BINANCE_FUTURES.ws.1", "wss://fstream.binance.com/stream?streams=btcusdt@depth@100ms"),
        http("BINANCE_FUTURES.http.0", f"{FAPI}depth?symbol=BTCUSDT&limit=1000", whole),
        pushed(binance_depth(NOON + 50, (9, 11, 8), [["65000.00", "1.5"]])),
        pushed(binance_depth(NOON + 150, (12, 13, 11), [], [["65000.10", "0"], ["65000.20", "4"]])),
        pushed(stream("btcusdt@aggTrade", binance_aggregate(1, NOON + 70))),
        pushed(stream("ethusdt@aggTrade", binance_aggregate(5, NOON + 71, s="ETHUSDT"))),
        pushed(stream("btcusdt@bookTicker", best | {"T": NOON + 50, "E": NOON + 51})),
        pushed(stream("btcusdt@markPrice@1s", mark | {"r": "0.0001", "T": NOON + 4 * HOUR})),
        pushed(binance_force(NOON + 80)),
    ]


# Deribit

DERIBIT = "https://www.deribit.com/api/v2/public/"


def subscription(channel: str, data: Any) -> Line:
    return {"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}}


def deribit_option(name: str = "BTC-29MAR24-70000-C", **other: Any) -> dict[str, Any]:
    data = {
        "instrument_name": name, "timestamp": NOON, "underlying_price": 66000.5, "underlying_index": "BTC-29MAR24",
        "interest_rate": 0.0, "open_interest": 1200.5, "mark_price": 0.0312, "mark_iv": 61.25, "bid_iv": 60.5,
        "ask_iv": 62.0, "best_bid_price": 0.031, "best_bid_amount": 10.0, "best_ask_price": 0.0315,
        "best_ask_amount": 12.5, "last_price": 0.0311, "index_price": 65000.0, "state": "open",
        "greeks": {"delta": 0.41, "gamma": 0.00002, "vega": 62.5, "theta": -55.1, "rho": 12.3},
    }  # fmt: skip
    return data | other


def deribit_session() -> list[Line]:
    pushed = partial(recv, "DERIBIT.ws.1")
    eth = deribit_option("ETH-29MAR24-3500-P", underlying_index="ETH-29MAR24")
    book = {"type": "snapshot", "timestamp": NOON, "instrument_name": "BTC-29MAR24-70000-C", "change_id": 1}
    dvol = {"timestamp": NOON + 20, "volatility": 58.5, "index_name": "btc_usd"}
    return [
        header("DERIBIT"),
        connect("DERIBIT.ws.1", "wss://www.deribit.com/ws/api/v2"),
        pushed({"jsonrpc": "2.0", "id": 0, "result": []}),
        pushed(subscription("ticker.BTC-29MAR24-70000-C.raw", deribit_option())),
        pushed(subscription("ticker.BTC-29MAR24-70000-P.raw", deribit_option("BTC-29MAR24-70000-P"))),
        pushed(subscription("ticker.ETH-29MAR24-3500-P.raw", eth)),
        pushed(subscription("book.BTC-29MAR24-70000-C.raw", book | {"bids": [["new", 0.031, 10.0]], "asks": []})),
        pushed(subscription("deribit_volatility_index.btc_usd", dvol)),
    ]


# Kraken, Gate.io, Bitget, Hyperliquid


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


def _case(market: Market, session: Callable[[], list[Line]], name: str, rows: dict[str, int]) -> Case:
    return Case("json-capture", market, lambda folder: [write(folder / name, session())], rows)


CASES = [
    _case(
        Market("bybit-linear", "BTCUSDT"),
        bybit_session,
        "bybit.jsonl.zst",
        {
            "book_updates": 5,
            "trades": 2,
            "derivative_ticker": 3,
            "funding": 3,
            "book_ticker": 3,
            "price_bars": 1,
            "liquidations": 1,
        },
    ),
    _case(Market("bybit-spot", "BTCUSDT"), bybit_session, "bybit.jsonl", {"book_updates": 2, "trades": 1}),
    _case(
        Market("okx-swap", "BTC-USDT-SWAP"),
        okx_session,
        "okx.jsonl",
        {"book_updates": 3, "trades": 1, "derivative_ticker": 4, "funding": 1},
    ),
    _case(
        Market("binance-usdm", "BTCUSDT"),
        binance_session,
        "binance.jsonl.zst",
        {
            "book_updates": 5,
            "trades": 1,
            "book_ticker": 1,
            "derivative_ticker": 1,
            "funding": 1,
            "liquidations": 1,
        },
    ),
    _case(Market("deribit-options", "BTC"), deribit_session, "deribit.jsonl", {"option_quotes": 2, "vol_index": 1}),
    _case(Market("kraken-futures", "PI_XBTUSD"), kraken_session, "kraken.jsonl", {"book_updates": 4, "trades": 3}),
    _case(
        Market("gateio-futures", "ABC_USDT"),
        gate_session,
        "gate.jsonl",
        {"book_updates": 4, "book_ticker": 1, "trades": 1},
    ),
    _case(
        Market("bitget-futures", "DASHUSDT"),
        bitget_session,
        "bitget.jsonl",
        {"book_updates": 3, "trades": 3, "derivative_ticker": 1, "funding": 1},
    ),
    _case(
        Market("hyperliquid", "BTC"), hyperliquid_session, "hyper.jsonl", {"book_updates": 2, "trades": 1, "funding": 1}
    ),
]
