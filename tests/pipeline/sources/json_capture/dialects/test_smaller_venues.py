"""Kraken, Gate.io, Bitget and Hyperliquid in captures."""

from pathlib import Path
from typing import Any

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.venues import smaller_venues as smaller
from tests.pipeline.sources.read_whole import Whole

KRAKEN, GATE = Market("kraken-futures", "PI_XBTUSD"), Market("gateio-futures", "ABC_USDT")
DASH, DASH_SPOT = Market("bitget-futures", "DASHUSDT"), Market("bitget-spot", "DASHUSDT")


def _read(folder: Path, market: Market, exchange: str, *messages: c.Line) -> Whole:
    return read_lines(folder, market, [c.recv(f"{exchange}.ws.1", message) for message in messages])


def test_kraken_s_book_counts_by_one_from_its_snapshot(tmp_path: Path):
    frame = read_lines(tmp_path, KRAKEN, smaller.kraken_session()).frames["book_updates"]
    assert frame.select("update_id", "prev_update_id", "is_snapshot", "side", "qty").rows() == [
        (4, 4, True, [1, -1], [50.0, 60.0]),
        (5, 4, False, [1], [0.0]),
        (6, 5, False, [-1], [70.0]),
    ]


def test_kraken_s_prints_ascend_and_say_how_the_taker_came_to_trade(tmp_path: Path):
    frame = read_lines(tmp_path, KRAKEN, smaller.kraken_session()).frames["trades"]
    assert frame.select("trade_id", "taker_side", "print_type", "is_backwards").rows() == [
        ("uid-1", -1, "liquidation", False),
        ("uid-2", -1, "fill", False),
        ("uid-3", -1, "fill", False),
    ]
    kinds = [
        smaller.kraken_trade(n, c.NOON, type=kind) for n, kind in enumerate(("block", "assignment", "termination"))
    ]
    frame = _read(tmp_path, KRAKEN, "KRAKEN_FUTURES", *kinds).frames["trades"]
    assert frame.select("is_block", "is_off_market").rows() == [(True, True), (False, True), (False, True)]


def test_kraken_s_rate_is_the_relative_one(tmp_path: Path):
    ticker = {
        "feed": "ticker",
        "product_id": "PI_XBTUSD",
        "time": c.NOON,
        "bid": 65000.0,
        "ask": 65000.5,
        "bid_size": 5.0,
    }
    ticker |= {"ask_size": 7.0, "markPrice": 65001.0, "index": 65002.0, "funding_rate": -1.2e-9}
    rate = -4.223375612345678e-05
    ticker |= {"relative_funding_rate": rate, "next_funding_rate_time": c.NOON + c.HOUR, "openInterest": 1e8}
    found = _read(tmp_path, KRAKEN, "KRAKEN_FUTURES", ticker)
    assert (found.row("funding")["rate"], found.row("book_ticker")["ask_qty"]) == (rate, 7.0)
    assert found.row("derivative_ticker")["next_funding_ts"].timestamp() * 1000 == c.NOON + c.HOUR


def test_gate_s_reply_is_bridged_by_its_updates(tmp_path: Path):
    frame = read_lines(tmp_path, GATE, smaller.gate_session()).frames["book_updates"].sort("event_ts")
    assert frame.select("update_id", "first_update_id", "prev_update_id", "is_snapshot").rows() == [
        (100, None, None, True),
        (101, 99, 98, False),
        (102, 102, 101, False),
    ]
    assert frame["event_ts"].dt.epoch("ms").to_list() == [c.NOON + 40, c.NOON + 50, c.NOON + 150]
    assert frame["qty"].to_list()[:2] == [[5.0, 8.0], [6.0]]


def test_the_sign_of_gate_s_size_is_the_taker_s_side(tmp_path: Path):
    row = {"id": 1, "create_time_ms": c.NOON, "price": "0.2973", "contract": "ABC_USDT"}
    sizes: list[Any] = [{"size": -108}, {"size": 5}, {"size": "-7", "is_internal": True}, {"size": 0}]
    found = _read(tmp_path, GATE, "GATEIO_FUTURES", smaller.gate("trades", [row | size for size in sizes], c.NOON))
    assert found.frames["trades"].select("qty", "taker_side", "is_off_market").rows() == [
        (108.0, -1, False),
        (5.0, 1, False),
        (7.0, -1, True),
    ]
    assert found.reasons == ["qty is 0, expected a number > 0"]


def test_gate_s_list_says_what_a_contract_is_worth(tmp_path: Path):
    row = {"name": "ABC_USDT", "order_price_round": "0.0001", "quanto_multiplier": "10", "funding_interval": 14400}
    lines = [
        c.http("GATEIO_FUTURES.http.0", f"{smaller.GATE}contracts", [row | {"type": "direct"}]),
        *smaller.gate_session(),
    ]
    facts = ContractFacts(0.0001, 1.0, 10.0, False, 4.0, "ABC", "USDT")
    assert read_lines(tmp_path, GATE, lines).contract == facts


def test_kraken_s_list_names_products_in_small_letters(tmp_path: Path):
    row = {"symbol": "pi_xbtusd", "type": "futures_inverse", "tickSize": 0.5, "contractSize": 1}
    url = "https://futures.kraken.com/derivatives/api/v3/instruments"
    lines = [c.http("KRAKEN_FUTURES.http.0", url, {"instruments": [row]}), *smaller.kraken_session()]
    assert read_lines(tmp_path, KRAKEN, lines).contract == ContractFacts(0.5, None, 1.0, True)


def test_bitget_s_type_tells_spot_from_futures(tmp_path: Path):
    assert read_lines(tmp_path, DASH, smaller.bitget_session()).column("trades", "price") == [113.4, 113.41, 113.41]
    assert read_lines(tmp_path, DASH_SPOT, smaller.bitget_session()).column("trades", "price") == [113.5]


def test_equal_prints_without_an_id_are_told_apart_within_a_message_and_known_again_in_another(tmp_path: Path):
    same = [str(c.NOON - 10), "113.41", "0.49", "sell"]
    again = c.recv("BITGET.ws.2", smaller.bitget("mc", "trade", [same]))
    digests = read_lines(tmp_path, DASH, [*smaller.bitget_session(), again]).column("trades", "digest")
    assert len(digests) == 4
    assert len(set(digests)) == 3
    assert digests[3] == digests[1]


def test_bitget_of_version_2(tmp_path: Path):
    row = {"ts": str(c.NOON), "price": "113.4", "size": "2", "side": "Sell", "tradeId": "9001"}
    ticker = {
        "instId": "DASHUSDT",
        "ts": str(c.NOON),
        "markPrice": "113.4",
        "indexPrice": "113.5",
        "fundingRate": "0.0001",
    }
    ticker |= {"nextFundingTime": str(c.NOON + 4 * c.HOUR), "bidPr": "1", "bidSz": "2", "askPr": "3", "askSz": "4"}
    kind = "USDT-FUTURES"
    found = _read(
        tmp_path,
        DASH,
        "BITGET",
        smaller.bitget(kind, "trade", [row]),
        smaller.bitget(kind, "ticker", [ticker], "snapshot"),
    )
    assert found.frames["trades"].select("trade_id", "taker_side").rows() == [("9001", -1)]
    assert (found.row("book_ticker")["ask_qty"], found.row("funding")["rate"]) == (4.0, 0.0001)


def test_bitget_s_lists_give_steps_by_decimal_places(tmp_path: Path):
    row = {"symbol": "DASHUSDT_UMCBL", "pricePlace": "2", "priceEndStep": "5", "volumePlace": "1", "baseCoin": "DASH"}
    url = "https://api.bitget.com/api/mix/v1/market/contracts?productType=umcbl"
    lines = [c.http("BITGET.http.0", url, {"data": [row | {"quoteCoin": "USDT"}]}), *smaller.bitget_session()]
    assert read_lines(tmp_path, DASH, lines).contract == ContractFacts(0.05, 0.1, 1.0, False, None, "DASH", "USDT")


def test_hyperliquid_is_read_as_its_own_sources_read_it(tmp_path: Path):
    found = read_lines(tmp_path, Market("hyperliquid", "BTC"), smaller.hyperliquid_session())
    trade = found.row("trades")
    assert (trade["taker_side"], trade["taker_address"], trade["maker_address"]) == (-1, "0xs", "0xb")
    assert found.row("book_updates")["is_snapshot"] is True
    assert (found.row("funding")["kind"], found.row("funding")["recv_ts"]) == ("settled", None)
