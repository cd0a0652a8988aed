"""Many tests at once: which of them still say something. p-values of a family (k,) in, adjusted ones out."""

import numpy as np
from numpy.typing import NDArray

from backtest.inference.newey_west import hac_mean
from backtest.inference.stationary_bootstrap import resampled_means

Floats = NDArray[np.float64]


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjusted so that of those below q a share of q is false on average, if tests are independent or move together.

    Benjamini and Hochberg (1995).
    """
    return _stepped_up(p, 1.0)


def benjamini_yekutieli(p: Floats) -> Floats:
    """The same for tests that depend on each other in any way: p-values times 1 + 1/2 + ... + 1/k more.

    Benjamini and Yekutieli (2001). The default for families of signals.
    """
    return _stepped_up(p, float((1 / np.arange(1, p.size + 1)).sum()))


def holm(p: Floats) -> Floats:
    """Adjusted so that below q there is any false one with probability q at most. Holm (1979)."""
    order = np.argsort(_checked(p), kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return _back(np.minimum(stepped, 1.0), order)


def romano_wolf(returns: Floats, *, lag: int, block: float, draws: int, seed: int) -> Floats:
    """Adjusted two-sided p-values (k,) of means of returns (periods, k) against 0, without any false one as in `holm`.

    Step-down over the largest |t| in a stationary bootstrap of all columns together: what correlates counts less than
    Holm makes it. Romano and Wolf (2005, 2016). t with Newey-West errors of `lag`, draws by their own spread; no NaN,
    no constant column.
    """
    errors = np.array([hac_mean(column, lag).error for column in returns.T])
    if not (errors > 0).all():
        raise ValueError("need columns without holes that are not constant")
    mean = returns.mean(axis=0)
    size = np.abs(mean / errors)
    away = np.abs(resampled_means(returns, draws, block=block, seed=seed) - mean)
    spread = np.sqrt((away**2).mean(axis=0))
    noise = away / spread
    order = np.argsort(-size, kind="stable")
    largest = np.maximum.accumulate(noise[:, order[::-1]], axis=1)[:, ::-1]
    exceeded = (1 + (largest >= size[order]).sum(axis=0)) / (draws + 1)
    return _back(np.maximum.accumulate(exceeded), order)


def _stepped_up(p: Floats, factor: float) -> Floats:
    order = np.argsort(_checked(p), kind="stable")
    stepped = p[order] * factor * p.size / np.arange(1, p.size + 1)
    return _back(np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0), order)


def _checked(p: Floats) -> Floats:
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("need p-values from 0 to 1")
    return p


def _back(values: Floats, order: NDArray[np.int64]) -> Floats:
    out = np.empty_like(values)
    out[order] = values
    return out
