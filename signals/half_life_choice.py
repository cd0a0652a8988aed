"""Which half-life of hedging explains the past: weights by how inventories went with the basis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.window_sums import values_before

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST_EXPLAINED = 0.999
_APART = 10
"""Minutes between values that tell a drift of the basis from its noise."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How half-lives are weighed: prior log-normal around `prior_min`, then by correlation with the basis.

    Values `memory_min` apart count as independent. Refits every `refit_min`, from `least_min` minutes on. The noise of
    a minute's inventory is `noise_share` of the standard deviation of its flow; nobody knows `maker_share` better than
    to `share_sd` of itself.
    """

    prior_min: float
    prior_log_sd: float
    memory_min: float
    window_min: int
    refit_min: int
    least_min: int
    noise_share: float
    share_sd: float


def weights_of(
    held: Floats, levels: Floats, at: Ints, wanted: list[int], choice: Choice
) -> tuple[Floats, NDArray[np.bool_]]:
    """Weights of half-lives (rows) before the first refit and after each, and whether each is fitted."""
    from signals.kernels.quote_skew import explained  # numba is imported only to compute

    away = (np.log(np.array(wanted, np.float64)) - np.log(choice.prior_min)) / choice.prior_log_sd
    prior = -0.5 * away**2
    found = explained(held, levels, at, choice.window_min, float(choice.least_min))
    is_fitted = ~np.isnan(found).all(axis=0)
    against = np.clip(np.nan_to_num(found), -_MOST_EXPLAINED, 0.0)
    minutes = values_before(levels, at + 1, choice.window_min)
    log_likelihood = -0.5 * minutes / choice.memory_min * np.log(1.0 - against**2)
    logs = np.concatenate([prior[:, None], prior[:, None] + np.where(is_fitted, log_likelihood, 0.0)], axis=1)
    weights = np.exp(logs - logs.max(axis=0))
    return weights / weights.sum(axis=0), np.concatenate(([False], is_fitted))


def fits_of(
    weights: Floats,
    is_fitted: NDArray[np.bool_],
    held: Floats,
    flow: Floats,
    levels: Floats,
    at: Ints,
    life: Floats,
    choice: Choice,
) -> Floats:
    """Rows of the filter's parameters, as `kernels.quote_skew.filtered` wants them."""
    fits = np.zeros((life.size, 6))
    fits[:, 0] = 2.0 ** (-1.0 / life)
    for k, now in enumerate(at.tolist(), start=1):
        past = slice(max(now + 1 - choice.window_min, 0), now + 1)
        fits[k, 3] = (choice.noise_share * flow[past].std()) ** 2
        if is_fitted[k]:
            fits[k, 1:3], (fits[k, 4], fits[k, 5]) = _skew(
                (weights[:, k, None] * held[:, past]).sum(axis=0), levels[past]
            )
    return fits


def _skew(held: Floats, level: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """((skew, level), (variances of the level's steps and of the basis)): least squares of the basis on inventory.

    The rest of the basis is a random walk plus noise: differences over 1 and 10 minutes tell the two apart. Skew 0
    where the basis does not fall with inventory.
    """
    is_known = ~np.isnan(level)
    x, y = held[is_known], level[is_known]
    variance = x.var()
    slope = 0.0 if variance <= 0 else float(((x - x.mean()) * (y - y.mean())).mean() / variance)
    if slope >= 0 or y.size <= _APART:
        return (0.0, 0.0), (0.0, 0.0)
    rest = y - slope * x
    quick, slow = float(np.var(rest[1:] - rest[:-1])), float(np.var(rest[_APART:] - rest[:-_APART]))
    step = max((slow - quick) / (_APART - 1), 1e-6)
    return (-slope, float(rest.mean())), (step, max((quick - step) / 2.0, 1e-4))
