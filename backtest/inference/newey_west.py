"""Standard errors of means and slopes of series whose errors remember. Newey and West (1987).

Places of a series are one step apart; NaN holds the place of what was not seen, so that lags keep their length across a
gap (Parzen 1963, Datta and Du 2012). Bartlett weights 1 - k / (lag + 1).
"""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate, unknown
from backtest.intervals import Z_95

Floats = NDArray[np.float64]


def hac_lag(horizon: int, n: int) -> int:
    """Lags to sum over for returns of `horizon` steps sampled every step, from `n` places.

    Twice the horizon: with horizon - 1 the weights fall so fast that a test of 5 % rejects 10 %. Never less than the
    rule of Newey and West (1994), 4 (n / 100)^(2/9), for memory that is not overlap.
    """
    if horizon < 1 or n < 1:
        raise ValueError(f"need horizon >= 1 and n >= 1, got {horizon} and {n}")
    return max(2 * horizon, ceil(4 * (n / 100) ** (2 / 9)))


def hac_sum_covariance(scores: Floats, lag: int) -> Floats:
    """Covariance (k, k) of the sum of `scores` (n, k), which have mean 0 and are 0 where nothing was seen.

    Weighted products up to `lag` are the mean square of all sums of lag + 1 places in a row, past either end too: one
    pass for any lag, and never negative.
    """
    if lag < 0:
        raise ValueError(f"need lag >= 0, got {lag}")
    n, k = scores.shape
    sums = np.concatenate([np.zeros((1, k)), np.cumsum(scores, axis=0)])
    begin = np.arange(-lag, n)
    in_a_row = sums[np.minimum(begin + lag + 1, n)] - sums[np.maximum(begin, 0)]
    return in_a_row.T @ in_a_row / (lag + 1)


def hac_estimate(value: float, error: float, n: int, lag: int) -> Estimate:
    """Interval of a value whose `error` was summed over `lag` lags of `n` places: wider the more lags there are.

    Kiefer and Vogelsang (2005), 97.5 % point for Bartlett weights at b = (lag + 1) / n.
    """
    b = min((lag + 1) / n, 1.0)
    reach = (Z_95 + 2.9694 * b + 0.4160 * b**2 - 0.5324 * b**3) * error
    return Estimate(value, error, value - reach, value + reach, n)


def hac_mean(x: Floats, lag: int) -> Estimate:
    """Mean of x (n,) with its error, whose square is widened by n / (n - 1). Unknown below two values."""
    seen = np.isfinite(x)
    n = int(seen.sum())
    if n < 2:
        return unknown(n)
    mean = float(x[seen].mean())
    scores = np.where(seen, x - mean, 0.0)[:, None] / n
    variance = hac_sum_covariance(scores, lag)[0, 0] * n / (n - 1)
    return hac_estimate(mean, sqrt(max(variance, 0.0)), n, lag)


def hac_slopes(y: Floats, x: Floats, lag: int) -> list[Estimate]:
    """Slopes of the least squares of y (n,) on a constant and the columns of x (n, k), each with the others in.

    Places with any NaN are not seen. Variances are widened by n / (n - k - 1). Unknown without more places than
    coefficients, or if columns are constant or collinear.
    """
    seen = np.isfinite(y) & np.isfinite(x).all(axis=1)
    n, k = int(seen.sum()), x.shape[1]
    if n <= k + 1:
        return [unknown(n)] * k
    deviation = np.where(seen[:, None], x - x[seen].mean(axis=0), 0.0)
    scale = np.sqrt((deviation**2).sum(axis=0) / n)
    if (np.ptp(x[seen], axis=0) == 0).any() or np.linalg.matrix_rank(deviation / scale) < k:
        return [unknown(n)] * k
    design = deviation / scale
    answers = np.where(seen, y - y[seen].mean(), 0.0)
    bread = np.linalg.inv(design.T @ design)
    slopes = bread @ (design.T @ answers)
    scores = design * (answers - design @ slopes)[:, None]
    variances = np.diag(bread @ hac_sum_covariance(scores, lag) @ bread) * n / (n - k - 1)
    errors = np.sqrt(np.maximum(variances, 0.0)) / scale
    return [hac_estimate(float(b), float(e), n, lag) for b, e in zip(slopes / scale, errors, strict=True)]


@dataclass(frozen=True, slots=True)
class BothWays:
    """A slope from all overlapping returns, and from those that stand apart."""

    overlapping: Estimate
    apart: Estimate

    @property
    def is_at_odds(self) -> bool:
        """Whether their errors differ by more than 25 %: then both are reported."""
        return abs(self.apart.error - self.overlapping.error) > 0.25 * self.overlapping.error


def slope_both_ways(y: Floats, x: Floats, horizon: int) -> BothWays:
    """Slope of returns y (n,) over `horizon` steps, sampled every step, on x (n,): from all and from every h-th."""
    (overlapping,) = hac_slopes(y, x[:, None], hac_lag(horizon, y.size))
    few, few_x = y[::horizon], x[::horizon]
    (apart,) = hac_slopes(few, few_x[:, None], hac_lag(1, few.size))
    return BothWays(overlapping, apart)
