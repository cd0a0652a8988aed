"""Bybit: states that say only what changed, sides, ids that begin anew, and its replies."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.venues import bybit
from tests.pipeline.sources.read_whole import Whole

LINEAR, INVERSE, SPOT = (Market(f"bybit-{kind}", "BTCUSDT") for kind in ("linear", "inverse", "spot"))


def _linear(folder: Path, *messages: c.Line) -> Whole:
    pushed = [c.recv("BYBIT.ws.2", message) for message in messages]
    return read_lines(folder, LINEAR, [c.header("BYBIT"), c.connect("BYBIT.ws.2", bybit.LINEAR), *pushed])


def _reply(folder: Path, name: str, result: dict[str, Any], market: Market = LINEAR, category: str = "linear") -> Whole:
    url = f"{bybit.REST}{name}?category={category}&symbol=BTCUSDT"
    return read_lines(folder, market, [c.http("BYBIT.http.1", url, bybit.reply(result), c.NOON + 3 * c.HOUR)])


def test_a_book_is_timed_by_the_matching_engine_and_numbered_by_ones(tmp_path: Path):
    found = read_lines(tmp_path, LINEAR, bybit.session()).frames["book_updates"]
    assert found["update_id"].to_list() == [10, 11, 12]
    assert found["prev_update_id"].to_list() == [10, 10, 11]
    assert found["is_snapshot"].to_list() == [True, False, False]
    assert found["event_ts"].dt.epoch("ms").to_list() == [c.NOON, c.NOON + 100, c.NOON + 200]
    assert found["publish_ts"].dt.epoch("ms").to_list() == [c.NOON + 4, c.NOON + 104, c.NOON + 204]
    assert found["side"].to_list() == [[1, -1], [1, 1], [-1]]
    assert found["qty"].to_list() == [[1.0, 2.0], [0.0, 3.0], [2.5]]
    assert set(found["clock"]) == {"match"}


def test_a_book_without_cts_has_its_sending_time_only(tmp_path: Path):
    old = {name: value for name, value in bybit.book(10, c.NOON).items() if name != "cts"}
    assert _linear(tmp_path, old).row("book_updates")["clock"] == "publish"


@pytest.mark.parametrize("kind", ["snapshot", "delta"])
def test_u_1_is_a_new_book_after_a_restart_and_no_id_of_the_old_chain(kind: str, tmp_path: Path):
    restart = bybit.book(1, c.NOON + 300, [["65000.0", "1.000"]], type=kind)
    row = _linear(tmp_path, bybit.book(500, c.NOON), restart).row("book_updates", 1)
    assert (row["is_snapshot"], row["update_id"], row["prev_update_id"]) == (True, 1, 1)


def test_the_taker_side_flags_and_order_of_prints(tmp_path: Path):
    rows = [bybit.trade(1, c.NOON, S="Sell", RPI=True), bybit.trade(2, c.NOON, BT=True)]
    old = {name: value for name, value in bybit.trade(3, c.NOON).items() if name not in ("RPI", "BT", "seq")}
    frame = _linear(tmp_path, bybit.trades(*rows, old)).frames["trades"]
    assert frame["taker_side"].to_list() == [-1, 1, 1]
    assert frame["is_rpi"].to_list() == [True, False, None]
    assert frame["is_block"].to_list() == [False, True, None]
    assert frame["is_off_market"].to_list() == [False, True, False]  # a block was negotiated, off the book
    assert frame["position"][0] == 2_001 * 1_024
    assert frame["position"][1] == 2_002 * 1_024 + 1


def test_what_a_delta_leaves_out_is_as_this_connection_said_it_before(tmp_path: Path):
    found = read_lines(tmp_path, LINEAR, bybit.session())
    states = found.frames["derivative_ticker"]
    assert states["mark_price"].to_list() == [65001.0, 65001.5, 65001.5]
    assert states["index_price"].to_list() == [65010.0] * 3
    assert states["funding_rate"].to_list() == [0.0001] * 3
    assert states["next_funding_ts"].dt.epoch("ms").to_list() == [c.NOON + 4 * c.HOUR] * 3
    assert states["clock"].to_list() == ["publish"] * 3
    quotes = found.frames["book_ticker"]
    assert quotes.select("bid_px", "bid_qty", "ask_px", "ask_qty").rows() == [
        (65000.0, 1.0, 65000.1, 2.0),
        (65000.0, 1.0, 65000.1, 2.0),
        (65000.0, 1.5, 65000.1, 2.0),
    ]
    funding = found.row("funding")
    assert (funding["kind"], funding["rate"], funding["interval_h"]) == ("predicted", 0.0001, 8.0)


def test_a_new_connection_and_another_symbol_know_nothing_of_it(tmp_path: Path):
    ether = {
        "topic": "tickers.ETHUSDT",
        "type": "snapshot",
        "ts": c.NOON,
        "data": bybit.TICKER | {"markPrice": "3500"},
    }
    delta = bybit.ticker(c.NOON + 50, {"symbol": "BTCUSDT", "bid1Price": "64999.0", "indexPrice": "65000"})
    lines = [
        c.header("BYBIT"),
        c.connect("BYBIT.ws.2", bybit.LINEAR),
        c.recv("BYBIT.ws.2", bybit.ticker(c.NOON, bybit.TICKER, "snapshot")),
        c.recv("BYBIT.ws.2", ether),
        c.connect("BYBIT.ws.2", bybit.LINEAR),
        c.recv("BYBIT.ws.2", delta),
    ]
    found = read_lines(tmp_path, LINEAR, lines)
    assert found.column("derivative_ticker", "mark_price") == [65001.0, None]
    assert found.column("book_ticker", "bid_px") == [65000.0]


def test_a_new_snapshot_forgets_what_was_said_before_it(tmp_path: Path):
    bare = {"symbol": "BTCUSDT", "markPrice": "65005.00"}
    found = _linear(
        tmp_path, bybit.ticker(c.NOON, bybit.TICKER, "snapshot"), bybit.ticker(c.NOON + 100, bare, "snapshot")
    )
    assert found.column("derivative_ticker", "index_price") == [65010.0, None]


@pytest.mark.parametrize(
    ("said", "one_side"),
    [
        ({"openInterest": "59891.733", "singleOpenInterest": "29945.866"}, 29945.866),
        ({"openInterest": "59891.733", "singleOpenInterest": ""}, 29945.8665),
        ({"openInterest": "59891.733"}, 29945.8665),
    ],
)
def test_open_interest_is_one_side(said: dict[str, str], one_side: float, tmp_path: Path):
    base = {name: value for name, value in bybit.TICKER.items() if "penInterest" not in name}
    pushed = _linear(tmp_path, bybit.ticker(c.NOON, base | said, "snapshot"))
    assert pushed.column("derivative_ticker", "open_interest_qty") == [one_side]
    reply = _reply(tmp_path, "open-interest", {"symbol": "BTCUSDT", "list": [said | {"timestamp": str(c.NOON)}]})
    assert reply.column("derivative_ticker", "open_interest_qty") == [one_side]


def test_only_a_bar_that_is_over_is_taken_and_it_ends_where_the_next_begins(tmp_path: Path):
    row = read_lines(tmp_path, LINEAR, bybit.session()).row("price_bars")
    assert (row["price_kind"], row["interval_s"], row["volume_qty"], row["volume_quote"]) == (
        "trade",
        60,
        3.5,
        227503.5,
    )
    assert row["event_ts"].timestamp() * 1000 == c.NOON
    assert row["open_ts"].timestamp() * 1000 == c.NOON - 60_000
    lines = [
        c.connect("BYBIT.ws.4", "wss://x/v5/public/inverse"),
        c.recv("BYBIT.ws.4", bybit.kline(c.NOON, confirm=True)),
    ]
    inverse = read_lines(tmp_path, INVERSE, lines).row("price_bars")
    assert (inverse["volume_qty"], inverse["volume_quote"]) == (227503.5, 3.5)


@pytest.mark.parametrize(("position_side", "order_side"), [("Buy", -1), ("Sell", 1)])
def test_the_side_of_a_liquidation_is_the_position_s(position_side: str, order_side: int, tmp_path: Path):
    row = _linear(tmp_path, bybit.liquidation(c.NOON, S=position_side)).row("liquidations")
    assert (row["order_side"], row["price_kind"], row["price"], row["qty"]) == (order_side, "bankruptcy", 64000.0, 0.5)
    assert row["is_sampled"] is False


def test_settled_funding_was_public_when_it_was_settled_not_when_it_was_asked_for(tmp_path: Path):
    rows = [
        {"symbol": "BTCUSDT", "fundingRate": "0.0002", "fundingRateTimestamp": str(c.NOON)},
        {"symbol": "BTCUSDT", "fundingRate": "-0.0001", "fundingRateTimestamp": str(c.NOON - 8 * c.HOUR)},
    ]
    frame = _reply(tmp_path, "funding/history", {"category": "linear", "list": rows}).frames["funding"]
    assert frame["rate"].to_list() == [-0.0001, 0.0002]
    assert frame["kind"].to_list() == ["settled", "settled"]
    assert (frame["known_ts"] - frame["event_ts"]).dt.total_seconds().to_list() == [5, 5]
    assert frame["next_ts"].to_list() == frame["event_ts"].to_list()


def test_a_polled_ticker_is_whole(tmp_path: Path):
    found = _reply(tmp_path, "tickers", {"category": "linear", "list": [bybit.TICKER]})
    assert found.column("derivative_ticker", "open_interest_qty") == [29945.866]
    assert found.column("funding", "rate") == [0.0001]
    assert found.column("book_ticker", "ask_qty") == [2.0]


def test_polled_prints_ascend(tmp_path: Path):
    rows = [
        {
            "execId": f"id-{n}",
            "symbol": "BTCUSDT",
            "price": "65000",
            "size": "1",
            "side": "Sell",
            "time": str(c.NOON + n),
        }
        for n in (3, 2, 1)
    ]
    frame = _reply(tmp_path, "recent-trade", {"category": "linear", "list": rows}).frames["trades"]
    assert frame["trade_id"].to_list() == ["id-1", "id-2", "id-3"]
    assert frame["is_backwards"].to_list() == [False] * 3


def test_an_error_is_quarantined_with_the_venue_s_words(tmp_path: Path):
    reply = {"retCode": 10006, "retMsg": "Too many visits!", "result": {}}
    lines = [*bybit.session(), c.http("BYBIT.http.1", f"{bybit.REST}tickers?category=linear", reply)]
    assert read_lines(tmp_path, LINEAR, lines).reasons == ["the venue answered 10006 Too many visits!"]


LISTED = {
    "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "fundingInterval": 480,
    "priceFilter": {"tickSize": "0.10"}, "lotSizeFilter": {"qtyStep": "0.001"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("market", "category", "row", "facts"),
    [
        (LINEAR, "linear", LISTED, ContractFacts(0.1, 0.001, 1.0, False, 8.0, "BTC", "USDT")),
        (INVERSE, "inverse", LISTED, ContractFacts(0.1, 0.001, 1.0, True, 8.0, "BTC", "USDT")),
        (
            SPOT,
            "spot",
            {"symbol": "BTCUSDT", "priceFilter": {"tickSize": "0.1"}, "lotSizeFilter": {"basePrecision": "0.000001"}},
            ContractFacts(0.1, 0.000001, 1.0, False),
        ),
        (SPOT, "linear", LISTED, None),
    ],
)
def test_what_a_list_of_instruments_says(market: Market, category: str, row: Any, facts: Any, tmp_path: Path):
    listed = bybit.reply({"category": category, "list": [{"symbol": "OTHER"}, row]})
    trade = c.recv("BYBIT.ws.1", bybit.trades(bybit.trade(1, c.NOON)))
    lines = [
        c.header("BYBIT", venue=market.venue),
        c.http("BYBIT.http.0", f"{bybit.REST}instruments-info?category={category}", listed),
        trade,
    ]
    assert read_lines(tmp_path, market, lines).contract == facts
