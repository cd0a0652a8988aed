"""Moments of trailing windows: stable, linear in time, and of the same bits wherever the data begin.

Time is cut into blocks of one window's length, anchored in absolute time. A window is the end of one block and the
beginning of the next; the moments of every end and every beginning are summed up once (Welford 1962) and the two
joined (Chan, Golub and LeVeque 1983). Nothing is ever subtracted, so nothing drifts.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)


@njit(
    types.Tuple((types.int64[::1], types.float64[::1], types.float64[::1]))(_FLOATS, _FLAGS, types.int64, types.int64),
    cache=True,
    nogil=True,
)
def trailing_moments(x, is_there, window, first):
    """(how many, mean, sum of squared distances from it) of the values in the window before each position.

    The window of position i holds the values from i - window to i - 1 that are there; what lies before the array
    is not. first: number of position 0 in absolute time, not negative.
    """
    size = x.size
    count, mean, spread = np.empty(size, np.int64), np.empty(size), np.empty(size)
    end_n, end_mean, end_spread = np.empty(size, np.int64), np.empty(size), np.empty(size)
    n, m, s = 0, 0.0, 0.0
    for i in range(size - 1, -1, -1):  # of each block, from i to its end
        if (first + i + 1) % window == 0:
            n, m, s = 0, 0.0, 0.0
        if is_there[i]:
            n += 1
            d = x[i] - m
            m += d / n
            s += d * (x[i] - m)
        end_n[i], end_mean[i], end_spread[i] = n, m, s
    n, m, s = 0, 0.0, 0.0
    for i in range(size):  # of each block, from its beginning to i - 1
        into = (first + i) % window
        if into == 0:
            n, m, s = 0, 0.0, 0.0
        begin = max(i - window, 0)
        if begin < i - into and end_n[begin] > 0:
            before = end_n[begin]
            d = m - end_mean[begin]
            count[i] = before + n
            mean[i] = end_mean[begin] + d * n / (before + n)
            spread[i] = end_spread[begin] + s + d * d * before * n / (before + n)
        else:
            count[i], mean[i], spread[i] = n, m, s
        if is_there[i]:
            n += 1
            d = x[i] - m
            m += d / n
            s += d * (x[i] - m)
    return count, mean, spread
