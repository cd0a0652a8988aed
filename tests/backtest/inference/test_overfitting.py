"""Probability of overfitting: a slow twin, noise, and a trial that is truly better."""

from itertools import combinations

import numpy as np
import pytest

from backtest.inference.overfitting import overfitting


def slow_ranks(returns, blocks):
    """Split by split: the relative rank out of sample of the best in sample."""
    cut = np.split(returns[: len(returns) // blocks * blocks], blocks)
    found = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([cut[b] for b in chosen])
        outside = np.concatenate([cut[b] for b in range(blocks) if b not in chosen])
        good, out = (half.mean(axis=0) / half.std(axis=0, ddof=1) for half in (inside, outside))
        best = int(good.argmax())
        found.append(((out < out[best]).sum() + 1) / (returns.shape[1] + 1))
    return np.array(found)


@pytest.mark.parametrize(("blocks", "trials"), [(2, 2), (6, 7), (8, 30)])
def test_the_twin_agrees(blocks, trials):
    returns = np.random.default_rng(blocks).normal(5, 1, size=(85, trials))
    found = overfitting(returns, blocks=blocks)
    expected = slow_ranks(returns, blocks)
    assert found.ranks == pytest.approx(expected)
    assert found.pbo == pytest.approx((expected < 0.5).mean() + (expected == 0.5).mean() / 2)


def test_sixteen_blocks_are_12870_splits():
    assert overfitting(np.random.default_rng(1).normal(size=(160, 3)), blocks=16).ranks.size == 12_870


def test_noise_is_overfit_in_half_of_the_splits():
    found = [overfitting(x, blocks=8).pbo for x in np.random.default_rng(2).normal(size=(200, 160, 20))]
    assert np.mean(found) == pytest.approx(0.5, abs=3 * np.std(found) / np.sqrt(200))


def test_a_trial_that_is_truly_better_stays_so():
    returns = np.random.default_rng(3).normal(size=(800, 50))
    returns[:, 17] += 0.3
    found = overfitting(returns, blocks=16)
    assert found.pbo == 0
    assert found.loss == 0


def test_the_better_half_of_noise_is_the_worse_other_half():
    """What one half of a fixed sum gains the other lacks: the slope is below 0, and the best often loses."""
    found = overfitting(np.random.default_rng(4).normal(size=(800, 50)), blocks=16)
    assert found.slope < 0
    assert 0.2 < found.loss < 0.8


def test_equal_trials_are_at_the_median():
    returns = np.repeat(np.random.default_rng(5).normal(size=(64, 1)), 4, axis=1)
    found = overfitting(returns, blocks=4)
    assert found.pbo == 0.5
    still = overfitting(np.zeros((64, 3)), blocks=4)
    assert (still.pbo, still.loss) == (0.5, 0)
    assert np.isnan(still.slope)


@pytest.mark.parametrize(("shape", "blocks"), [((64, 3), 3), ((64, 1), 4), ((10, 3), 4)])
def test_refused(shape, blocks):
    with pytest.raises(ValueError, match="even number of blocks"):
        overfitting(np.zeros(shape), blocks=blocks)
