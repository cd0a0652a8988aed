"""How far a histogram of logarithms lies from the normal distribution of its own mean and deviation."""

# mypy: allow-untyped-defs

import math

import numpy as np
from numba import njit, types


@njit(types.float64[::1](types.Array(types.int64, 2, "C", readonly=True)), cache=True, nogil=True)
def distance_to_normal(counts):
    """Per row, the largest distance between the distribution of the counts and the normal fitted to them, at the edges
    of the bins (Kolmogorov and Smirnov); NaN if fewer than two bins are filled.

    counts: shape (rows, bins), bins of equal width; what lies in one is taken to lie in its middle. Sums are whole
    numbers, so no order of addition matters.
    """
    rows, bins = counts.shape
    distance = np.empty(rows)
    for row in range(rows):
        n, total, squares = 0, 0, 0
        for place in range(bins):
            n += counts[row, place]
            total += counts[row, place] * place
            squares += counts[row, place] * place * place
        spread = n * squares - total * total  # n^2 times the variance
        distance[row] = np.nan
        if spread <= 0:
            continue
        mean, deviation = total / n, math.sqrt(spread) / n
        below, largest = 0, 0.0
        for place in range(bins):
            below += counts[row, place]
            expected = 0.5 * (1.0 + math.erf((place + 0.5 - mean) / deviation / math.sqrt(2.0)))
            largest = max(largest, abs(below / n - expected))
        distance[row] = largest
    return distance
