"""Messages of Deribit, as captured; all numbers are made up."""

from functools import partial
from typing import Any

from tests.pipeline.sources.json_capture.capture_lines import NOON, Line, connect, header, recv

REST = "https://www.deribit.com/api/v2/public/"


def subscription(channel: str, data: Any) -> Line:
    return {"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}}


def option(name: str = "BTC-29MAR24-70000-C", **other: Any) -> dict[str, Any]:
    data = {
        "instrument_name": name, "timestamp": NOON, "underlying_price": 66000.5, "underlying_index": "BTC-29MAR24",
        "interest_rate": 0.0, "open_interest": 1200.5, "mark_price": 0.0312, "mark_iv": 61.25, "bid_iv": 60.5,
        "ask_iv": 62.0, "best_bid_price": 0.031, "best_bid_amount": 10.0, "best_ask_price": 0.0315,
        "best_ask_amount": 12.5, "last_price": 0.0311, "index_price": 65000.0, "state": "open",
        "greeks": {"delta": 0.41, "gamma": 0.00002, "vega": 62.5, "theta": -55.1, "rho": 12.3},
    }  # fmt: skip
    return data | other


def session() -> list[Line]:
    pushed = partial(recv, "DERIBIT.ws.1")
    eth = option("ETH-29MAR24-3500-P", underlying_index="ETH-29MAR24")
    book = {"type": "snapshot", "timestamp": NOON, "instrument_name": "BTC-29MAR24-70000-C", "change_id": 1}
    dvol = {"timestamp": NOON + 20, "volatility": 58.5, "index_name": "btc_usd"}
    return [
        header("DERIBIT"),
        connect("DERIBIT.ws.1", "wss://www.deribit.com/ws/api/v2"),
        pushed({"jsonrpc": "2.0", "id": 0, "result": []}),
        pushed(subscription("ticker.BTC-29MAR24-70000-C.raw", option())),
        pushed(subscription("ticker.BTC-29MAR24-70000-P.raw", option("BTC-29MAR24-70000-P"))),
        pushed(subscription("ticker.ETH-29MAR24-3500-P.raw", eth)),
        pushed(subscription("book.BTC-29MAR24-70000-C.raw", book | {"bids": [["new", 0.031, 10.0]], "asks": []})),
        pushed(subscription("deribit_volatility_index.btc_usd", dvol)),
    ]
