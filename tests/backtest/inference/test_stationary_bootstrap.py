"""The stationary bootstrap: blocks, lengths, and intervals that cover."""

import numpy as np
import pytest

from backtest.inference.stationary_bootstrap import bootstrap_mean, optimal_block, resampled_means, resampled_places
from tests.backtest.inference.series import ar1, is_rate


def test_blocks_run_on_around_the_circle_and_have_their_mean_length():
    places, is_start = resampled_places(50, 2_000, block=5.0, rng=np.random.default_rng(1))
    runs_on = np.diff(places, axis=1) % 50 == 1
    assert runs_on[~is_start[:, 1:]].all()
    assert is_start[:, 0].all()
    assert places.min() == 0
    assert places.max() == 49
    assert runs_on.mean() == pytest.approx(4 / 5 + 1 / 5 / 50, abs=0.005)


def test_places_are_equally_likely():
    places, _ = resampled_places(10, 20_000, block=4.0, rng=np.random.default_rng(2))
    counts = np.bincount(places[:, 7], minlength=10)
    assert ((counts - 2_000) ** 2 / 2_000).sum() < 27.9  # 0.1 % point of chi square with 9 degrees


def test_means_are_those_of_the_places():
    x = np.random.default_rng(3).normal(size=(30, 2))
    places, _ = resampled_places(30, 100, block=3.0, rng=np.random.default_rng(4))
    assert resampled_means(x, 100, block=3.0, seed=4) == pytest.approx(x[places].mean(axis=1))


def test_a_long_series_is_resampled_in_parts():
    x = np.random.default_rng(5).normal(size=(1_500_000, 1))
    assert resampled_means(x, 5, block=10.0, seed=1).std() == pytest.approx(1_500_000**-0.5, rel=0.8)


def test_the_error_of_a_short_series_is_exact():
    """Circular, block mean 1/p: Var = [c0 + 2 sum (1 - k/n)(1-p)^k c_k] / n."""
    x, p = np.array([1.0, 2.0, 4.0, 8.0, 3.0]), 0.5
    d = x - x.mean()
    c = [float((d * np.roll(d, -k)).mean()) for k in range(5)]
    exact = (c[0] + 2 * sum((1 - k / 5) * (1 - p) ** k * c[k] for k in range(1, 5))) / 5
    found = bootstrap_mean(x, block=1 / p, draws=100_000, seed=1)
    assert found.error**2 == pytest.approx(exact, rel=0.02)
    assert found.value == 3.6


def test_the_same_seed_gives_the_same_interval():
    x = ar1((100,), 0.5, 6)
    assert bootstrap_mean(x, block=None, draws=200, seed=1) == bootstrap_mean(x, block=None, draws=200, seed=1)
    assert bootstrap_mean(x, block=None, draws=200, seed=1) != bootstrap_mean(x, block=None, draws=200, seed=2)


def covered(series, block, draws):
    """How many intervals hold the mean of the process, 0."""
    found = [bootstrap_mean(x, block=block, draws=draws, seed=1) for x in series]
    return sum(f.low < 0 < f.high for f in found)


def test_about_95_percent_cover_the_mean_of_a_series_with_memory():
    """A little fewer, for blocks cut memory off: 94 % of series of 2,000, 91 % of 600. Independent draws: 3 in 4."""
    series = ar1((200, 1_000), 0.5, 7)
    assert is_rate(covered(series, None, 100), 200, 0.93)
    assert covered(series[:100], 1.0, 100) < 85


def test_95_percent_cover_the_mean_of_few_independent_days():
    assert is_rate(covered(np.random.default_rng(8).normal(size=(600, 30)), 1.0, 200), 600, 0.95)


def test_a_long_tail_makes_its_side_of_the_interval_longer():
    """Whoever has seen few large values has missed some."""
    found = bootstrap_mean(np.random.default_rng(10).exponential(size=30), block=1.0, draws=2_000, seed=1)
    assert found.high - found.value > 1.2 * (found.value - found.low)


def test_a_sample_of_one_block_says_nothing():
    found = bootstrap_mean(ar1((20,), 0.5, 9), block=20.0, draws=100, seed=1)
    assert (found.low, found.high) == (-np.inf, np.inf)


def slow_block(x):
    """The rule of Politis and White, lag by lag."""
    n = len(x)
    in_row, longest = max(5, int(np.ceil(np.sqrt(np.log10(n))))), int(np.ceil(np.sqrt(n)))
    d = x - x.mean()
    acf = [(d[k:] * d[: n - k]).sum() / (d @ d) for k in range(longest + in_row + 1)]
    noise = 2 * np.sqrt(np.log10(n) / n)
    for m in range(1, longest + 2):
        if all(abs(acf[m + j]) < noise for j in range(in_row)):
            break
    else:
        m = longest + in_row
    reach = min(2 * m, longest + in_row)
    spread, total = 0.0, acf[0]
    for k in range(1, reach + 1):
        weight = 1.0 if k / reach <= 0.5 else 2 * (1 - k / reach)
        spread, total = spread + 2 * weight * k * acf[k], total + 2 * weight * acf[k]
    length = (2 * spread**2 / (2 * total**2)) ** (1 / 3) * n ** (1 / 3)
    return min(max(length, 1.0), np.ceil(min(3 * np.sqrt(n), n / 3)))


@pytest.mark.parametrize("phi", [-0.4, 0.0, 0.3, 0.8, 0.99])
@pytest.mark.parametrize("n", [40, 300])
def test_the_block_has_a_twin(phi, n):
    for seed in range(10):
        x = ar1((n,), phi, seed)
        assert optimal_block(x) == pytest.approx(slow_block(x))


def test_the_block_of_an_ar1():
    """(2 phi / (1 - phi^2))^(2/3) n^(1/3) = 1.333^(2/3) * 46.4 = 56.2 for phi 0.5 and n 100,000."""
    lengths = [optimal_block(x) for x in ar1((20, 100_000), 0.5, 8)]
    assert np.mean(lengths) == pytest.approx(56.2, rel=0.1)


def test_edges():
    assert bootstrap_mean(np.full(9, 0.1), block=2, draws=10, seed=1).error == 0
    assert optimal_block(np.ones(50)) == 1
    assert optimal_block(np.arange(3.0)) == 1
    assert np.isnan(bootstrap_mean(np.array([1.0, np.nan]), block=1, draws=10, seed=1).value)
    with pytest.raises(ValueError, match="block >= 1"):
        resampled_places(5, 1, block=0.5, rng=np.random.default_rng(1))
