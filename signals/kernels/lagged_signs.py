"""Sums over pairs of signs a number of places apart, in windows that only move forward. All integers: exact."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

PRODUCTS, EARLIER, LATER, PAIRS, ROWS = range(5)
"""Rows of the sums: products of both signs, earlier signs, later signs, how many pairs."""

_RO = types.Array(types.int64, 1, "C", readonly=True)
_SIGNS = types.Array(types.int8, 1, "C", readonly=True)


@njit(types.int64[:, :, ::1](_SIGNS, _RO, _RO, _RO, _RO), cache=True, nogil=True)
def lagged_sums(sign, since, lags, first, after):
    """Sums (row, window, lag) over the pairs (t - lag, t) with both places in the window and on one stretch.

    since: of each place, the first one of its stretch. Window w holds the places from `first[w]` up to, not including,
    `after[w]`; neither ever falls. A window with fewer places than the lag has no pairs.
    """
    sums = np.zeros((ROWS, first.size, lags.size), np.int64)
    for column in range(lags.size):
        lag = lags[column]
        products, earlier, later, pairs = 0, 0, 0, 0
        low, high = 0, 0  # pairs whose later place is below `high` were added, below `low` taken away
        for w in range(first.size):
            while high < after[w]:
                if high - lag >= since[high]:
                    products += sign[high - lag] * sign[high]
                    earlier += sign[high - lag]
                    later += sign[high]
                    pairs += 1
                high += 1
            while low < min(first[w] + lag, sign.size):
                if low - lag >= since[low]:
                    products -= sign[low - lag] * sign[low]
                    earlier -= sign[low - lag]
                    later -= sign[low]
                    pairs -= 1
                low += 1
            if low < high:
                sums[PRODUCTS, w, column] = products
                sums[EARLIER, w, column] = earlier
                sums[LATER, w, column] = later
                sums[PAIRS, w, column] = pairs
    return sums
