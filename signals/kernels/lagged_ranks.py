"""Where a value ranks among those of a window that ended some time before it."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)


@njit(types.float64[::1](_FLOATS, types.int64, types.int64, types.int64, types.int64), cache=True, nogil=True)
def lagged_ranks(x, window, lag, least, begin):
    """Of the values from `begin` on: which share of the `window` values up to the one `lag` before are smaller.

    Equal ones count half. NaN is no value; NaN where there is no value, or fewer than `least` to compare with.
    """
    rank = np.full(x.size - begin, np.nan)
    for i in range(begin, x.size):
        smaller, up_to, there = 0, 0, 0
        for j in range(max(i - lag - window + 1, 0), i - lag + 1):
            smaller += x[j] < x[i]
            up_to += x[j] <= x[i]
            there += x[j] == x[j]
        if x[i] == x[i] and there >= max(least, 1):
            rank[i - begin] = (smaller + up_to) / (2 * there)
    return rank
