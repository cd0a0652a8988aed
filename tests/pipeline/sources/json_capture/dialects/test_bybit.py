"""Bybit: states that say only what changed, sides, ids that begin anew, and its replies."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from tests.pipeline.sources.json_capture import payloads as p
from tests.pipeline.sources.json_capture.capture_reading import Reading, read_lines

LINEAR, INVERSE, SPOT = (Market(f"bybit-{kind}", "BTCUSDT") for kind in ("linear", "inverse", "spot"))


def _linear(folder: Path, *messages: p.Line) -> Reading:
    pushed = [p.recv("BYBIT.ws.2", message) for message in messages]
    return read_lines(folder, LINEAR, [p.header("BYBIT"), p.connect("BYBIT.ws.2", p.LINEAR), *pushed])


def _reply(
    folder: Path, name: str, result: dict[str, Any], market: Market = LINEAR, category: str = "linear"
) -> Reading:
    url = f"{p.BYBIT}{name}?category={category}&symbol=BTCUSDT"
    return read_lines(folder, market, [p.http("BYBIT.http.1", url, p.bybit_reply(result), p.NOON + 3 * p.HOUR)])


def test_a_book_is_timed_by_the_matching_engine_and_numbered_by_ones(tmp_path: Path):
    found = read_lines(tmp_path, LINEAR, p.bybit_session()).frames["book_updates"]
    assert found["update_id"].to_list() == [10, 11, 12]
    assert found["prev_update_id"].to_list() == [10, 10, 11]
    assert found["is_snapshot"].to_list() == [True, False, False]
    assert found["event_ts"].dt.epoch("ms").to_list() == [p.NOON, p.NOON + 100, p.NOON + 200]
    assert found["publish_ts"].dt.epoch("ms").to_list() == [p.NOON + 4, p.NOON + 104, p.NOON + 204]
    assert found["side"].to_list() == [[1, -1], [1, 1], [-1]]
    assert found["qty"].to_list() == [[1.0, 2.0], [0.0, 3.0], [2.5]]
    assert set(found["clock"]) == {"match"}


def test_a_book_without_cts_has_its_sending_time_only(tmp_path: Path):
    old = {name: value for name, value in p.bybit_book(10, p.NOON).items() if name != "cts"}
    assert _linear(tmp_path, old).row("book_updates")["clock"] == "publish"


@pytest.mark.parametrize("kind", ["snapshot", "delta"])
def test_u_1_is_a_new_book_after_a_restart_and_no_id_of_the_old_chain(kind: str, tmp_path: Path):
    restart = p.bybit_book(1, p.NOON + 300, [["65000.0", "1.000"]], type=kind)
    row = _linear(tmp_path, p.bybit_book(500, p.NOON), restart).row("book_updates", 1)
    assert (row["is_snapshot"], row["update_id"], row["prev_update_id"]) == (True, 1, 1)


def test_the_taker_side_flags_and_order_of_prints(tmp_path: Path):
    rows = [p.bybit_trade(1, p.NOON, S="Sell", RPI=True), p.bybit_trade(2, p.NOON, BT=True)]
    old = {name: value for name, value in p.bybit_trade(3, p.NOON).items() if name not in ("RPI", "BT", "seq")}
    frame = _linear(tmp_path, p.bybit_trades(*rows, old)).frames["trades"]
    assert frame["taker_side"].to_list() == [-1, 1, 1]
    assert frame["is_rpi"].to_list() == [True, False, None]
    assert frame["is_block"].to_list() == [False, True, None]
    assert frame["position"][0] == 2_001 * 1_024
    assert frame["position"][1] == 2_002 * 1_024 + 1


def test_what_a_delta_leaves_out_is_as_this_connection_said_it_before(tmp_path: Path):
    found = read_lines(tmp_path, LINEAR, p.bybit_session())
    states = found.frames["derivative_ticker"]
    assert states["mark_price"].to_list() == [65001.0, 65001.5, 65001.5]
    assert states["index_price"].to_list() == [65010.0] * 3
    assert states["funding_rate"].to_list() == [0.0001] * 3
    assert states["next_funding_ts"].dt.epoch("ms").to_list() == [p.NOON + 4 * p.HOUR] * 3
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
        "ts": p.NOON,
        "data": p.BYBIT_TICKER | {"markPrice": "3500"},
    }
    delta = p.bybit_ticker(p.NOON + 50, {"symbol": "BTCUSDT", "bid1Price": "64999.0", "indexPrice": "65000"})
    lines = [
        p.header("BYBIT"),
        p.connect("BYBIT.ws.2", p.LINEAR),
        p.recv("BYBIT.ws.2", p.bybit_ticker(p.NOON, p.BYBIT_TICKER, "snapshot")),
        p.recv("BYBIT.ws.2", ether),
        p.connect("BYBIT.ws.2", p.LINEAR),
        p.recv("BYBIT.ws.2", delta),
    ]
    found = read_lines(tmp_path, LINEAR, lines)
    assert found.column("derivative_ticker", "mark_price") == [65001.0, None]
    assert found.column("book_ticker", "bid_px") == [65000.0]


def test_a_new_snapshot_forgets_what_was_said_before_it(tmp_path: Path):
    bare = {"symbol": "BTCUSDT", "markPrice": "65005.00"}
    found = _linear(
        tmp_path, p.bybit_ticker(p.NOON, p.BYBIT_TICKER, "snapshot"), p.bybit_ticker(p.NOON + 100, bare, "snapshot")
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
    base = {name: value for name, value in p.BYBIT_TICKER.items() if "penInterest" not in name}
    pushed = _linear(tmp_path, p.bybit_ticker(p.NOON, base | said, "snapshot"))
    assert pushed.column("derivative_ticker", "open_interest_qty") == [one_side]
    reply = _reply(tmp_path, "open-interest", {"symbol": "BTCUSDT", "list": [said | {"timestamp": str(p.NOON)}]})
    assert reply.column("derivative_ticker", "open_interest_qty") == [one_side]


def test_only_a_bar_that_is_over_is_taken_and_it_ends_where_the_next_begins(tmp_path: Path):
    row = read_lines(tmp_path, LINEAR, p.bybit_session()).row("price_bars")
    assert (row["price_kind"], row["interval_s"], row["volume_qty"], row["volume_quote"]) == (
        "trade",
        60,
        3.5,
        227503.5,
    )
    assert row["event_ts"].timestamp() * 1000 == p.NOON
    assert row["open_ts"].timestamp() * 1000 == p.NOON - 60_000
    lines = [
        p.connect("BYBIT.ws.4", "wss://x/v5/public/inverse"),
        p.recv("BYBIT.ws.4", p.bybit_kline(p.NOON, confirm=True)),
    ]
    inverse = read_lines(tmp_path, INVERSE, lines).row("price_bars")
    assert (inverse["volume_qty"], inverse["volume_quote"]) == (227503.5, 3.5)


@pytest.mark.parametrize(("position_side", "order_side"), [("Buy", -1), ("Sell", 1)])
def test_the_side_of_a_liquidation_is_the_position_s(position_side: str, order_side: int, tmp_path: Path):
    row = _linear(tmp_path, p.bybit_liquidation(p.NOON, S=position_side)).row("liquidations")
    assert (row["order_side"], row["price_kind"], row["price"], row["qty"]) == (order_side, "bankruptcy", 64000.0, 0.5)
    assert row["is_sampled"] is False


def test_settled_funding_was_public_when_it_was_settled_not_when_it_was_asked_for(tmp_path: Path):
    rows = [
        {"symbol": "BTCUSDT", "fundingRate": "0.0002", "fundingRateTimestamp": str(p.NOON)},
        {"symbol": "BTCUSDT", "fundingRate": "-0.0001", "fundingRateTimestamp": str(p.NOON - 8 * p.HOUR)},
    ]
    frame = _reply(tmp_path, "funding/history", {"category": "linear", "list": rows}).frames["funding"]
    assert frame["rate"].to_list() == [-0.0001, 0.0002]
    assert frame["kind"].to_list() == ["settled", "settled"]
    assert (frame["known_ts"] - frame["event_ts"]).dt.total_seconds().to_list() == [5, 5]
    assert frame["next_ts"].to_list() == frame["event_ts"].to_list()


def test_a_polled_ticker_is_whole(tmp_path: Path):
    found = _reply(tmp_path, "tickers", {"category": "linear", "list": [p.BYBIT_TICKER]})
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
            "time": str(p.NOON + n),
        }
        for n in (3, 2, 1)
    ]
    frame = _reply(tmp_path, "recent-trade", {"category": "linear", "list": rows}).frames["trades"]
    assert frame["trade_id"].to_list() == ["id-1", "id-2", "id-3"]
    assert frame["is_backwards"].to_list() == [False] * 3


def test_an_error_is_quarantined_with_the_venue_s_words(tmp_path: Path):
    reply = {"retCode": 10006, "retMsg": "Too many visits!", "result": {}}
    lines = [*p.bybit_session(), p.http("BYBIT.http.1", f"{p.BYBIT}tickers?category=linear", reply)]
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
    listed = p.bybit_reply({"category": category, "list": [{"symbol": "OTHER"}, row]})
    trade = p.recv("BYBIT.ws.1", p.bybit_trades(p.bybit_trade(1, p.NOON)))
    lines = [
        p.header("BYBIT", venue=market.venue),
        p.http("BYBIT.http.0", f"{p.BYBIT}instruments-info?category={category}", listed),
        trade,
    ]
    assert read_lines(tmp_path, market, lines).contract == facts
