"""Mean forward return by quantile of the signal: whether more signal means more return, or one end carries all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate, unknown
from backtest.inference.newey_west import hac_estimate, hac_mean, hac_sum_covariance
from backtest.inference.ranks import mid_ranks

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bucket:
    """A quantile of the signal, from `low` to `high` of it, and the mean return after it; NaN bounds if it is empty."""

    low: float
    high: float
    mean: Estimate


def bucket_of(signal: Floats, buckets: int) -> NDArray[np.int64]:
    """Bucket 0 to buckets - 1 of every place by its rank among all; -1 where NaN. Equal values share a bucket.

    Ranks over the whole sample describe it; nobody knew them at the time.
    """
    if buckets < 2:
        raise ValueError(f"need 2 buckets or more, got {buckets}")
    seen = np.isfinite(signal)
    found = np.full(signal.size, -1)
    share = (mid_ranks(signal[seen]) - 0.5) / max(int(seen.sum()), 1)
    found[seen] = np.minimum((share * buckets).astype(np.int64), buckets - 1)
    return found


def quantile_buckets(signal: Floats, forward: Floats, *, buckets: int, lag: int) -> list[Bucket]:
    """Buckets from the lowest signal up, with Newey-West intervals. signal, forward: (n,), one step apart, NaN in gaps.

    Many intervals are shown at once: one in twenty misses.
    """
    usable = np.where(np.isfinite(forward), signal, np.nan)
    place = bucket_of(usable, buckets)
    rows = []
    for b in range(buckets):
        inside = signal[place == b]
        low, high = (float(inside.min()), float(inside.max())) if inside.size else (float("nan"), float("nan"))
        rows.append(Bucket(low, high, hac_mean(np.where(place == b, forward, np.nan), lag)))
    return rows


def top_minus_bottom(signal: Floats, forward: Floats, *, buckets: int, lag: int) -> Estimate:
    """Mean return after the highest bucket less that after the lowest; `n` counts both. Unknown if one has none."""
    place = bucket_of(np.where(np.isfinite(forward), signal, np.nan), buckets)
    parts, scores = [], np.zeros(signal.size)
    for b, sign in ((buckets - 1, 1.0), (0, -1.0)):
        inside = place == b
        n = int(inside.sum())
        if n < 2:
            return unknown(n)
        mean = float(forward[inside].mean())
        scores[inside] = sign * (forward[inside] - mean) / n
        parts.append((sign * mean, n))
    variance = hac_sum_covariance(scores[:, None], lag)[0, 0]
    return hac_estimate(sum(p[0] for p in parts), max(variance, 0.0) ** 0.5, sum(p[1] for p in parts), lag)
