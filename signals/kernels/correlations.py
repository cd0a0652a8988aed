"""Correlation of two series over moving windows, each summed up by itself, so that nothing drifts."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)


@njit(
    types.Tuple((types.float64[::1], types.int64[::1]))(_FLOATS, _FLOATS, types.int64, types.int64),
    cache=True,
    nogil=True,
)
def correlations(x, y, window, begin):
    """(correlation, number of pairs) over the `window` positions that end with each one from `begin` on.

    Where one of the two is NaN there is no pair. NaN where one never moves, or there are fewer than two pairs.
    """
    found, n = np.full(x.size - begin, np.nan), np.zeros(x.size - begin, np.int64)
    for i in range(begin, x.size):
        low = max(i - window + 1, 0)
        pairs, mean_x, mean_y = 0, 0.0, 0.0
        for j in range(low, i + 1):
            if x[j] == x[j] and y[j] == y[j]:
                pairs, mean_x, mean_y = pairs + 1, mean_x + x[j], mean_y + y[j]
        n[i - begin] = pairs
        if pairs < 2:
            continue
        mean_x, mean_y = mean_x / pairs, mean_y / pairs
        xx, yy, xy = 0.0, 0.0, 0.0
        for j in range(low, i + 1):
            if x[j] == x[j] and y[j] == y[j]:
                a, b = x[j] - mean_x, y[j] - mean_y
                xx, yy, xy = xx + a * a, yy + b * b, xy + a * b
        if xx > 0.0 and yy > 0.0:
            found[i - begin] = max(-1.0, min(1.0, xy / (np.sqrt(xx) * np.sqrt(yy))))
    return found, n
