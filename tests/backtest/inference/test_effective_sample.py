"""Worth of samples, and the effects they could show."""

import numpy as np
import pytest

from backtest.inference.effective_sample import (
    detectable_ic,
    effective_count,
    effective_n,
    needed_n,
    power_of,
    power_statement,
    sharpe_error,
)
from tests.backtest.inference.series import ar1, is_rate


def test_known_answers():
    assert needed_n(0.02, level=0.05, power=0.8) == pytest.approx(19_600, rel=0.002)
    assert effective_count(10, 0.7) == pytest.approx(1.4, abs=0.05)
    assert 1 / sharpe_error(1 / 250**0.5, 4 * 250) / 250**0.5 == pytest.approx(2, rel=0.001)


def test_what_is_needed_is_what_detects():
    n = needed_n(0.05, level=0.01, power=0.9)
    assert detectable_ic(n, level=0.01, power=0.9) == pytest.approx(0.05)
    assert power_of(0.05, n, level=0.01) == pytest.approx(0.9, abs=1e-4)
    assert power_of(0.0, 100, level=0.05) == pytest.approx(0.05)


def test_memory_of_both_costs_and_of_one_costs_nothing():
    """phi 0.9 and 0.8: 1 + 2 * 0.72 / 0.28 = 6.143."""
    x, y = ar1((200_000,), 0.9, 1), ar1((200_000,), 0.8, 2)
    noise = np.random.default_rng(3).normal(size=x.size)
    assert x.size / effective_n(x, y, 60) == pytest.approx(6.143, rel=0.05)
    assert x.size / effective_n(x, noise, 60) == pytest.approx(1.0, abs=0.1)


def test_pairs_across_a_gap_are_as_far_apart_as_they_are():
    """Every other place: 0.72 ^ 2 = 0.5184 1 + 2 * 0.5184 / 0.4816 = 3.153. Long gaps: 6.143."""
    x, y = ar1((400_000,), 0.9, 1), ar1((400_000,), 0.8, 2)
    half = x.copy()
    half[::2] = np.nan
    assert 200_000 / effective_n(half, y, 60) == pytest.approx(3.153, rel=0.05)
    away = (np.arange(x.size) // 1_000) % 2 == 0
    assert 200_000 / effective_n(x, np.where(away, np.nan, y), 60) == pytest.approx(6.143, rel=0.05)


def test_by_hand_and_never_more_than_there_are():
    """x = 1 1 -1 -1: rho_1 = (1 - 1 + 1) / 4 = 1/4; 4 / (1 + 2/16) = 32/9. Against -1 1 1 -1: at most 4."""
    x = np.array([1.0, 1, -1, -1])
    assert effective_n(x, x, 1) == pytest.approx(32 / 9)
    assert effective_n(x, np.array([-1.0, 1, 1, -1]), 1) == 4


def test_a_level_with_effective_n_holds():
    """Of 2,000 correlations of two independent AR(1) of 500, 5 % exceed 1.96 / sqrt(n_eff of the process)."""
    x, y = ar1((2_000, 500), 0.7, 4), ar1((2_000, 500), 0.7, 5)
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    n_eff = 500 / (1 + 2 * 0.49 / 0.51)
    assert is_rate((np.abs(r) > 1.96 / np.sqrt(n_eff)).sum(), 2_000, 0.05)


def test_a_statement_of_power():
    x = np.random.default_rng(6).normal(size=10_000)
    said = power_statement(x, x[::-1].copy(), lags=1, level=0.05, power=0.8)
    assert said.n == 10_000
    assert "10,000 observations are worth" in str(said)
    assert "correlation of 0.028" in str(said)


def test_refused():
    with pytest.raises(ValueError, match="of one length"):
        effective_n(np.ones(3), np.ones(2), 1)
    with pytest.raises(ValueError, match="level and power"):
        needed_n(0.1, level=0.0, power=0.8)
    with pytest.raises(ValueError, match="correlation <= 1"):
        effective_count(3, 1.5)
    assert np.isnan(effective_n(np.ones(5), np.arange(5.0), 2))
