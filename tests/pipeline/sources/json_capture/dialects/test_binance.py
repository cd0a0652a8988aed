"""Binance: prints and aggregates apart, forced orders, bars, and replies of three products."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.venues import binance
from tests.pipeline.sources.read_whole import Whole

USDM, COINM = Market("binance-usdm", "BTCUSDT"), Market("binance-coinm", "BTCUSD_PERP")


def _pushed(folder: Path, *messages: c.Line) -> Whole:
    return read_lines(folder, USDM, [c.recv("BINANCE_FUTURES.ws.1", message) for message in messages])


def _reply(folder: Path, name: str, reply: Any, market: Market = USDM) -> Whole:
    exchange, base = {
        "binance-usdm": ("BINANCE_FUTURES", "/fapi/v1/"),
        "binance-coinm": ("BINANCE_DELIVERY", "/dapi/v1/"),
    }[market.venue]
    url = f"https://host{base}{name}?symbol={market.symbol}"
    return read_lines(folder, market, [c.http(f"{exchange}.http.1", url, reply, c.NOON + 3 * c.HOUR)])


def test_a_snapshot_is_bridged_by_the_diffs_around_it(tmp_path: Path):
    frame = read_lines(tmp_path, USDM, binance.session()).frames["book_updates"].sort("event_ts")
    assert frame.select("update_id", "first_update_id", "prev_update_id", "is_snapshot").rows() == [
        (10, None, None, True),
        (11, 9, 8, False),
        (13, 12, 11, False),
    ]


def test_an_aggregate_names_its_prints_and_its_maker_side_the_taker(tmp_path: Path):
    messages = [binance.stream("x", binance.aggregate(n, c.NOON + n, m=n == 2)) for n in (1, 2)]
    frame = _pushed(tmp_path, *messages).frames["trades"]
    assert frame.select("trade_id", "taker_side", "is_aggregate", "first_trade_id", "last_trade_id").rows() == [
        ("1", 1, True, 10, 12),
        ("2", -1, True, 20, 22),
    ]


def test_prints_and_aggregates_are_not_added_up(tmp_path: Path):
    single = {"e": "trade", "E": c.NOON, "T": c.NOON, "s": "BTCUSDT", "t": 10, "p": "65000.10", "q": "0.004"}
    single |= {"X": "MARKET", "m": False}
    aggregate = binance.stream("x", binance.aggregate(1, c.NOON))
    assert _pushed(tmp_path, aggregate, binance.stream("y", single)).column("trades", "trade_id") == ["1"]
    assert _pushed(tmp_path, binance.stream("y", single), aggregate).column("trades", "trade_id") == ["10"]


def test_a_forced_sale_closes_a_long_at_its_average_price(tmp_path: Path):
    unfilled = binance.force(c.NOON + 1, S="BUY", ap="0", z="0", X="NEW")
    frame = _pushed(tmp_path, binance.force(c.NOON), unfilled).frames["liquidations"]
    assert frame.select("order_side", "price", "price_kind", "qty", "is_sampled").rows() == [
        (-1, 64920.5, "average", 0.014, True),
        (1, 64910.0, "order", 0.014, True),
    ]


def test_marks_are_a_state_and_a_running_rate(tmp_path: Path):
    found = read_lines(tmp_path, USDM, binance.session())
    assert found.row("derivative_ticker")["index_price"] == 65003.0
    assert (found.row("funding")["rate"], found.row("funding")["kind"]) == (0.0001, "predicted")


KLINE = {"t": c.NOON, "T": c.NOON + 59_999, "i": "1m", "o": "1", "c": "2", "h": "3", "l": "0.5", "v": "10", "n": 4}
KLINE |= {"q": "15", "V": "6", "Q": "9", "x": True}


def test_a_bar_ends_where_the_next_begins(tmp_path: Path):
    closed = binance.stream("x", {"e": "kline", "E": c.NOON + 60_000, "s": "BTCUSDT", "k": KLINE})
    running = binance.stream("x", {"e": "kline", "E": c.NOON, "s": "BTCUSDT", "k": KLINE | {"x": False}})
    month = binance.stream("x", {"e": "kline", "E": c.NOON, "s": "BTCUSDT", "k": KLINE | {"i": "1M"}})
    row = _pushed(tmp_path, running, closed, month).row("price_bars")
    assert row["event_ts"].timestamp() * 1000 == c.NOON + 60_000
    assert (row["open"], row["high"], row["low"], row["close"]) == (1.0, 3.0, 0.5, 2.0)
    assert (row["volume_qty"], row["volume_quote"], row["taker_buy_qty"], row["n_trades"]) == (10.0, 15.0, 6.0, 4)


def test_a_coin_margined_bar_has_its_base_volume_in_q(tmp_path: Path):
    kline = {"e": "kline", "E": c.NOON + 60_000, "s": COINM.symbol, "k": KLINE}
    row = read_lines(tmp_path, COINM, [c.recv("BINANCE_DELIVERY.ws.1", binance.stream("x", kline))]).row("price_bars")
    assert (row["volume_qty"], row["volume_quote"], row["taker_buy_qty"]) == (15.0, None, 9.0)


def test_settled_rates_ascend_and_were_public_when_settled(tmp_path: Path):
    rows = [{"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingTime": c.NOON, "markPrice": ""}]
    row = _reply(tmp_path, "fundingRate", rows).row("funding")
    assert (row["kind"], row["rate"], row["mark_price"], row["recv_ts"]) == ("settled", 0.0001, None, None)


def test_other_replies(tmp_path: Path):
    premium = {"symbol": "BTCUSDT", "markPrice": "65001", "indexPrice": "65002", "estimatedSettlePrice": "65003"}
    premium |= {"lastFundingRate": "0.0001", "nextFundingTime": c.NOON + 4 * c.HOUR, "time": c.NOON}
    found = _reply(tmp_path, "premiumIndex", premium)
    assert found.row("derivative_ticker")["settle_price_estimate"] == 65003.0
    assert found.row("funding")["next_ts"].timestamp() * 1000 == c.NOON + 4 * c.HOUR
    dated = premium | {"symbol": COINM.symbol, "lastFundingRate": "", "nextFundingTime": 0}
    assert "funding" not in _reply(tmp_path, "premiumIndex", [dated], COINM).frames
    interest = {"symbol": "BTCUSDT", "openInterest": "10659.5", "time": c.NOON}
    assert _reply(tmp_path, "openInterest", interest).column("derivative_ticker", "open_interest_qty") == [10659.5]
    page = [{"a": n, "p": "65000", "q": "1", "f": n, "l": n, "T": c.NOON, "m": True} for n in (1, 2)]
    assert _reply(tmp_path, "aggTrades", page).column("trades", "taker_side") == [-1, -1]
    page = [{"id": 7, "price": "65000", "qty": "1", "quoteQty": "65000", "time": c.NOON, "isBuyerMaker": False}]
    assert _reply(tmp_path, "trades", page).column("trades", "taker_side") == [1]


def test_a_settlement_is_the_hour_that_estimates_are_stated_for(tmp_path: Path):
    """It is booked some milliseconds later: by that time it would be a settlement of its own, beside the estimate's."""
    rows = [{"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingTime": c.NOON + late} for late in (7, 90_000)]
    found = _reply(tmp_path, "fundingRate", rows).frames["funding"]
    assert [at.timestamp() * 1000 - c.NOON for at in found["next_ts"]] == [0, 90_000]
    assert [at.timestamp() * 1000 - c.NOON for at in found["event_ts"]] == [7, 90_000]


def test_an_error_is_quarantined_with_the_venue_s_words(tmp_path: Path):
    url = f"{binance.FAPI}depth?symbol=BTCUSDT"
    lines = [*binance.session(), c.http("BINANCE_FUTURES.http.0", url, {"code": -1003, "msg": "Too many requests"})]
    assert read_lines(tmp_path, USDM, lines).reasons == ["the venue answered -1003 Too many requests"]


FILTERS = [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}, {"filterType": "LOT_SIZE", "stepSize": "0.001"}]


@pytest.mark.parametrize(
    ("market", "row", "facts"),
    [
        (USDM, {"symbol": "BTCUSDT"}, ContractFacts(0.1, 0.001, 1.0, False, None, "BTC", "USDT")),
        (
            COINM,
            {"symbol": "BTCUSD_PERP", "contractSize": 100},
            ContractFacts(0.1, 0.001, 100.0, True, None, "BTC", "USDT"),
        ),
    ],
)
def test_what_exchange_info_says(market: Market, row: Any, facts: ContractFacts, tmp_path: Path):
    row |= {"filters": FILTERS, "baseAsset": "BTC", "quoteAsset": "USDT"}
    exchange = "BINANCE_FUTURES" if market == USDM else "BINANCE_DELIVERY"
    trade = binance.stream("x", binance.aggregate(1, c.NOON, s=market.symbol))
    lines = [
        c.http(f"{exchange}.http.0", f"{binance.FAPI}exchangeInfo", {"symbols": [{"symbol": "OTHER"}, row]}),
        c.recv(f"{exchange}.ws.1", trade),
    ]
    assert read_lines(tmp_path, market, lines).contract == facts
