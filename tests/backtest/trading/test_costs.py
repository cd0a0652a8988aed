"""Fees, funding, borrowing, impact: one number each, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.trading.fees import BASE_TIERS, FeeSchedule
from backtest.trading.funding_cash import borrow_cash, crossed, funding_cash
from backtest.trading.square_root_impact import square_root_impact_bps

FEES = FeeSchedule("v", "base", maker_bps=-1, taker_bps=4, source="made up")


def test_fees_are_bps_of_the_notional():
    assert FEES.taken(10_000) == pytest.approx(4)
    assert FEES.made(10_000) == pytest.approx(-1)  # a rebate


def test_round_trips_of_an_account():
    assert FEES.round_trips() == {"taker_taker": 8, "maker_taker": 3, "maker_maker": -2}
    assert {fees.venue: fees.round_trips()["taker_taker"] for fees in BASE_TIERS} == {"hyperliquid": 9}


@pytest.mark.parametrize(("position", "rate", "cash"), [(-1, 0.0001, 6), (1, 0.0001, -6), (1, -0.0005, 30)])
def test_longs_pay_shorts_while_the_rate_is_positive(position, rate, cash):
    assert funding_cash(position, 60_000, rate) == pytest.approx(cash)


def test_an_hour_of_a_capped_premium():
    assert funding_cash(10, 10_000, 0.0011875) == pytest.approx(-118.75)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=9), st.floats(-0.01, 0.01))
def test_all_holders_together_are_paid_nothing(positions, rate):
    holders = [*positions, -sum(positions)]
    assert sum(funding_cash(held, 100.0, rate) for held in holders) == pytest.approx(0, abs=1e-6)


def test_settlements_after_the_entry_and_up_to_the_exit_are_met():
    stamps = np.array([10, 20, 30])
    met = {(10, 20): [20], (9, 29): [10, 20], (20, 20): [], (11, 19): [], (0, 99): [10, 20, 30]}
    assert {held: stamps[crossed(stamps, *held)].tolist() for held in met} == met


def test_only_shorts_borrow():
    # 2 sold at 100, 87.6 hours at 10 % a year: 200 * 0.10 / 100
    assert borrow_cash(-2, 100, 0.1, 87.6) == pytest.approx(-0.2)
    assert borrow_cash(2, 100, 0.1, 87.6) == 0


@pytest.mark.parametrize(("share", "bps"), [(0.01, 30), (0.0001, 3), (0, 0)])
def test_square_root_of_the_share_of_volume(share, bps):
    assert square_root_impact_bps(qty=share * 500, day_qty=500, day_sigma=0.03, factor=1) == pytest.approx(bps)


def test_a_day_without_volume_has_no_impact_to_state():
    with pytest.raises(ValueError, match="day_qty above 0"):
        square_root_impact_bps(qty=1, day_qty=0, day_sigma=0.03, factor=1)
