"""Means per round trip: what overlaps is one observation."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.strategy.figure import LEAST_FOR_ERROR, Excess, Figure, closed, episode_of, figure
from tests.backtest.strategy.closed_trades import apart, trades


def test_trades_held_at_one_time_are_one_episode_in_whatever_market():
    made = pl.concat([trades((0, 10, 0, 0), (30, 40, 0, 0)), trades((5, 20, 0, 0), (40, 50, 0, 0), symbol="t")])
    made = closed(made)
    # 0-10 with 5-20; 30-40 with 40-50, entered at the moment the other was left
    assert episode_of(made).tolist() == [0, 0, 1, 1]


def test_a_long_trade_holds_together_all_within_it():
    assert episode_of(closed(trades((0, 100, 0, 0), (5, 10, 0, 0), (50, 60, 0, 0), (101, 102, 0, 0)))).tolist() == [
        0,
        0,
        0,
        1,
    ]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), min_size=1, max_size=12))
def test_episodes_are_the_stretches_in_which_something_is_held(drawn):
    made = closed(trades(*((at, at + long, 0, 0) for at, long in drawn)))
    held = {
        2 * minute + half
        for at, long in drawn
        for minute in range(at, at + long + 1)
        for half in (0, 1)
        if half == 0 or minute < at + long
    }
    stretches = sum(moment - 1 not in held for moment in held)
    assert int(episode_of(made)[-1]) + 1 == stretches


def test_the_error_knows_that_twins_are_one():
    alone = figure(closed(apart(40, 5, -4)), "gross_bps", seed=1)
    twins = pl.concat([apart(40, 5, -4), apart(40, 5, -4, symbol="t")])
    both = figure(closed(twins), "gross_bps", seed=1)
    assert (alone.trades, alone.episodes, both.trades, both.episodes) == (40, 40, 80, 40)
    assert both.mean == alone.mean == pytest.approx(5)
    assert both.error == pytest.approx(alone.error, rel=0.1)  # and not smaller by the root of two
    assert alone.error == pytest.approx(1 / np.sqrt(40), rel=0.1)


def test_few_episodes_have_a_mean_and_no_error():
    few = figure(closed(apart(LEAST_FOR_ERROR - 1, 5, 5)), "gross_bps", seed=1)
    assert few.mean > 0
    assert np.isnan([few.error, few.low, few.high, few.t]).all()
    assert not few.is_positive
    assert np.isnan(figure(trades(), "gross_bps", seed=1).mean)


def test_only_closed_trades_count():
    assert closed(pl.concat([apart(3, 1, 1), trades((99, 100, 7, 7), status="open")])).height == 3


def test_beyond_chance_is_more_than_three_errors():
    assert not Figure(2.9, 1.0, 0.9, 4.9, 50, 50).is_positive
    assert Figure(3.1, 1.0, 1.1, 5.1, 50, 50).is_positive
    assert not Figure(-9.0, 1.0, -11.0, -7.0, 50, 50).is_positive


def test_an_excess_adds_errors_as_they_hang_together():
    one, other = Figure(9.0, 3.0, 0, 0, 50, 50), Figure(1.0, 4.0, 0, 0, 50, 50)
    apart_ = Excess.of(one, other, is_mirrored=False)
    assert (apart_.value, apart_.low) == (8.0, pytest.approx(8 - 1.959964 * 5))
    assert Excess.of(one, other, is_mirrored=True).low == pytest.approx(8 - 1.959964 * 7)
