"""Median of moving windows and median distance from it (MAD), exact: each window is kept in order."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_INTS = types.Array(types.int64, 1, "C", readonly=True)


@njit(types.Tuple((types.float64[::1], types.float64[::1]))(_FLOATS, _INTS, _INTS), cache=True, nogil=True)
def trailing_mad(x, first, after):
    """(median, median distance from it) per window of `x`; NaN for a window without values.

    Window w holds the values from `first[w]` up to, not including, `after[w]`; neither ever falls, and
    `first[w] <= after[w]`. No value is NaN. Of an even number of values the median is halfway between the middle two.
    """
    most = 0
    for w in range(first.size):
        most = max(most, after[w] - first[w])
    kept = np.empty(most + 1)
    median, distance = np.full(first.size, np.nan), np.full(first.size, np.nan)
    low, high, n = 0, 0, 0
    for w in range(first.size):
        while low < first[w] or high < after[w]:
            if high <= low < first[w]:  # it never was in a window
                low, high = low + 1, max(high, low + 1)
            elif low < first[w] and high < after[w]:  # one goes, one comes: what lies between them moves
                out, new = np.searchsorted(kept[:n], x[low]), np.searchsorted(kept[:n], x[high])
                while out + 1 < new:
                    kept[out] = kept[out + 1]
                    out += 1
                while out > new:
                    kept[out] = kept[out - 1]
                    out -= 1
                kept[out] = x[high]
                low, high = low + 1, high + 1
            elif low < first[w]:
                out = np.searchsorted(kept[:n], x[low])
                for at in range(out, n - 1):
                    kept[at] = kept[at + 1]
                low, n = low + 1, n - 1
            else:
                new = np.searchsorted(kept[:n], x[high])
                for at in range(n, new, -1):
                    kept[at] = kept[at - 1]
                kept[new] = x[high]
                high, n = high + 1, n + 1
        if n == 0:
            continue
        middle = (kept[(n - 1) // 2] + kept[n // 2]) / 2
        lower = 0.0
        for rank in ((n + 1) // 2, n // 2 + 1):
            begin, end = 0, n - rank  # the `rank` nearest to the middle lie side by side
            while begin < end:
                at = (begin + end) // 2
                if middle - kept[at] > kept[at + rank] - middle:
                    begin = at + 1
                else:
                    end = at
            furthest = max(middle - kept[begin], kept[begin + rank - 1] - middle)
            if rank == (n + 1) // 2:
                lower = furthest
            distance[w] = (lower + furthest) / 2
        median[w] = middle
    return median, distance
