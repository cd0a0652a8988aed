"""Rank correlations by day, over days, by horizon, and given what else is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from backtest.inference.estimate import Estimate
from backtest.inference.information_coefficient import (
    Sampling,
    daily_ic,
    half_life,
    ic_decay,
    mean_ic,
    pooled_ic,
    rank_correlation,
)
from backtest.inference.ranks import mid_ranks
from tests.backtest.inference.series import ar1, is_rate

FEW = Sampling(block=1.0, draws=300, seed=1)


@given(st.lists(st.integers(-3, 3), max_size=20))
def test_ranks_have_a_twin(values):
    x = np.array(values, float)
    assert mid_ranks(x).tolist() == stats.rankdata(x).tolist()


def test_a_rank_correlation_by_hand():
    """Ranks 1 2 3 4 and 1 3 2 4: 1 - 6 * 2 / (4 * 15) = 0.8. Tied 1.5 1.5 3 4 with 1 2 3 4: 4.5 / sqrt(4.5 * 5)."""
    assert rank_correlation(np.array([1.0, 2, 3, 9]), np.array([0.0, 5, 4, 7])) == pytest.approx(0.8)
    assert rank_correlation(np.array([1.0, 1, 3, 9]), np.arange(4.0)) == pytest.approx(4.5 / np.sqrt(22.5))
    assert np.isnan(rank_correlation(np.ones(5), np.arange(5.0)))


def test_one_control_is_the_formula_of_partial_correlation():
    rng = np.random.default_rng(1)
    z = rng.normal(size=300)
    x, y = z + rng.normal(size=300), z + rng.normal(size=300)
    a, b, c = (stats.spearmanr(*pair).statistic for pair in ((x, y), (x, z), (y, z)))
    expected = (a - b * c) / np.sqrt((1 - b * b) * (1 - c * c))
    assert rank_correlation(x, y, z[:, None]) == pytest.approx(expected)


def test_what_a_control_tells_is_not_told_twice():
    rng = np.random.default_rng(2)
    z = rng.normal(size=5_000)
    x, y = z + rng.normal(size=5_000), z + rng.normal(size=5_000)
    assert rank_correlation(x, y) > 0.4
    assert abs(rank_correlation(x, y, z[:, None])) < 0.06
    assert np.isnan(rank_correlation(x, y, np.exp(x)[:, None]))


def test_days_are_apart():
    """Within days the order agrees, across days it is reversed."""
    day = np.repeat([7, 3, 5], 4)
    signal = np.arange(12.0)
    forward = np.concatenate([[8, 9, 10, 11], [4, 5, 6, 7], [3.0, 2, np.nan, 0]])
    assert daily_ic(signal, forward, day, least=3) == pytest.approx([1, -1, 1])
    found = daily_ic(signal, forward, day, least=4)
    assert np.isnan(found).tolist() == [False, True, False]
    assert mean_ic(signal, forward, day, least=4, sampling=FEW).n == 2


def test_means_over_days_reject_about_five_percent_though_seconds_remember():
    """40 days of 60 places with memory 0.9 in both: pooled as if independent, most tests would reject wrongly."""
    x, y, day = ar1((200, 40, 60), 0.9, 3), ar1((200, 40, 60), 0.9, 4), np.repeat(np.arange(40), 60)
    wrong = pooled = 0
    for a, b in zip(x, y, strict=True):
        found = mean_ic(a.ravel(), b.ravel(), day, least=10, sampling=FEW)
        wrong += found.low > 0 or found.high < 0
        pooled += abs(rank_correlation(a.ravel(), b.ravel())) > 1.96 / np.sqrt(2_400)
    assert is_rate(wrong, 200, 0.05)
    assert pooled > 70


def test_a_pooled_coefficient_agrees_and_its_interval_holds():
    x, y = ar1((400, 1_000), 0.7, 5), ar1((400, 1_000), 0.7, 6)
    found = [pooled_ic(a, b, 20) for a, b in zip(x, y, strict=True)]
    assert found[0].value == pytest.approx(stats.spearmanr(x[0], y[0]).statistic)
    assert is_rate(sum(f.low > 0 or f.high < 0 for f in found), 400, 0.055)
    assert np.isnan(pooled_ic(np.ones(9), np.arange(9.0), 1).value)


def test_decay_by_horizon():
    rng = np.random.default_rng(7)
    signal, day = rng.normal(size=4_000), np.repeat(np.arange(20), 200)
    forward = {h: signal + np.sqrt(h) * 3 * rng.normal(size=4_000) for h in (4.0, 1.0, 16.0)}
    decay = ic_decay(signal, forward, day, least=10, sampling=FEW)
    assert list(decay) == [1, 4, 16]
    assert decay[1].value > decay[4].value > decay[16].value > 0


def by_horizon(values, error=0.01):
    return {h: Estimate(v, error, v - 1.96 * error, v + 1.96 * error, 50) for h, v in values.items()}


def test_a_half_life_by_hand():
    """0.4 falls to 0.3 at 2 and 0.1 at 8: half of the way from 2 to 8 in logarithms is 4."""
    assert half_life(by_horizon({8: -0.1, 1: -0.4, 2: -0.3})) == pytest.approx(4.0)
    assert half_life(by_horizon({1: 0.1, 2: 0.1, 4: 0.4, 8: 0.2})) == pytest.approx(8.0)
    assert half_life(by_horizon({1: 0.4, 2: 0.3})) == np.inf
    assert np.isnan(half_life(by_horizon({1: 0.4, 2: 0.1}, error=0.3)))
    assert np.isnan(half_life({}))
