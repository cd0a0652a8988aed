"""Information coefficient: rank correlation of a signal with the return after it, by day, then over days.

Grinold (1989). A day is one observation, however many seconds it has: within it they are not independent. Times are the
caller's: a return must begin after the signal was known, plus latency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate
from backtest.inference.newey_west import hac_slopes
from backtest.inference.ranks import mid_ranks
from backtest.inference.stationary_bootstrap import bootstrap_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How days are resampled: mean block in days (None: Politis and White), number of draws, seed."""

    block: float | None
    draws: int
    seed: int


def rank_correlation(x: Floats, y: Floats, controls: Floats | None = None) -> float:
    """Spearman's of x (n,) and y (n,), given the columns of `controls` (n, k); NaN if one is constant or explained.

    Partial: correlation of what least squares on the controls' ranks leaves of both ranks. No NaN.
    """
    both = np.column_stack([mid_ranks(x), mid_ranks(y)])
    both -= both.mean(axis=0)
    whole = (both**2).sum(axis=0)
    if controls is not None and controls.shape[1]:
        known = np.column_stack([mid_ranks(c) for c in controls.T])
        known -= known.mean(axis=0)
        both = both - known @ np.linalg.lstsq(known, both, rcond=None)[0]
    left = (both**2).sum(axis=0)
    if not (left > 1e-12 * whole).all():
        return nan
    return float(np.clip(both[:, 0] @ both[:, 1] / sqrt(left[0] * left[1]), -1.0, 1.0))


def daily_ic(signal: Floats, forward: Floats, day: Ints, *, least: int, controls: Floats | None = None) -> Floats:
    """Rank correlation of every day, in order of days; NaN for one with fewer than `least` complete rows.

    signal, forward, day: shape (rows,); controls: (rows, k). Rows with any NaN are left out.
    """
    seen = np.isfinite(signal) & np.isfinite(forward)
    if controls is not None:
        seen &= np.isfinite(controls).all(axis=1)
    days, position = np.unique(day, return_inverse=True)
    rows = np.flatnonzero(seen)
    rows = rows[np.argsort(position[rows], kind="stable")]
    by_day = np.split(rows, np.searchsorted(position[rows], np.arange(1, days.size)))
    return np.array(
        [
            nan
            if at.size < least
            else rank_correlation(signal[at], forward[at], None if controls is None else controls[at])
            for at in by_day
        ]
    )


def mean_ic(
    signal: Floats, forward: Floats, day: Ints, *, least: int, sampling: Sampling, controls: Floats | None = None
) -> Estimate:
    """Mean of the daily rank correlations, with a stationary bootstrap over days; `n` counts days. See daily_ic."""
    ics = daily_ic(signal, forward, day, least=least, controls=controls)
    return bootstrap_mean(ics, block=sampling.block, draws=sampling.draws, seed=sampling.seed)


def pooled_ic(signal: Floats, forward: Floats, lag: int) -> Estimate:
    """Rank correlation over all places (n,) at once, with a Newey-West interval: for a recording of few days."""
    seen = np.isfinite(signal) & np.isfinite(forward)
    ranks = np.full((signal.size, 2), nan)
    for column, values in enumerate((signal, forward)):
        middle = mid_ranks(values[seen]) - (seen.sum() + 1) / 2
        sd = middle.std() if middle.size else 0.0
        ranks[seen, column] = middle / sd if sd > 0 else 0.0
    (slope,) = hac_slopes(ranks[:, 1], ranks[:, :1], lag)
    return slope


def ic_decay(
    signal: Floats, forward: Mapping[float, Floats], day: Ints, *, least: int, sampling: Sampling
) -> dict[float, Estimate]:
    """mean_ic by horizon in seconds, ascending; `forward` has the returns (rows,) of each."""
    return {h: mean_ic(signal, forward[h], day, least=least, sampling=sampling) for h in sorted(forward)}


def half_life(decay: Mapping[float, Estimate]) -> float:
    """Horizon at which the coefficient has fallen to half of its largest size, between horizons by their logarithm.

    Counted from the horizon with the largest; infinite if it does not fall so far; NaN if the largest may be 0.
    """
    horizons = sorted(h for h in decay if np.isfinite(decay[h].value))
    if not horizons:
        return nan
    peak = max(horizons, key=lambda h: abs(decay[h].value))
    top = decay[peak]
    if not (top.low > 0 or top.high < 0):
        return nan
    share = {h: decay[h].value / top.value for h in horizons if h >= peak}
    before = peak
    for h in sorted(share)[1:]:
        if share[h] <= 0.5:
            part = (share[before] - 0.5) / (share[before] - share[h])
            return float(before * np.exp(part * log(h / before)))
        before = h
    return inf
