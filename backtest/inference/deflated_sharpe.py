"""The Sharpe ratio of the best of many trials, against what the best of as many worthless ones reaches.

Bailey and Lopez de Prado (2014). All Sharpe ratios are per period of the returns, never annual.
"""

from dataclasses import dataclass
from math import e, nan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NORMAL = NormalDist()
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Deflated:
    """A chosen trial after its competition; `dsr` is the probability that its true Sharpe ratio exceeds `hurdle`.

    `trials` were made, `effective_trials` of them differ. Above 0.95 is called significant, nothing else.
    """

    sharpe: float
    hurdle: float
    dsr: float
    trials: int
    effective_trials: int


def expected_best_sharpe(sd: float, trials: int) -> float:
    """Expected best of `trials` independent Sharpe ratios around 0 with standard deviation `sd`; 0 for a single one."""
    if trials < 1:
        raise ValueError(f"need a trial, got {trials}")
    if trials == 1:
        return 0.0
    high, higher = _NORMAL.inv_cdf(1 - 1 / trials), _NORMAL.inv_cdf(1 - 1 / (trials * e))
    return sd * ((1 - _EULER) * high + _EULER * higher)


def sharpe_probability(sharpe: float, hurdle: float, *, periods: int, skewness: float, kurtosis: float) -> float:
    """Probability that the true ratio exceeds `hurdle`; `kurtosis` is 3 for a normal; NaN if no error exists.

    Returns are taken as independent: memory that is not zero makes it too sure.
    """
    spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
    if periods < 2 or not spread > 0:
        return nan
    return _NORMAL.cdf((sharpe - hurdle) * sqrt(periods - 1) / sqrt(spread))


def sharpe_ratio(returns: Floats) -> float:
    """Mean over standard deviation (ddof 1); NaN for constant returns."""
    sd = float(returns.std(ddof=1)) if returns.size > 1 else 0.0
    return float(returns.mean()) / sd if sd > 0 and np.ptp(returns) > 0 else nan


def effective_trials(returns: Floats, least_correlation: float) -> int:
    """Clusters of trials (periods, trials) that are one idea: average correlation within a cluster of at least that.

    Average linkage on 1 - correlation. A trial and its negative are two. Constant trials are alone.
    """
    from sklearn.cluster import AgglomerativeClustering

    if returns.shape[1] < 2:
        return returns.shape[1]
    deviation = returns - returns.mean(axis=0)
    norm = np.sqrt((deviation**2).sum(axis=0))
    unit = np.divide(deviation, norm, out=np.zeros_like(deviation), where=(norm > 0) & (np.ptp(returns, axis=0) > 0))
    distance = np.clip(1 - unit.T @ unit, 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    cut = 1 - least_correlation + 1e-9
    tree = AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="average", distance_threshold=cut)
    return int(tree.fit(distance).n_clusters_)


def deflate(returns: Floats, chosen: int, *, least_correlation: float) -> Deflated:
    """The chosen column of returns (periods, trials), no NaN, in the light of all columns that were tried.

    The hurdle takes the standard deviation of all trials' ratios and the number of those that differ.
    """
    if not np.isfinite(returns).all():
        raise ValueError("need returns without holes; a period without a position returns 0")
    picked = returns[:, chosen]
    sharpe, count = sharpe_ratio(picked), effective_trials(returns, least_correlation)
    ratios = np.array([sharpe_ratio(column) for column in returns.T])
    known = ratios[np.isfinite(ratios)]
    hurdle = expected_best_sharpe(float(known.std(ddof=1)) if known.size > 1 else 0.0, count)
    sd = picked.std()
    z = (picked - picked.mean()) / sd if sd > 0 else np.full(picked.size, nan)
    skewness, kurtosis = float((z**3).mean()), float((z**4).mean())
    dsr = sharpe_probability(sharpe, hurdle, periods=picked.size, skewness=skewness, kurtosis=kurtosis)
    return Deflated(sharpe, hurdle, dsr, returns.shape[1], count)
