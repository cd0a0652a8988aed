"""Pairs of orders of one size that came soon after each other."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_INTS = types.Array(types.int64, 1, "C", readonly=True)


@njit(
    types.int64[:, ::1](_INTS, _INTS, _INTS, _INTS, types.int64, types.int64, types.int64),
    cache=True,
    nogil=True,
)
def size_pairs(ts, lots, px, reach, gap_us, most_between, day_us):
    """(2, pairs): the first and the second order of every pair, by second, then first.

    Orders come by time `ts`. Two are a pair if they lie less than `gap_us` apart within one day of `day_us`, at most
    `most_between` others came between them, their sizes differ by at most a lot, and their prices by at most `reach`
    (of the first).
    """
    found = np.empty((2, 1024), np.int64)
    n = 0
    for second in range(ts.size):
        for first in range(max(second - 1 - most_between, 0), second):
            if ts[second] - ts[first] >= gap_us or ts[second] // day_us != ts[first] // day_us:
                continue
            if abs(lots[second] - lots[first]) > 1 or abs(px[second] - px[first]) > reach[first]:
                continue
            if n == found.shape[1]:
                wider = np.empty((2, 2 * n), np.int64)
                wider[:, :n] = found
                found = wider
            found[0, n], found[1, n] = first, second
            n += 1
    return found[:, :n].copy()
