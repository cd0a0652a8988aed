"""Events by episode and against placebo times."""

import numpy as np
import pytest

from backtest.inference.event_study import event_mean, placebo_test
from tests.backtest.inference.series import is_rate


def test_copies_of_an_episode_add_nothing():
    rng = np.random.default_rng(1)
    once = rng.normal(size=50)
    alone = event_mean(once, np.arange(50), draws=500, seed=1)
    copied = event_mean(np.repeat(once, 20), np.repeat(np.arange(50), 20), draws=500, seed=1)
    assert copied.n == 50
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high))
    wrong = event_mean(np.repeat(once, 20), np.arange(1_000), draws=500, seed=1)
    assert wrong.error < copied.error / 3


def test_a_mean_by_hand():
    """Episodes 1: 1, 3 and 2: 8, the NaN left out: mean 4. Of four draws: 2 2 -> 8, 1 1 -> 2, else 4.

    Their mean is 4.5, their variance (3.5^2 + 2.5^2 + 2 * 0.5^2) / 4 = 4.75.
    """
    found = event_mean(np.array([1.0, 3, 8, np.nan]), np.array([1, 1, 2, 3]), draws=20_000, seed=1)
    assert found.error**2 == pytest.approx(4.75, rel=0.03)
    assert (found.value, found.low, found.high, found.n) == (4, 2, 8, 2)
    assert np.isnan(event_mean(np.ones(3), np.zeros(3, int), draws=9, seed=1).value)


def test_what_every_hour_of_that_kind_does_is_no_effect():
    """Returns are 1 higher in stratum 1, where events are: nothing in its own stratum, much against all times."""
    rng = np.random.default_rng(2)
    stratum = np.arange(2_000) % 2
    after = stratum + rng.normal(size=2_000)
    is_event = (stratum == 1) & (rng.random(2_000) < 0.1)
    found = placebo_test(after, is_event, stratum, draws=199, seed=1)
    assert found.placebo_mean == pytest.approx(1, abs=0.1)
    assert found.p > 0.05
    assert placebo_test(after, is_event, np.zeros(2_000, int), draws=199, seed=1).p == 1 / 200


def test_five_percent_of_placebos_are_found():
    rng, found = np.random.default_rng(3), 0
    for seed in range(300):
        after, stratum = rng.standard_t(3, size=120), np.arange(120) % 3
        found += placebo_test(after, rng.random(120) < 0.2, stratum, draws=99, seed=seed).p <= 0.05
    assert is_rate(found, 300, 0.05)


def test_an_effect_by_hand():
    """Four times, one event with 3: each of 0 0 0 3 is drawn one time in four; only 3 is as far from 0.75."""
    after, is_event = np.array([0.0, 0, 0, 3, np.nan]), np.array([False, False, False, True, True])
    found = placebo_test(after, is_event, np.zeros(5, int), draws=4_000, seed=1)
    assert (found.mean, found.placebo_mean, found.n) == (3, 0.75, 1)
    assert found.p == pytest.approx(0.25, abs=0.03)
    assert placebo_test(after, np.zeros(5, bool), np.zeros(5, int), draws=9, seed=1).n == 0
