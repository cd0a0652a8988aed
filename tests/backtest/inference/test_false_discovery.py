"""Families of tests: adjusted p-values by hand, twins, and how many are false."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from backtest.inference.false_discovery import benjamini_hochberg, benjamini_yekutieli, holm, romano_wolf
from backtest.inference.newey_west import hac_mean
from backtest.inference.stationary_bootstrap import resampled_means
from tests.backtest.inference.series import is_rate


def test_by_hand():
    """p .01 .04 .03 .5, k 4: times k/rank .04 .0533 .06 .5, from the right .04 .0533 .0533 .5; harmonic sum 25/12."""
    p = np.array([0.01, 0.04, 0.03, 0.5])
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])
    assert benjamini_yekutieli(p) == pytest.approx([0.04 * 25 / 12, 0.16 / 3 * 25 / 12, 0.16 / 3 * 25 / 12, 1.0])
    assert holm(p) == pytest.approx([0.04, 0.09, 0.09, 0.5])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_twins(values):
    p = np.array(values)
    assert benjamini_yekutieli(p) == pytest.approx(stats.false_discovery_control(p, method="by"))
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p, method="bh"))
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()


def test_p_values_are_probabilities():
    with pytest.raises(ValueError, match="from 0 to 1"):
        benjamini_yekutieli(np.array([0.5, np.nan]))


def test_few_of_what_is_found_is_false():
    """Of 20 tests 10 are true, correlated by 0.5: the share of false ones among those found is below 5 %."""
    rng = np.random.default_rng(1)
    z = np.sqrt(0.5) * (rng.normal(size=(1_000, 1)) + rng.normal(size=(1_000, 20)))
    z[:, :10] += 3
    found = np.array([benjamini_yekutieli(p) < 0.05 for p in 2 * stats.norm.sf(np.abs(z))])
    false = found[:, 10:].sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    assert false.mean() < 0.05
    assert found[:, :10].mean() > 0.3


def test_any_false_discovery_in_five_percent_of_families():
    """10 columns correlated by 0.9, none with a mean: Romano and Wolf reject in 5 %, Holm in far fewer."""
    rng, any_found, by_holm = np.random.default_rng(2), 0, 0
    for seed in range(300):
        returns = np.sqrt(0.9) * rng.normal(size=(150, 1)) + np.sqrt(0.1) * rng.normal(size=(150, 10))
        any_found += romano_wolf(returns, lag=0, block=1.0, draws=199, seed=seed).min() <= 0.05
        t = returns.mean(axis=0) / returns.std(axis=0, ddof=1) * np.sqrt(150)
        by_holm += holm(2 * stats.norm.sf(np.abs(t))).min() <= 0.05
    assert is_rate(any_found, 300, 0.05)
    assert by_holm < any_found


def test_true_means_are_found_step_by_step():
    returns = np.random.default_rng(3).normal(size=(400, 5)) + np.array([0.3, 0, 0.2, 0, -0.3])
    found = romano_wolf(returns, lag=2, block=2.0, draws=999, seed=1)
    assert (found[[0, 2, 4]] < 0.01).all()
    assert (found[[1, 3]] > 0.05).all()
    with pytest.raises(ValueError, match="not constant"):
        romano_wolf(np.ones((9, 2)), lag=0, block=1.0, draws=9, seed=1)


@pytest.mark.parametrize("seed", range(10))
def test_steps_have_a_twin(seed):
    """p of the j-th largest t: how often the largest noise among it and all smaller ones is as large, never falling."""
    returns = np.random.default_rng(seed).normal(size=(50, 4)) + np.array([0.2, 0.1, 0.3, 0])
    t = np.abs([hac_mean(c, 1).t for c in returns.T])
    away = np.abs(resampled_means(returns, 199, block=2.0, seed=1) - returns.mean(axis=0))
    noise = away / np.sqrt((away**2).mean(axis=0))
    expected, last, left = np.empty(4), 0.0, [0, 1, 2, 3]
    while left:
        top = max(left, key=lambda i: t[i])
        last = max(last, (1 + sum(row[left].max() >= t[top] for row in noise)) / 200)
        expected[top] = last
        left.remove(top)
    assert romano_wolf(returns, lag=1, block=2.0, draws=199, seed=1) == pytest.approx(expected)
