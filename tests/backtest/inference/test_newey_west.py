"""Errors under memory: rows by hand, a slow twin, and tests of 5 % that reject about 5 %."""

import numpy as np
import pytest

from backtest.inference.estimate import Estimate
from backtest.inference.newey_west import BothWays, hac_estimate, hac_lag, hac_mean, hac_slopes, slope_both_ways
from tests.backtest.inference.series import ar1, is_rate


def slow_sum_variance(scores, lag):
    total = 0.0
    for i, a in enumerate(scores):
        for j, b in enumerate(scores):
            if abs(i - j) <= lag:
                total += (1 - abs(i - j) / (lag + 1)) * a * b
    return total


def test_a_mean_by_hand():
    """1 1 3 3: deviations -1 -1 1 1, squares 4, neighbours 1 - 1 + 1 = 1; 4 + 2 * 1/2 * 1 = 5; / 16 * 4/3 = 5/12."""
    found = hac_mean(np.array([1.0, 1, 3, 3]), 1)
    assert (found.value, found.n) == (2, 4)
    assert found.error**2 == pytest.approx(5 / 12)


def test_an_interval_by_hand():
    """b = 10 / 100: 1.96 + 0.29694 + 0.00416 - 0.00053 = 2.2605."""
    assert hac_estimate(1.0, 2.0, 100, 9).high == pytest.approx(1 + 2 * 2.2605, abs=1e-3)


def test_a_gap_keeps_lags_apart():
    """1 . 1 3 3 3: in lag 1 the first 1 has no neighbour; mean 2.2."""
    x = np.array([1.0, np.nan, 1, 3, 3, 3])
    scores = np.array([-1.2, 0, -1.2, 0.8, 0.8, 0.8])
    assert hac_mean(x, 1).error ** 2 == pytest.approx(slow_sum_variance(scores, 1) / 25 * 5 / 4)


def test_the_twin_agrees():
    x = ar1((60,), 0.5, 1)
    for lag in (0, 1, 7, 59, 100):
        expected = slow_sum_variance(x - x.mean(), lag) / 60**2 * 60 / 59
        assert hac_mean(x, lag).error ** 2 == pytest.approx(expected)


def test_without_lags_a_slope_has_whites_error():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=50), rng.normal(size=50)
    (found,) = hac_slopes(y, x[:, None], 0)
    dx = x - x.mean()
    slope = dx @ y / (dx @ dx)
    rest = y - y.mean() - slope * dx
    assert found.value == pytest.approx(slope)
    assert found.error**2 == pytest.approx((dx**2 @ rest**2) / (dx @ dx) ** 2 * 50 / 48)


def test_slopes_of_several_columns_in_any_unit():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 2))
    y = 5 + 2 * x[:, 0] - 3 * x[:, 1]
    y[7] = np.nan
    found = hac_slopes(y, x * [1e-9, 1e6], 3)
    assert [f.value for f in found] == pytest.approx([2e9, -3e-6])
    assert found[0].n == 199


def test_what_cannot_be_said():
    assert np.isnan(hac_mean(np.array([1.0, np.nan]), 1).value)
    assert np.isnan(hac_slopes(np.arange(9.0), np.ones((9, 1)), 1)[0].value)
    assert np.isnan(hac_slopes(np.arange(9.0), np.arange(9.0)[:, None] * [1, 2], 1)[0].value)
    assert np.isnan(hac_slopes(np.arange(2.0), np.arange(2.0)[:, None], 1)[0].value)


def test_t_is_infinite_only_without_error():
    assert Estimate(-2.0, 0.0, -2, -2, 5).t == -np.inf
    assert np.isnan(Estimate(0.0, 0.0, 0, 0, 5).t)
    assert Estimate(3.0, 1.5, 0, 6, 5).t == 2


def test_the_lag_is_twice_the_horizon_at_least():
    assert hac_lag(30, 1_000) == 60
    assert hac_lag(1, 100) == 4
    with pytest.raises(ValueError, match="horizon >= 1"):
        hac_lag(0, 10)


def is_outside(found):
    return found.low > 0 or found.high < 0


def rejected(lag):
    """Share of slopes of 10-step returns, sampled every step, on an independent signal with memory, called not 0."""
    signals, noise = ar1((1_000, 600), 0.7, 14), np.random.default_rng(15).normal(size=(1_000, 609))
    sums = np.cumsum(np.pad(noise, ((0, 0), (1, 0))), axis=1)
    returns = sums[:, 10:] - sums[:, :-10]
    return sum(is_outside(hac_slopes(r, s[:, None], lag)[0]) for r, s in zip(returns, signals, strict=True))


def test_with_a_lag_of_two_horizons_a_test_of_five_percent_rejects_that():
    """With a lag of h - 1 it rejects more, and without any a third."""
    assert is_rate(rejected(20), 1_000, 0.05)
    assert not is_rate(rejected(9), 1_000, 0.05, sds=2.5)
    assert rejected(0) > 250


@pytest.mark.parametrize("lag", [0, 9, 49, 199])
def test_the_interval_of_a_mean_holds_at_any_lag(lag):
    """Most lags of white noise are noise: what they take from the error the interval gives back."""
    draws = np.random.default_rng(1).normal(size=(1_000, 200))
    assert is_rate(sum(is_outside(hac_mean(x, lag)) for x in draws), 1_000, 0.05)


def test_returns_that_stand_apart_need_no_overlap():
    """On a signal that remembers longer than returns overlap, every tenth place tells about as much as all."""
    rng = np.random.default_rng(21)
    sums = np.cumsum(rng.normal(size=5_010))
    y, x = sums[10:] - sums[:-10], ar1((5_000,), 0.97, 22)
    found = slope_both_ways(y, x, 10)
    assert (found.overlapping.n, found.apart.n) == (5_000, 500)
    assert found.apart == hac_slopes(y[::10], x[::10, None], 6)[0]
    assert not found.is_at_odds


def test_errors_at_odds_by_hand():
    for error, expected in ((1.2, False), (1.3, True), (0.7, True)):
        assert BothWays(Estimate(1, 1.0, 0, 2, 9), Estimate(1, error, 0, 2, 9)).is_at_odds is expected
