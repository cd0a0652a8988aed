"""Slopes of a straight line through the points of windows, with errors that allow for dependence in time.

Ordinary least squares with an intercept. With e the residuals and s_t = (x_t - mean x) e_t, 0 where a point is missing,
the variance of the slope is that of Newey and West (1987), Bartlett weights up to a lag L, with n / (n - 2) for the two
estimated numbers: n / (n - 2) * (sum s_t^2 + 2 sum_l (1 - l / (L + 1)) sum_t s_t s_(t-l)) / (sum (x_t - mean x)^2)^2.
Each window is summed up on its own, so its bits do not depend on where the data begin.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
_INTS = types.Array(types.int64, 1, "C", readonly=True)


@njit(
    types.UniTuple(types.float64[::1], 3)(_FLOATS, _FLOATS, _FLAGS, _INTS, _INTS, types.int64), cache=True, nogil=True
)
def slopes(x, y, is_there, first, after, lag):
    """(slope of y on x, its standard error, r2) per window of the positions from `first` up to, not including, `after`.

    Positions are equally far apart in time. NaN with fewer than three points, or where x is the same in all of them;
    r2 also where y is.
    """
    slope, error, r2 = np.full(first.size, np.nan), np.full(first.size, np.nan), np.full(first.size, np.nan)
    for w in range(first.size):
        n, sum_x, sum_y = 0, 0.0, 0.0
        low, high = np.inf, -np.inf
        for i in range(first[w], after[w]):
            if is_there[i]:
                n, sum_x, sum_y = n + 1, sum_x + x[i], sum_y + y[i]
                low, high = min(low, x[i]), max(high, x[i])
        if n < 3 or low == high:
            continue
        mean_x, mean_y = sum_x / n, sum_y / n
        xx, xy, yy = 0.0, 0.0, 0.0
        for i in range(first[w], after[w]):
            if is_there[i]:
                dx, dy = x[i] - mean_x, y[i] - mean_y
                xx, xy, yy = xx + dx * dx, xy + dx * dy, yy + dy * dy
        b = xy / xx
        score = np.zeros(after[w] - first[w])
        for i in range(first[w], after[w]):
            if is_there[i]:
                dx = x[i] - mean_x
                score[i - first[w]] = dx * (y[i] - mean_y - b * dx)
        spread = 0.0
        for k in range(min(lag, score.size - 1) + 1):
            together = 0.0
            for i in range(k, score.size):
                together += score[i] * score[i - k]
            spread += together if k == 0 else 2 * (1 - k / (lag + 1)) * together
        slope[w] = b
        error[w] = np.sqrt(max(spread, 0.0) * n / (n - 2)) / xx
        if yy > 0:
            r2[w] = min(xy * xy / (xx * yy), 1.0)
    return slope, error, r2
