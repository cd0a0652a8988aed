"""Volatilities a person can check by hand: mids a minute apart whose returns are small whole numbers of percents."""

from math import exp, pi, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.volatility import VOLATILITY_SIGNAL, YEAR_MIN
from tests.signals.minute_frames import book, made
from tests.signals.tape_frames import column

PERCENT = 0.01
YEAR = sqrt(YEAR_MIN)


def mids(returns, start=1_000.0):
    """Mids whose log returns are these, in percent; None: no mid at that minute, and the move is lost with it."""
    level, out = 0.0, [start]
    for one in returns:
        level += PERCENT * (one or 0)
        out.append(None if one is None else start * exp(level))
    return out


def rows(book_rows, until, *, start=0, window_min=(4,), **params):
    options = {"coarse_from_min": 1_000, "window_min": list(window_min)} | params
    return made(VOLATILITY_SIGNAL, {"book_state": book_rows}, start=start, until=until, **options)["volatility"]


def last(book_rows, until, **options) -> dict:
    return rows(book_rows, until, **options).row(-1, named=True)


def test_every_column_by_hand():
    # Squares 1 + 1 + 4 + 4 over 4 returns; neighbours 1 * 1 + 1 * 2 + 2 * 2 over 3 pairs.
    row = last(book(mids([1, -1, 2, -2])), 4)
    assert row["realised_vol"] == pytest.approx(PERCENT * sqrt(10 / 4) * YEAR)
    assert row["bipower_vol"] == pytest.approx(PERCENT * sqrt(pi / 2 * 7 / 3) * YEAR)
    assert row["jump_share"] == 0, "pi / 2 * 7 / 3 is more than 10 / 4"
    assert (row["n_returns"], row["coverage"], row["sampling_min"]) == (4, 1, 1)
    assert (row["venue"], row["symbol"], row["window_min"]) == ("v", "s", 4)


def test_half_a_percent_a_minute_is_some_360_percent_a_year():
    row = last(book(mids([0.5, 0.5, -0.5, 0.5])), 4)
    assert row["realised_vol"] == pytest.approx(0.005 * sqrt(525_600))
    assert row["realised_vol"] == pytest.approx(3.625, abs=0.001)


def test_a_jump_is_a_share_of_variance_that_neighbours_do_not_have():
    # Squares 1, 1, 100, 1: 103 / 4. Neighbours 1, 10, 10: 21 / 3.
    row = last(book(mids([1, 1, 10, -1])), 4)
    assert row["jump_share"] == pytest.approx(1 - (pi / 2 * 7) / (103 / 4))


def test_a_mid_that_never_moves_has_no_jump_share():
    row = last(book([100] * 5), 4)
    assert (row["realised_vol"], row["bipower_vol"], row["jump_share"]) == (0, 0, None)


def test_a_return_across_a_gap_is_no_return():
    # The mid is missing at minute 3: the returns of minutes 3 and 4 are not there, whatever moved meanwhile.
    found = rows(book(mids([1, 1, None, 50, 1, 1, 1, 1, 1])), 9)
    assert column(found, "n_returns") == [1, 2, 2, 2, 2, 2, 3, 4, 4]
    assert column(found, "realised_vol")[:7] == [None] * 7
    assert column(found, "realised_vol")[7:] == pytest.approx([PERCENT * YEAR] * 2)


def test_nor_is_a_longer_return_over_a_minute_without_a_mid():
    # Returns over 2 minutes end at minutes 2 to 6; those that hold minute 3 are not there, though both ends may be.
    found = rows(book(mids([1, 1, None, 1, 1, 1])), 6, window_min=(6,), coarse_from_min=6, coarse_sampling_min=2)
    assert column(found, "n_returns") == [0, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("state", ["LOCKED", "CROSSED", "STALE", "ONE_SIDED"])
def test_only_the_mid_of_a_book_in_order_counts(state):
    assert column(rows(book(mids([1] * 6), state=state), 6), "n_returns") == [0] * 6


def test_below_four_fifths_of_the_returns_nothing_is_said():
    returns = [1] * 12
    returns[4] = None  # two returns are lost
    found = rows(book(mids(returns)), 12, window_min=(10,))
    assert column(found, "coverage")[-3:] == [0.8, 0.8, 0.8]
    assert column(found, "realised_vol")[-1] == pytest.approx(PERCENT * YEAR)
    assert column(found, "bipower_vol")[-1] is None, "three pairs of nine are lost"
    returns[6] = None
    assert last(book(mids(returns)), 12, window_min=(10,))["realised_vol"] is None


def test_long_windows_take_longer_returns_from_every_minute():
    # A price that bounces by 1 %: minutes say a lot, two minutes say that nothing happens.
    bounces = book(mids([1, -1] * 4))
    fine = last(bounces, 8, window_min=(8,), coarse_from_min=9)
    assert fine["realised_vol"] == pytest.approx(PERCENT * YEAR)
    coarse = last(bounces, 8, window_min=(8,), coarse_from_min=8, coarse_sampling_min=2)
    assert coarse["realised_vol"] == pytest.approx(0, abs=1e-9)
    assert (coarse["sampling_min"], coarse["n_returns"], coarse["coverage"]) == (2, 7, 1)


def test_a_day_looks_back_over_midnight():
    found = rows(book(mids([1] * 8), first=-4), 3, window_min=(4,))
    assert column(found, "bar_end") == [60, 120, 180]
    assert column(found, "realised_vol") == pytest.approx([PERCENT * YEAR] * 3)


def test_a_row_is_known_when_every_minute_of_the_longest_window_is():
    found = rows(book([100] * 13, first=-6, late={-4: 1_000, -2: 200, 3: 300}), 6, window_min=(2, 4))
    known = column(found.filter(pl.col("window_min") == 2), "known_ts")
    # -2 is late by 200 s: 80.1. It is in reach of the day's first rows, -4 is not. 3 is known at 480.1.
    assert known == pytest.approx([80.1, 120.1, 480.1, 480.1, 480.1, 480.1])


def test_windows_that_hold_less_than_two_returns_are_refused():
    with pytest.raises(ValueError, match="at least two returns, got 1 min"):
        rows(book([100] * 3), 2, window_min=(1,))
    with pytest.raises(ValueError, match="different whole numbers"):
        rows(book([100] * 3), 2, window_min=(4, 4))


MOVES = st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(MOVES, st.sampled_from([(2, 1), (5, 1), (6, 2), (9, 3)]))
def test_it_is_the_mean_of_the_squares_in_the_window(returns, window):
    length, minutes = window
    levels = mids(returns)
    options = {"coarse_from_min": 1, "coarse_sampling_min": minutes, "min_coverage": 0.5}
    found = rows(book(levels), len(returns), start=0, window_min=(length,), **options)
    for end, row in enumerate(found.iter_rows(named=True), start=1):
        spans = [levels[i - minutes : i + 1] for i in range(end - length + minutes, end + 1) if i >= minutes]
        squares = [np.log(one[-1] / one[0]) ** 2 for one in spans if None not in one]
        assert row["n_returns"] == len(squares)
        if len(squares) >= 0.5 * (length - minutes + 1):
            wanted = np.sqrt(np.mean(squares) * YEAR_MIN / minutes)
            assert row["realised_vol"] == pytest.approx(wanted, abs=1e-6, rel=1e-6)
        else:
            assert row["realised_vol"] is None


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20))
def test_where_the_history_begins_changes_no_bit(further):
    levels = mids(np.random.default_rng(further).normal(size=60).tolist())
    whole = book(levels, first=-40)
    near = whole.filter(pl.col("bar_end") >= whole["bar_end"][40 - 9 - further])
    for window, sampling in ((9, 1), (9, 2)):
        options = {"window_min": (window,), "coarse_from_min": 9 if sampling > 1 else 99, "coarse_sampling_min": 2}
        assert rows(near, 19, **options).equals(rows(whole, 19, **options))
