"""What is explained while it happens, and what is forecast."""

import numpy as np
import pytest

from backtest.inference.explained_variance import (
    clark_west,
    explained,
    out_of_sample_r2,
    returns_between,
    side_by_side,
)
from tests.backtest.inference.series import is_rate


def test_returns_by_hand():
    price = np.array([0.0, 1, 3, 6, np.nan])
    assert np.array_equal(returns_between(price, -1, 0), [np.nan, 1, 2, 3, np.nan], equal_nan=True)
    assert np.array_equal(returns_between(price, 1, 3), [5, np.nan, np.nan, np.nan, np.nan], equal_nan=True)
    assert np.isnan(returns_between(price, 9, 10)).all()


def test_the_last_return_explains_itself_and_nothing_after():
    """On a random walk: all of its own window, none of the next. An accounting identity is no forecast."""
    walk = np.cumsum(np.random.default_rng(1).normal(size=20_000))
    found = side_by_side(returns_between(walk, -10, 0), walk, window=10, latency=1, horizon=10)
    assert found.contemporaneous.r2 == pytest.approx(1)
    assert found.predictive.r2 < 0.002
    assert found.predictive.slope.low < 0 < found.predictive.slope.high


def test_what_comes_within_the_latency_is_not_forecast():
    """The signal is the step after t. Known at t it is worth all of (t, t+1]; with a latency of one step nothing."""
    steps = np.random.default_rng(2).normal(size=5_000)
    walk, signal = np.cumsum(steps), np.append(steps[1:], np.nan)
    at_once, late = (side_by_side(signal, walk, window=1, latency=d, horizon=1).predictive for d in (0, 1))
    assert at_once.r2 == pytest.approx(1)
    assert late.r2 < 0.002


def test_shares_agree_with_correlation_across_gaps():
    rng = np.random.default_rng(3)
    x = rng.normal(size=500)
    y = 0.5 * x + rng.normal(size=500)
    x[::7], y[::11] = np.nan, np.nan
    both = np.isfinite(x) & np.isfinite(y)
    assert explained(x, y, 2).r2 == pytest.approx(np.corrcoef(x[both], y[both])[0, 1] ** 2)
    assert np.isnan(explained(np.ones(500), y, 2).r2)


def test_forecasts_of_nothing_gain_nothing():
    """Coefficients fitted on the first half cost error in the second; Clark and West give that back: 5 % one-sided."""
    rng = np.random.default_rng(4)
    gains, worse = 0, 0
    for _ in range(1_000):
        x, y = rng.normal(size=(2, 200))
        large = (x[:100] @ y[:100] / (x[:100] @ x[:100])) * x[100:]
        found = clark_west(y[100:], np.zeros(100), large, 4)
        gains += found.t > 1.645
        worse += out_of_sample_r2(y[100:], np.zeros(100), large) < 0
    assert is_rate(gains, 1_000, 0.055)
    assert worse > 550


def test_a_forecast_by_hand():
    """Errors 1 and 2 against 0 and 1: 1 - 1/5. Clark-West: 1 - 0 + 1, 4 - 1 + 1, mean 3."""
    actual, large = np.array([1.0, 2.0, np.nan]), np.array([1.0, 1.0, 5.0])
    assert out_of_sample_r2(actual, np.zeros(3), large) == pytest.approx(0.8)
    assert clark_west(actual, np.zeros(3), large, 0).value == 3
    assert np.isnan(clark_west(np.full(2, np.nan), np.zeros(2), np.zeros(2), 0).value)
    with pytest.raises(ValueError, match="horizon >= 1"):
        side_by_side(actual, actual, window=1, latency=0, horizon=0)
