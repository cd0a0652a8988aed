"""Correlations and lags of short series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.scores.correlation import LEAST, best_lag, correlation


def walk(n, seed=1):
    return np.cumsum(np.random.default_rng(seed).normal(size=n))


def test_correlation_by_hand():
    x = np.arange(10.0)
    assert correlation(x, 3 * x - 7) == pytest.approx(1)
    assert correlation(x, -x) == pytest.approx(-1)
    assert correlation(np.tile([1.0, 1, -1, -1], 3), np.tile([1.0, -1, 1, -1], 3)) == pytest.approx(0)


def test_missing_values_are_left_out_and_too_few_say_nothing():
    x = np.arange(float(LEAST + 1))
    y = x.copy()
    y[3] = np.nan
    assert correlation(x, y) == pytest.approx(1)
    y[4] = np.nan
    assert correlation(x, y) is None


def test_a_constant_correlates_with_nothing():
    assert correlation(np.arange(20.0), np.full(20, 0.1)) is None


@pytest.mark.parametrize("lag", [-7, -1, 0, 1, 7])
def test_the_lag_of_a_shifted_series_is_its_shift(lag):
    whole = walk(200)
    assert best_lag(whole[20 - lag : 180 - lag], whole[20:180], 15) == lag


def test_the_lag_survives_missing_values():
    whole = walk(200)
    late = whole[17:177].copy()
    late[40:60] = np.nan
    assert best_lag(late, whole[20:180], 15) == 3


def test_no_lag_where_nothing_correlates():
    assert best_lag(np.full(50, np.nan), walk(50), 10) is None
    assert best_lag(np.empty(0), np.empty(0), 10) is None


@given(st.integers(0, 20), st.integers(0, 5), st.integers(0, 5))
def test_delaying_by_d_adds_d_to_the_lag(seed, lag, delay):
    whole = walk(300, seed)
    at = slice(50, 250)
    first = best_lag(whole[50 - lag : 250 - lag], whole[at], 15)
    later = best_lag(whole[50 - lag - delay : 250 - lag - delay], whole[at], 15)
    assert later - first == delay
