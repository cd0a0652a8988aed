"""The bootstrap against arch: block lengths series by series, distributions of means within noise of draws."""

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from scipy import stats

from backtest.inference.stationary_bootstrap import optimal_block, resampled_means
from tests.backtest.inference.series import ar1


def theirs(x):
    return max(float(optimal_block_length(x)["stationary"].iloc[0]), 1.0)


@pytest.mark.parametrize("phi", [-0.4, 0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize(("n", "least"), [(60, 0.6), (400, 0.8), (3_000, 0.9)])
def test_block_lengths_are_the_same_for_most_series(phi, n, least):
    """Which lags are within noise decides. arch divides a correlation by what its own places vary, we all of them by
    the whole variance: of short series some lags fall on the other side."""
    series = ar1((40, n), phi, 7)
    ours, other = np.array([optimal_block(x) for x in series]), np.array([theirs(x) for x in series])
    assert np.isclose(ours, other, rtol=1e-9).mean() >= least
    assert ours.mean() == pytest.approx(other.mean(), rel=0.2)


@pytest.mark.parametrize("block", [1.0, 4.0, 25.0])
def test_means_are_distributed_alike(block):
    """2,000 draws each: the largest distance of their distributions beyond its 0.1 % point would be a difference."""
    x = ar1((200,), 0.6, 8)
    ours = resampled_means(x[:, None], 2_000, block=block, seed=1)[:, 0]
    other = StationaryBootstrap(block, x, seed=np.random.default_rng(2)).apply(np.mean, 2_000)[:, 0]
    assert stats.ks_2samp(ours, other).pvalue > 0.001
    assert ours.std() == pytest.approx(other.std(), rel=0.1)
