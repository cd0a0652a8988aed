"""Deribit: option chains with volatilities as fractions, perpetuals as markets of their own, and replies."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.venues import deribit
from tests.pipeline.sources.read_whole import Whole

CHAIN, PERPETUAL = Market("deribit-options", "BTC"), Market("deribit", "BTC-PERPETUAL")


def _pushed(folder: Path, market: Market, *messages: c.Line) -> Whole:
    return read_lines(folder, market, [c.recv("DERIBIT.ws.1", message) for message in messages])


def _reply(folder: Path, market: Market, name: str, result: Any) -> Whole:
    reply = {"jsonrpc": "2.0", "result": result, "usIn": 1, "usOut": 2}
    return read_lines(folder, market, [c.http("DERIBIT.http.1", f"{deribit.REST}{name}", reply, c.NOON + 3 * c.HOUR)])


def test_an_option_s_state_has_volatilities_as_fractions_and_greeks_as_stated(tmp_path: Path):
    row = read_lines(tmp_path, CHAIN, deribit.session()).row("option_quotes")
    assert (row["instrument"], row["strike"], row["option_type"], row["px_ccy"]) == (
        "BTC-29MAR24-70000-C",
        70000.0,
        "C",
        "BTC",
    )
    assert row["expiry_ts"].isoformat() == "2024-03-29T08:00:00+00:00"
    assert (row["bid_iv"], row["ask_iv"], row["mark_iv"]) == (0.605, 0.62, 0.6125)
    assert (row["bid_px"], row["bid_qty"], row["ask_px"], row["ask_qty"]) == (0.031, 10.0, 0.0315, 12.5)
    assert (row["delta"], row["gamma"], row["vega"], row["theta"], row["rho"]) == (0.41, 0.00002, 62.5, -55.1, 12.3)
    assert (row["underlying_px"], row["underlying_index"], row["open_interest_qty"]) == (66000.5, "BTC-29MAR24", 1200.5)


def test_a_side_without_orders_has_no_price_and_no_volatility(tmp_path: Path):
    bare = deribit.option(best_bid_price=0.0, best_bid_amount=0.0, bid_iv=0.0, greeks=None, last_price=None)
    row = _pushed(tmp_path, CHAIN, deribit.subscription("ticker.X.raw", bare)).row("option_quotes")
    assert (row["bid_px"], row["bid_iv"], row["delta"], row["last_px"]) == (None, None, None, None)


def test_options_priced_in_dollars_are_a_chain_of_their_own(tmp_path: Path):
    option = deribit.option("AVAX_USDC-29MAY26-8D6-P")
    row = _pushed(tmp_path, Market("deribit-options", "AVAX_USDC"), deribit.subscription("ticker.X.raw", option)).row(
        "option_quotes"
    )
    assert (row["strike"], row["px_ccy"]) == (8.6, "USDC")


def test_the_volatility_index_is_a_fraction_at_an_instant(tmp_path: Path):
    row = read_lines(tmp_path, CHAIN, deribit.session()).row("vol_index")
    assert (row["index_name"], row["interval_s"], row["close"]) == ("DVOL", 0, 0.585)


@pytest.mark.parametrize(("stated", "fraction"), [(0.75, 0.75), (75.0, 0.75)])
def test_the_unit_of_pushed_marks_is_told_by_their_size(stated: float, fraction: float, tmp_path: Path):
    marks = [{"instrument_name": "BTC-29MAR24-70000-C", "mark_price": 0.03, "iv": stated, "timestamp": c.NOON}]
    row = _pushed(tmp_path, CHAIN, deribit.subscription("markprice.options.btc_usd", marks)).row("option_quotes")
    assert (row["mark_iv"], row["mark_px"]) == (fraction, 0.03)


def test_a_perpetual_has_a_book_a_tape_and_states(tmp_path: Path):
    book = {"instrument_name": "BTC-PERPETUAL", "timestamp": c.NOON, "asks": []}
    first = book | {"type": "snapshot", "change_id": 5, "bids": [["new", 65000.0, 10.0]]}
    then = book | {"type": "change", "change_id": 9, "prev_change_id": 5, "bids": [["delete", 65000.0, 0.0]]}
    print_ = {"instrument_name": "BTC-PERPETUAL", "trade_id": "77", "trade_seq": 3, "timestamp": c.NOON + 1}
    print_ |= {"price": 65000.0, "amount": 100.0, "direction": "sell"}
    option = print_ | {"instrument_name": "BTC-29MAR24-70000-C"}
    ticker = {"instrument_name": "BTC-PERPETUAL", "timestamp": c.NOON, "mark_price": 65001.0, "index_price": 65002.0}
    ticker |= {"current_funding": -0.00002, "funding_8h": 0.0001, "open_interest": 5e8, "best_bid_price": 65000.0}
    ticker |= {"best_bid_amount": 10.0, "best_ask_price": 65000.5, "best_ask_amount": 20.0}
    found = _pushed(
        tmp_path,
        PERPETUAL,
        deribit.subscription("book.BTC-PERPETUAL.raw", first),
        deribit.subscription("book.BTC-PERPETUAL.raw", then),
        deribit.subscription(
            "trades.BTC-PERPETUAL.raw", [print_, print_ | {"trade_id": "78", "block_trade_id": "B"}, option]
        ),
        deribit.subscription("ticker.BTC-PERPETUAL.raw", ticker),
    )
    assert found.frames["book_updates"].select("update_id", "prev_update_id", "qty").rows() == [
        (5, 5, [10.0]),
        (9, 5, [0.0]),
    ]
    assert found.frames["trades"].select("trade_id", "taker_side", "is_block").rows() == [
        ("77", -1, False),
        ("78", -1, True),
    ]
    assert found.row("derivative_ticker")["open_interest_qty"] == 5e8
    assert (found.row("funding")["rate"], found.row("funding")["interval_h"]) == (-0.00002, 8.0)
    assert found.row("book_ticker")["ask_px"] == 65000.5


def test_a_book_summary_is_read_as_its_own_source_reads_it(tmp_path: Path):
    row = {
        "instrument_name": "BTC-29MAR24-70000-C",
        "creation_timestamp": c.NOON,
        "mark_price": 0.0312,
        "mark_iv": 61.25,
    }
    row |= {
        "bid_price": None,
        "ask_price": 0.0315,
        "underlying_price": 66000.5,
        "open_interest": 3.5,
        "quote_currency": "BTC",
    }
    bad = row | {"instrument_name": "BTC-30FEB24-1-C"}
    other = row | {"instrument_name": "BTC_USDC-29MAR24-70000-C", "quote_currency": "USDC"}
    found = _reply(tmp_path, CHAIN, "get_book_summary_by_currency?currency=BTC&kind=option", [row, bad, other])
    assert found.frames["option_quotes"].select("mark_iv", "bid_px", "ask_px").rows() == [(0.6125, None, 0.0315)]
    assert len(found.reasons) == 1


def test_bars_of_the_index_that_were_over_are_known_since_their_end(tmp_path: Path):
    bars = [[c.NOON, 58.0, 59.0, 57.5, 58.5], [c.NOON + 3 * c.HOUR, 58.5, 58.5, 58.5, 58.5]]
    frame = _reply(tmp_path, CHAIN, "get_volatility_index_data?currency=BTC&resolution=60", {"data": bars}).frames[
        "vol_index"
    ]
    assert frame.select("open", "high", "low", "close").rows() == [(0.58, 0.59, 0.575, 0.585)]
    assert frame["event_ts"].dt.epoch("ms").to_list() == [c.NOON + 60_000]
    assert frame["recv_ts"].to_list() == [None]


def test_the_funding_of_an_hour_was_paid_when_it_ended(tmp_path: Path):
    """A rate is a quotient, in all the digits of a double."""
    rate = -4.739622041017375e-07
    row = {"timestamp": c.NOON, "index_price": 65000.0, "interest_8h": -0.00009234260068476106, "interest_1h": rate}
    found = _reply(tmp_path, PERPETUAL, "get_funding_rate_history?instrument_name=BTC-PERPETUAL", [row]).row("funding")
    assert (found["kind"], found["rate"], found["interval_h"]) == ("settled", rate, 1.0)


def test_what_a_list_of_instruments_says(tmp_path: Path):
    row = {"instrument_name": "BTC-PERPETUAL", "tick_size": 0.5, "min_trade_amount": 10, "instrument_type": "reversed"}
    reply = {"result": [row | {"base_currency": "BTC", "quote_currency": "USD"}]}
    print_ = {"instrument_name": "BTC-PERPETUAL", "trade_id": "77", "trade_seq": 3, "timestamp": c.NOON}
    print_ |= {"price": 65000.0, "amount": 100.0, "direction": "sell"}
    lines = [
        c.http("DERIBIT.http.0", f"{deribit.REST}get_instruments?currency=BTC", reply),
        c.recv("DERIBIT.ws.1", deribit.subscription("trades.BTC-PERPETUAL.raw", [print_])),
    ]
    assert read_lines(tmp_path, PERPETUAL, lines).contract == ContractFacts(0.5, 10.0, 1.0, True, None, "BTC", "USD")
