"""What a position by sign makes and costs, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.tearsheet.book_mids import BookMids
from backtest.tearsheet.costs import costs, daily_net, decisions
from signals.bars import SECOND
from tests.backtest.tearsheet.markets import FIRST, FLOW, SIZE, case, noise, walk

ONE = replace(FLOW, horizon_s=1, window_s=1)


def rising(seconds):
    """One bp a second, a spread of 0.2 bps."""
    return BookMids(FIRST, np.arange(seconds) * 1e-4, np.full(seconds, 0.1), np.zeros(seconds, np.int64))


def test_a_position_that_is_kept_pays_to_get_in_and_out_only():
    made = decisions(case(rising(6), np.ones(6), claim=ONE), 1, 50)
    assert made.position.tolist() == [1, 1, 1, 1]  # of six seconds the last two have no return after them
    np.testing.assert_allclose(made.gross_bps, 1.0)
    assert made.turned.tolist() == [1, 0, 0, 1]
    assert made.left_out == 2
    np.testing.assert_allclose(made.net_bps("taker_taker"), [1 - 4.6, 1, 1, 1 - 4.6])
    np.testing.assert_allclose(made.net_bps("maker_maker"), [1 - 1.5, 1, 1, 1 - 1.5])
    np.testing.assert_allclose(made.net_bps("maker_taker"), [1 - 3.05, 1, 1, 1 - 3.05])


def test_a_position_that_turns_pays_twice():
    made = decisions(case(rising(6), np.array([1.0, -1, 1, -1, 1, 1]), claim=ONE), 1, 50)
    assert made.turned.tolist() == [1, 2, 2, 3]
    np.testing.assert_allclose(made.gross_bps, [1, -1, 1, -1])


def test_the_registered_sign_turns_the_position():
    made = decisions(case(rising(6), np.ones(6), claim=replace(ONE, sign=-1)), 1, 50)
    assert made.position.tolist() == [-1] * 4
    np.testing.assert_allclose(made.gross_bps, -1.0)


def test_a_hole_ends_the_position():
    value = np.array([1.0, np.nan, 1, 1, 1, 1])
    made = decisions(case(rising(6), value, claim=ONE), 1, 50)
    assert made.turned.tolist() == [2, 1, 1]


def test_events_do_not_overlap_and_pay_both_ways():
    value = np.full(20, np.nan)
    value[[2, 4, 12]] = 1.0
    made = decisions(case(rising(20), value, claim=replace(ONE, is_event=True)), 5, 50)
    assert ((made.at - FIRST) // SECOND).tolist() == [2, 12]
    assert made.turned.tolist() == [2, 2]
    np.testing.assert_allclose(made.gross_bps, 5.0)


def test_the_middle_of_a_level_is_the_median_of_its_past():
    value = np.concatenate([np.full(100, 10.0), np.full(20, 11.0)])
    made = decisions(case(rising(120), value, claim=replace(ONE, middle="past median")), 1, 50)
    at = (made.at - FIRST) // SECOND
    assert (made.position[at < 100] == 0).all()
    assert (made.position[at >= 100] == 1).all()
    assert at.min() == 20  # before, too little is known


def test_latency_matters_where_a_second_ends_between():
    mids = BookMids(FIRST, np.array([0, 1, 3, 6, 10.0]) * 1e-4, np.full(5, 0.1), np.zeros(5, np.int64))
    judged = case(mids, np.ones(5), claim=ONE)
    assert decisions(judged, 1, 200).gross_bps.tolist() == decisions(judged, 1, 50).gross_bps.tolist()
    np.testing.assert_allclose(decisions(judged, 1, 1_000).gross_bps, [3, 4])


def test_break_even_is_what_a_round_trip_may_cost():
    facts = costs(case(rising(102), np.ones(102), claim=ONE), 1)
    row = facts["rows"][0]
    assert row["decisions"] == 100
    assert row["break_even_bps"] == pytest.approx(100.0)  # 100 bps over one round trip
    assert row["net_bps"]["taker_taker"]["value"] == pytest.approx((100 - 9.2) / 100)


def test_a_size_gives_no_position():
    facts = costs(case(walk(300, 1), noise(300, 1), claim=SIZE), 10)
    assert facts["is_applicable"] is False
    assert "no position" in facts["why"]


def test_a_day_without_a_decision_makes_0():
    found = daily_net(case(rising(6), np.full(6, np.nan), claim=ONE), 1, 50)
    assert list(found.values()) == [0.0]


def test_the_part_set_aside_comes_last_and_takes_no_return_of_the_other():
    value = np.ones(1_002)
    facts = costs(case(rising(1_002), value, claim=replace(ONE, horizon_s=10)), 10)
    assert facts["in_sample_bps"]["n"] + facts["set_aside_bps"]["n"] <= 100
    assert facts["set_aside_bps"]["n"] == 19  # of the last fifth, the last return is not seen
    assert facts["is_paying"]
