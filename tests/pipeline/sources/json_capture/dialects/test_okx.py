"""OKX: which market a name is of, books with and without ids, rates, and its replies."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from pipeline.sources.json_capture.dialects.okx import venue_of
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.venues import okx
from tests.pipeline.sources.read_whole import Whole

SWAP = Market("okx-swap", "BTC-USDT-SWAP")


def _pushed(folder: Path, *messages: c.Line, market: Market = SWAP) -> Whole:
    return read_lines(folder, market, [c.header("OKX"), *(c.recv("OKX.ws.1", message) for message in messages)])


def _reply(folder: Path, name: str, *rows: Any, query: str = "instId=BTC-USDT-SWAP") -> Whole:
    reply = okx.reply(*rows)
    return read_lines(folder, SWAP, [c.http("OKX.http.1", f"{okx.REST}{name}?{query}", reply, c.NOON + 3 * c.HOUR)])


@pytest.mark.parametrize(
    ("name", "venue"),
    [
        ("BTC-USDT", "okx-spot"),
        ("BTC-USD-SWAP", "okx-swap"),
        ("BTC-USD-220527", "okx-futures"),
        ("BTC-USD-220527-30000-C", None),
        ("BTC-USD-WEEKLY", None),
        ("BTC", None),
    ],
)
def test_the_form_of_a_name_tells_the_venue(name: str, venue: str | None):
    assert venue_of(name) == venue


def test_a_book_continues_from_the_id_it_names(tmp_path: Path):
    frame = read_lines(tmp_path, SWAP, okx.session()).frames["book_updates"]
    assert frame["update_id"].to_list() == [50, 53]
    assert frame["prev_update_id"].to_list() == [50, 50]
    assert frame["qty"].to_list() == [[10.0, 20.0], [0.0]]


def test_ids_that_begin_anew_in_maintenance_continue_the_chain(tmp_path: Path):
    frame = _pushed(tmp_path, okx.book(900, 890, c.NOON), okx.book(3, 900, c.NOON + 1)).frames["book_updates"]
    assert frame.select("update_id", "prev_update_id").rows() == [(900, 890), (3, 900)]


def test_a_message_that_repeats_an_id_has_changed_nothing_or_is_wrong(tmp_path: Path):
    wrong = okx.book(53, 53, c.NOON, [["65000", "1", "0", "1"]])
    found = _pushed(tmp_path, okx.book(53, 50, c.NOON), okx.book(53, 53, c.NOON + 1), wrong)
    assert (found.kept, found.lines_beside) == (1, 2)
    assert found.reasons == ["seqId 53 repeats prevSeqId though levels changed"]


def test_books_of_2022_have_no_ids(tmp_path: Path):
    row = {"asks": [["30249.4", "0", "0", "0"]], "bids": [], "ts": str(c.NOON), "checksum": -914047754}
    found = _pushed(tmp_path, okx.message("books", row, action="update"))
    assert found.row("book_updates")["update_id"] is None
    assert found.row("book_updates")["clock"] == "publish"


def test_a_small_book_is_whole_in_every_message(tmp_path: Path):
    row = {"asks": [["30249.4", "2", "0", "1"]], "bids": [], "ts": str(c.NOON), "seqId": 9}
    found = _pushed(
        tmp_path, okx.message("books5", row), okx.message("bbo-tbt", row | {"bids": [["30249.3", "7", "0", "1"]]})
    )
    assert found.row("book_updates")["is_snapshot"] is True
    assert found.row("book_ticker")["bid_qty"] == 7.0


def test_a_print_says_whether_it_sums_up_several_and_whether_it_was_elp(tmp_path: Path):
    rows = [
        okx.trade(1, c.NOON, count="3", source="1", side="sell"),
        okx.trade(2, c.NOON, count="1", source="0"),
        okx.trade(3, c.NOON, count="1", sz="1.772e-05"),
    ]
    frame = _pushed(tmp_path, okx.message("trades", *rows)).frames["trades"]
    assert frame["taker_side"].to_list() == [-1, 1, 1]
    assert frame["is_aggregate"].to_list() == [True, False, False]
    assert frame["is_rpi"].to_list() == [True, False, None]
    assert frame["qty"].to_list() == [12.0, 12.0, 0.00001772]


def test_prints_and_sums_of_prints_are_not_added_up(tmp_path: Path):
    summed, single = (
        okx.message("trades", okx.trade(12, c.NOON, count="3")),
        okx.message("trades-all", okx.trade(11, c.NOON)),
    )
    reply = c.http("OKX.http.1", f"{okx.REST}market/trades?instId=BTC-USDT-SWAP", okx.reply(okx.trade(10, c.NOON)))
    lines = [c.recv("OKX.ws.1", summed), c.recv("OKX.ws.1", single), reply]
    assert read_lines(tmp_path, SWAP, lines).column("trades", "trade_id") == ["12"]
    found = read_lines(tmp_path, SWAP, lines[::-1])
    assert found.column("trades", "trade_id") == ["10", "11"]
    assert found.column("trades", "is_aggregate") == [None, None]


def test_a_running_rate_is_for_the_settlement_it_names(tmp_path: Path):
    found = read_lines(tmp_path, SWAP, okx.session())
    row = found.row("funding")
    assert (row["kind"], row["rate"], row["interval_h"]) == ("predicted", 0.00015, 8.0)
    assert row["next_ts"].timestamp() * 1000 == c.NOON + 4 * c.HOUR
    states = found.frames["derivative_ticker"]
    assert states.select("funding_rate", "open_interest_qty", "mark_price", "index_price").rows() == [
        (0.00015, None, None, None),
        (None, 30.0, None, None),
        (None, None, 65002.5, None),
        (None, None, None, 65003.0),
    ]


def test_an_index_is_of_the_derivatives_on_its_pair_only(tmp_path: Path):
    index = okx.message(
        "index-tickers", {"instId": "BTC-USDT", "idxPx": "65003", "ts": str(c.NOON)}, instrument="BTC-USDT"
    )
    trade = okx.message("trades", okx.trade(1, c.NOON, instId="BTC-USDT"), instrument="BTC-USDT")
    assert "derivative_ticker" not in _pushed(tmp_path, index, trade, market=Market("okx-spot", "BTC-USDT")).frames


@pytest.mark.parametrize(("side", "order_side"), [("buy", 1), ("sell", -1)])
def test_the_side_of_a_liquidation_is_the_forced_order_s(side: str, order_side: int, tmp_path: Path):
    detail = {"side": side, "posSide": "short", "bkPx": "66000.5", "sz": "13", "bkLoss": "0", "ts": str(c.NOON)}
    message = {"arg": {"channel": "liquidation-orders", "instType": "SWAP"}}
    message |= {
        "data": [{"instId": "BTC-USDT-SWAP", "details": [detail]}, {"instId": "X-USDT-SWAP", "details": [detail]}]
    }
    row = _pushed(tmp_path, message).row("liquidations")
    assert (row["order_side"], row["price"], row["price_kind"], row["qty"]) == (order_side, 66000.5, "bankruptcy", 13.0)
    assert row["is_sampled"] is True


def test_what_was_paid_is_the_realised_rate(tmp_path: Path):
    row = {"instId": "BTC-USDT-SWAP", "fundingRate": "0.0001", "realizedRate": "0.00009", "fundingTime": str(c.NOON)}
    older = {"instId": "BTC-USDT-SWAP", "fundingRate": "0.0001", "fundingTime": str(c.NOON - 8 * c.HOUR)}
    found = _reply(tmp_path, "public/funding-rate-history", row, older)
    assert found.column("funding", "rate") == [0.00009]
    assert found.column("funding", "recv_ts") == [None]
    assert found.reasons == ["field 'realizedRate' is missing"]


def test_open_interest_of_a_period_is_known_after_its_end(tmp_path: Path):
    """Coins of contracts worth USD are quotients of many digits."""
    coins = "30.7711286123456789012"
    rows = [[str(c.NOON), "3100", "31", "2e6"], [str(c.NOON - 300_000), "3000", coins, "2e6"]]
    query = "instId=BTC-USDT-SWAP&period=5m"
    frame = _reply(tmp_path, "rubik/stat/contracts/open-interest-history", *rows, query=query).frames[
        "derivative_ticker"
    ]
    assert frame["open_interest_qty"].to_list() == [30.771128612345677, 31.0]
    assert (frame["known_ts"] - frame["event_ts"]).dt.total_seconds().to_list() == [360, 360]


def test_other_replies_read_as_what_is_pushed(tmp_path: Path):
    book = {"asks": [["65000.1", "2", "0", "1"]], "bids": [["65000", "1", "0", "1"]], "ts": str(c.NOON), "seqId": 7}
    found = _reply(tmp_path, "market/books", book)
    assert found.row("book_updates")["prev_update_id"] == 7
    found = _reply(tmp_path, "market/trades", okx.trade(2, c.NOON + 1), okx.trade(1, c.NOON))
    assert found.column("trades", "trade_id") == ["1", "2"]
    ticker = {"instId": "BTC-USDT-SWAP", "bidPx": "1", "bidSz": "2", "askPx": "3", "askSz": "4", "ts": str(c.NOON)}
    assert _reply(tmp_path, "market/ticker", ticker).row("book_ticker")["ask_px"] == 3.0


@pytest.mark.parametrize(
    ("market", "row", "facts"),
    [
        (
            Market("okx-futures", "BTC-USD-220527"),
            {"ctVal": "100", "ctMult": "1", "ctType": "inverse", "tickSz": "0.1", "lotSz": "1"},
            ContractFacts(0.1, 1.0, 100.0, True, None, "BTC", "USD"),
        ),
        (
            SWAP,
            {"ctVal": "0.01", "ctMult": "2", "ctType": "linear", "tickSz": "0.1", "lotSz": "0.1"},
            ContractFacts(0.1, 0.1, 0.02, False, None, "BTC", "USDT"),
        ),
        (
            Market("okx-spot", "BTC-USDT"),
            {"ctVal": "", "ctMult": "", "ctType": "", "tickSz": "0.1", "lotSz": "0.00000001"},
            ContractFacts(0.1, 1e-8, 1.0, False, None, "BTC", "USDT"),
        ),
    ],
)
def test_what_a_list_of_instruments_says(market: Market, row: Any, facts: ContractFacts, tmp_path: Path):
    listed = okx.reply({"instId": "OTHER"}, row | {"instId": market.symbol})
    trade = okx.message("trades", okx.trade(1, c.NOON, instId=market.symbol), instrument=market.symbol)
    lines = [c.http("OKX.http.0", f"{okx.REST}public/instruments?instType=X", listed), c.recv("OKX.ws.1", trade)]
    assert read_lines(tmp_path, market, lines).contract == facts
