"""Impact of what no book shows, entries that rest, and the numbers of the specification."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from backtest.trading.day_market import DayMarket
from backtest.trading.fees import FeeSchedule
from backtest.trading.history import History
from backtest.trading.trade_table import PARTS
from backtest.trading.trades import trades_met
from signals.bars import MINUTE
from signals.inputs.trading import TRADES
from tests.backtest.reversion_rows import TERMS, books, settlements, signal_rows
from tests.signals.rows import rows_of, seconds

LONG = signal_rows(
    ("ENTRY", 1, "armed+pullback", 100.0),
    ("LONG", 1, "filled", 101.0),
    ("LONG", 1, "target", 102.0),
    ("COOLDOWN", 1, "flat", 102.0),
    waited=False,
)
SHORT = LONG.with_columns(state=pl.col("state").replace("LONG", "SHORT"), direction=-pl.col("direction"))
BOOK = books((60, 100.0), (61, 100.0), (180, 102.0), (181, 102.0))
DAY = DayMarket(-10, np.full(100, 0.03), np.full(100, 2_000.0))
"""3 % a day on 2,000 base: an order of 20 is 1 % of it, and moves the price by 30 bps."""


def one(rows=LONG, book=BOOK, paid=None, day=DAY, prints=None, **terms) -> dict:
    met = replace(History.of(book, settlements() if paid is None else paid, prints=prints), days=day)
    return trades_met(rows, met, terms=replace(TERMS, **terms)).row(0, named=True)


def tape(*made):
    return rows_of(TRADES, [{"event_ts": at, "price": px, "qty": qty, "is_off_market": False} for at, px, qty in made])


def test_a_short_of_one_at_60000_receives_six_at_a_settlement():
    rows = SHORT.with_columns(mid=pl.lit(60_000.0))
    book = books((60, 60_000.0), (61, 60_000.0), (181, 60_000.0))
    trade = one(rows, book, settlements((120, 1e-4, 60_000.0)), capital_quote=60_000 * 0.015 / 0.0025)
    assert (trade["size_qty"], trade["funding_quote"]) == (pytest.approx(1), pytest.approx(6.0))


def test_a_flat_price_costs_two_fees_and_the_spread():
    book = books((60, 100.0), (61, 100.0), (181, 100.0))
    trade = one(book=book, fees=FeeSchedule("v", "base", 1.5, 4.5, "made up"))
    # 100.1 in and 99.9 out: 20 bps of 100.1 beside the fees
    assert trade["gross_bps"] == pytest.approx(-0.2 / 100.1 * 1e4)
    assert trade["net_bps"] - trade["gross_bps"] == pytest.approx(-9, abs=0.02)


def test_without_depth_the_square_root_law_is_added_for_what_is_not_shown():
    # 20 ordered, 5 shown on either side: 15 at 30 bps each way
    trade = one(capital_quote=12_000, impact_factor=1.0)
    assert (trade["size_qty"], trade["entry_fill"], trade["exit_fill"]) == (pytest.approx(20), "touch", "touch")
    assert trade["unshown_qty"] == pytest.approx(30)
    assert trade["impact_quote"] == pytest.approx(-0.0030 * 15 * (100.1 + 101.9))
    assert sum(trade[name] for name in PARTS) == pytest.approx(trade["net_quote"])
    assert one(capital_quote=12_000, impact_factor=0.5)["impact_quote"] == pytest.approx(trade["impact_quote"] / 2)


def test_an_impact_that_is_not_known_is_null_and_in_no_sum():
    unknown = replace(DAY, sigma=np.full(100, np.nan))
    trade = one(day=unknown, capital_quote=12_000, impact_factor=1.0)
    assert (trade["impact_quote"], trade["unshown_qty"]) == (None, pytest.approx(30))
    assert trade["net_quote"] == pytest.approx(sum(trade[name] for name in PARTS if name != "impact_quote"))


def test_what_the_book_covers_has_no_impact():
    assert one(impact_factor=1.0)["impact_quote"] == 0
    assert one(capital_quote=12_000)["impact_quote"] == 0  # none was asked for


def test_beyond_all_that_is_shown_is_filled_at_the_edge_with_impact_or_not_at_all():
    deep = {f"{side}_depth_{bps}bps_qty": 10.0 for side in ("bid", "ask") for bps in (1, 5, 10, 25, 50)}
    book = books((60, 100.0), (61, 100.0), (181, 100.0), **deep)
    large = {"capital_quote": 12_000, "depth_share": 99}
    assert one(book=book, **large)["status"] == "no_fill"
    assert one(book=book, **large, impact_factor=1.0, day=replace(DAY, qty=np.full(100, np.nan)))["status"] == "no_fill"
    trade = one(book=book, **large, impact_factor=1.0)
    # 5 at 100.1, the next 5 within a band at its edge (100.1: no worse), 10 unshown at 100.5
    assert (trade["entry_fill"], trade["entry_px"]) == ("beyond", pytest.approx((10 * 100.1 + 10 * 100.5) / 20))
    assert trade["unshown_qty"] == pytest.approx(20)
    assert trade["impact_quote"] == pytest.approx(-0.0030 * 10 * (trade["entry_px"] + trade["exit_px"]))


def test_the_day_before_the_decision_counts():
    rising = DayMarket(0, np.array([0.03, 0.04, 0.05]), np.full(3, 2_000.0))
    assert rising.before(1 * MINUTE).sigma == 0.03  # decided at the end of minute 1: known is what ended before
    assert one(day=rising, capital_quote=12_000, impact_factor=1.0)["impact_quote"] == pytest.approx(-0.003 * 15 * 202)


def test_a_resting_entry_is_filled_by_what_trades_through_the_bid_of_the_decision():
    made = trades_met(
        LONG,
        History.of(BOOK, settlements(), prints=tape((61.5, 99.9, 9.0), (90.2, 99.8, 9.0))),
        terms=replace(TERMS, rest_s=60),
    )
    trade = made.row(0, named=True)
    assert (trade["entry_fill"], trade["entry_px"], trade["filled_qty"]) == (
        "rest",
        pytest.approx(99.9),
        pytest.approx(1),
    )
    assert seconds(made, "entry_ts") == [91]
    # a maker fee in (1 bp), a taker fee out (5 bps)
    assert trade["fees_quote"] == pytest.approx(-99.9e-4 - 101.9 * 5e-4)
    assert sum(trade[name] for name in PARTS) == pytest.approx(trade["net_quote"])


def test_part_of_a_resting_entry_is_kept():
    trade = one(prints=tape((90, 99.8, 0.25)), rest_s=60)
    assert (trade["size_qty"], trade["filled_qty"], trade["status"]) == (pytest.approx(1), 0.25, "closed")
    assert trade["position_quote"] == pytest.approx(0.25 * (102 - trade["entry_mid"]))


@pytest.mark.parametrize(
    "made",
    [(), ((90, 99.9, 9.0),), ((60.1, 99.0, 9.0),), ((121, 99.0, 9.0),)],
    ids=["nothing traded", "touched only", "before it arrived", "after a minute"],
)
def test_a_resting_entry_that_nothing_traded_through_is_counted(made):
    trade = one(prints=tape(*made), rest_s=60)
    assert (trade["status"], trade["filled_qty"], trade["net_quote"]) == ("no_fill", None, None)


def test_a_resting_entry_that_would_take_is_refused():
    fell = books((60, 100.0), (61, 99.7), (62, 99.7), (181, 102.0))  # asked 99.8: the bid of 99.9 would take
    assert one(book=fell, prints=tape((90, 99.0, 9.0)), rest_s=60, latencies_ms=(1_500,))["status"] == "no_fill"


def test_an_exit_cancels_what_still_rests():
    quick = signal_rows(("ENTRY", 1, "pullback", 100.0), ("LONG", 1, "stop", 100.0), ("COOLDOWN", 1, "flat", 100.0))
    book = books((60, 100.0), (61, 100.0), (121, 100.0))
    assert one(quick, book, prints=tape((120.12, 99.0, 9.0)), rest_s=90)["status"] == "closed"
    assert one(quick, book, prints=tape((120.2, 99.0, 9.0)), rest_s=90)["status"] == "no_fill"
