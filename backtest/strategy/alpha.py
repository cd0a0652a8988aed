"""Alpha: what is left of daily returns once known exposures are taken out. A strategy that collects carry has carry."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate
from backtest.inference.newey_west import hac_estimate, hac_lag, hac_slopes, hac_sum_covariance

Floats = NDArray[np.float64]

LEAST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Alpha:
    """The intercept (units of y a day) and the slope on each factor, with errors that allow for memory."""

    alpha: Estimate
    betas: tuple[Estimate, ...]


def alpha(y: Floats, factors: Floats) -> Alpha | str:
    """Least squares of y (days,) on a constant and factors (days, k); a sentence if it cannot be said."""
    days, k = factors.shape
    if days < LEAST_DAYS:
        return f"{days} days of returns, {LEAST_DAYS} are needed"
    if np.ptp(y) == 0:
        return "no day differs from another: there is nothing to explain"
    moves = np.ptp(factors, axis=0) > 0
    lag = hac_lag(1, days)
    betas = hac_slopes(y, factors[:, moves], lag)
    if not all(np.isfinite(beta.value) for beta in betas):
        return "the factors cannot be told apart on these days"
    x = factors[:, moves]
    mean = x.mean(axis=0)
    slopes = np.array([beta.value for beta in betas])
    value = float(y.mean() - mean @ slopes)
    residual = y - value - x @ slopes
    deviation = x - mean
    weights = (1 - deviation @ np.linalg.solve(deviation.T @ deviation / days, mean)) / days
    variance = hac_sum_covariance((weights * residual)[:, None], lag)[0, 0] * days / (days - len(betas) - 1)
    told = iter(betas)
    constant = Estimate(0.0, 0.0, 0.0, 0.0, days)  # a factor that did not move explains nothing
    return Alpha(
        hac_estimate(value, sqrt(max(variance, 0.0)), days, lag),
        tuple(next(told) if moves[place] else constant for place in range(k)),
    )
