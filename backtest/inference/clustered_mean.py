"""Mean of all members of clusters that are independent of one another, whatever goes on inside them."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate, unknown
from backtest.inference.student import student_95

Floats = NDArray[np.float64]


def clustered_mean(sums: Floats, counts: NDArray[np.int64]) -> Estimate:
    """Mean over all members, from the sum (G,) and the number of members (G,) of each cluster; n is that of members.

    Error of a ratio: G / (G - 1) times the sum over clusters of (sum - mean * count)^2, over n^2 (Liang, Zeger 1986).
    The interval is Student's with G - 1 degrees of freedom, expanded around the normal (Fisher and Cornish 1960): right
    to 1 % from 5 clusters on, too narrow below. Unknown below two clusters with members.
    """
    if (counts < 0).any() or sums.shape != counts.shape:
        raise ValueError("expected as many sums as counts, and counts of 0 or more")
    clusters, n = int((counts > 0).sum()), int(counts.sum())
    if clusters < 2:
        return unknown(n)
    mean = float(sums.sum()) / n
    error = sqrt(clusters / (clusters - 1) * float(((sums - mean * counts) ** 2).sum())) / n
    reach = student_95(clusters - 1) * error
    return Estimate(mean, error, mean - reach, mean + reach, n)
