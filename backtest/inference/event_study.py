"""What follows events, when events come in episodes and at certain times.

Events of one episode are one observation. Whatever follows any time of that kind is no effect: placebo times are
drawn in the stratum of the event they stand for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate, unknown

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Placebo:
    """Mean after the events, that after placebo times, and the share of draws as far from the latter, two-sided."""

    mean: float
    placebo_mean: float
    p: float
    n: int


def event_mean(after: Floats, episode: Ints, *, draws: int, seed: int) -> Estimate:
    """Mean of `after` (events,) with an interval from draws of whole episodes; `n` counts episodes. NaN left out.

    Percentile interval of the ratio of sums (Efron 1979); too narrow for a few episodes, unknown for less than two.
    """
    seen = np.isfinite(after)
    names, position = np.unique(episode[seen], return_inverse=True)
    if names.size < 2:
        return unknown(names.size)
    sums, counts = np.bincount(position, after[seen]), np.bincount(position)
    drawn = np.random.default_rng(seed).integers(names.size, size=(draws, names.size))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Estimate(float(after[seen].mean()), float(means.std(ddof=1)), float(low), float(high), names.size)


def placebo_test(after: Floats, is_event: NDArray[np.bool_], stratum: Ints, *, draws: int, seed: int) -> Placebo:
    """Means of `after` (times,) at events against as many times drawn from each stratum, without replacement.

    For events that stand apart: give the first of every episode. Times whose `after` is NaN are neither.
    """
    usable = np.isfinite(after)
    event = is_event & usable
    n = int(event.sum())
    if n == 0:
        return Placebo(float("nan"), float("nan"), float("nan"), 0)
    rng, totals = np.random.default_rng(seed), np.zeros(draws)
    expected = 0.0
    for kind in np.unique(stratum[event]):
        values = after[usable & (stratum == kind)]
        count = int((event & (stratum == kind)).sum())
        expected += count * float(values.mean())
        totals += np.array([values[rng.permutation(values.size)[:count]].sum() for _ in range(draws)])
    mean, middle = float(after[event].mean()), expected / n
    far = int((np.abs(totals / n - middle) >= abs(mean - middle) * (1 - 1e-12)).sum())
    return Placebo(mean, middle, (far + 1) / (draws + 1), n)
