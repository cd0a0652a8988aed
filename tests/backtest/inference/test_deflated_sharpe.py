"""Deflated Sharpe ratios: the known vector, trials that are one idea, and what noise reaches."""

import numpy as np
import pytest
from scipy import stats

from backtest.inference.deflated_sharpe import (
    deflate,
    effective_trials,
    expected_best_sharpe,
    sharpe_probability,
    sharpe_ratio,
)
from tests.backtest.inference.series import is_rate


def test_known_answer():
    hurdle = expected_best_sharpe(np.sqrt(0.5 / 250), 100)
    assert hurdle == pytest.approx(0.11317, abs=5e-6)
    dsr = sharpe_probability(2.5 / np.sqrt(250), hurdle, periods=1_250, skewness=-3, kurtosis=10)
    assert dsr == pytest.approx(0.9004, abs=5e-5)


def test_one_trial_has_no_hurdle():
    assert expected_best_sharpe(0.3, 1) == 0
    with pytest.raises(ValueError, match="need a trial"):
        expected_best_sharpe(0.3, 0)


def test_the_best_of_noise_is_the_hurdle():
    best = np.random.default_rng(1).normal(size=(20_000, 50)).max(axis=1).mean()
    assert expected_best_sharpe(1.0, 50) == pytest.approx(best, rel=0.02)


def test_trials_that_are_one_idea():
    rng = np.random.default_rng(2)
    ideas = rng.normal(size=(500, 3))
    trials = np.repeat(ideas, [4, 3, 1], axis=1) + 0.1 * rng.normal(size=(500, 8))
    assert effective_trials(trials, 0.5) == 3
    assert effective_trials(np.column_stack([trials, -ideas[:, 0]]), 0.5) == 4
    assert effective_trials(np.column_stack([ideas[:, :1], np.ones((500, 2))]), 0.5) == 3
    assert effective_trials(ideas[:, :1], 0.5) == 1
    assert effective_trials(np.repeat(ideas[:, :1], 5, axis=1), 1.0) == 1


def test_copies_of_one_trial_do_not_raise_the_hurdle():
    returns = np.random.default_rng(3).normal(0.1, 1, size=(400, 1))
    once, often = (deflate(np.repeat(returns, k, axis=1), 0, least_correlation=0.5) for k in (1, 20))
    assert (often.trials, often.effective_trials, often.hurdle) == (20, 1, 0)
    assert often.dsr == once.dsr


def test_a_choice_is_put_together_from_its_parts():
    """Two ideas in five skewed trials: the hurdle of 2, the deviation of all five, skewness and raw kurtosis."""
    rng = np.random.default_rng(6)
    returns = np.repeat(rng.exponential(size=(300, 2)) - 0.9, [4, 1], axis=1) + 0.1 * rng.normal(size=(300, 5))
    found = deflate(returns, 3, least_correlation=0.5)
    ratios = returns.mean(axis=0) / returns.std(axis=0, ddof=1)
    hurdle = expected_best_sharpe(ratios.std(ddof=1), 2)
    shape = {"skewness": stats.skew(returns[:, 3]), "kurtosis": stats.kurtosis(returns[:, 3], fisher=False)}
    assert (found.trials, found.effective_trials) == (5, 2)
    assert (found.sharpe, found.hurdle) == pytest.approx((ratios[3], hurdle))
    assert found.dsr == pytest.approx(sharpe_probability(ratios[3], hurdle, periods=300, **shape))


def test_the_best_of_worthless_trials_is_rarely_significant():
    """300 times the best of 20: undeflated, most would be called significant; deflated, 5 % at most."""
    rng = np.random.default_rng(4)
    plain = deflated = 0
    for _ in range(300):
        returns = rng.normal(size=(250, 20))
        best = int(np.argmax([sharpe_ratio(r) for r in returns.T]))
        found = deflate(returns, best, least_correlation=0.5)
        deflated += found.dsr > 0.95
        plain += sharpe_probability(found.sharpe, 0.0, periods=250, skewness=0, kurtosis=3) > 0.95
    assert plain > 150
    assert deflated <= 15


def test_a_single_test_of_five_percent_rejects_that():
    returns = np.random.default_rng(5).normal(size=(2_000, 250))
    said = [sharpe_probability(sharpe_ratio(r), 0.0, periods=250, skewness=0, kurtosis=3) > 0.95 for r in returns]
    assert is_rate(sum(said), 2_000, 0.05)


def test_nothing_from_nothing():
    assert np.isnan(sharpe_ratio(np.full(5, 0.1)))
    assert np.isnan(deflate(np.ones((10, 1)), 0, least_correlation=0.5).dsr)
    with pytest.raises(ValueError, match="without holes"):
        deflate(np.full((3, 1), np.nan), 0, least_correlation=0.5)
