"""Quantiles of the values in windows that only move forward, exact.

The quantile q of n values is the one of rank ceil(q n) from below (nearest rank), so it is a value that occurred; the
median is the usual one, halfway between the two in the middle if n is even.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_RO = types.Array(types.int64, 1, "C", readonly=True)


@njit(types.int64[::1](_RO, types.int64, _RO, _RO, _RO), cache=True, nogil=True)
def kth_of_windows(rank, ranks, first, after, k):
    """Per window, the rank of its k-th smallest item; -1 if it has no k-th.

    rank: of each item, below `ranks`. Window w holds the items from `first[w]` up to, not including, `after[w]`;
    neither ever falls, and `first[w] <= after[w]`. Counts of ranks lie in a Fenwick tree, so a step costs
    log(ranks).
    """
    found = np.empty(first.size, np.int64)
    tree = np.zeros(ranks + 1, np.int32)
    top = 1
    while 2 * top <= ranks:
        top *= 2
    low, high = 0, 0
    for w in range(first.size):
        while high < after[w]:
            at = rank[high] + 1
            while at <= ranks:
                tree[at] += 1
                at += at & -at
            high += 1
        while low < first[w]:
            at = rank[low] + 1
            while at <= ranks:
                tree[at] -= 1
                at += at & -at
            low += 1
        if not 1 <= k[w] <= high - low:
            found[w] = -1
            continue
        below, left, step = 0, k[w], top
        while step > 0:
            if below + step <= ranks and tree[below + step] < left:
                below += step
                left -= tree[below]
            step //= 2
        found[w] = below
    return found


def trailing_quantile(values, first, after, *, percentile, least):
    """(quantile, whether there is one) per window of `values`, as in `kth_of_windows`.

    percentile: of 100, counted in hundredths. A window of fewer than `least` values, or of none, has no quantile.
    """
    n = after - first
    k = -(-n * round(100 * percentile) // 10_000)
    sorted_values, rank = np.unique(values, return_inverse=True)
    at = kth_of_windows(rank, sorted_values.size, first, after, np.where(n >= least, k, 0))
    return _picked(sorted_values, at), at >= 0


def trailing_medians(values, first, after):
    """(the lower of the two middle values, the upper, whether there are any) per window; equal if it is one."""
    n = after - first
    sorted_values, rank = np.unique(values, return_inverse=True)
    lower = kth_of_windows(rank, sorted_values.size, first, after, (n + 1) // 2)
    upper = kth_of_windows(rank, sorted_values.size, first, after, n // 2 + 1)
    return _picked(sorted_values, lower), _picked(sorted_values, upper), n > 0


def _picked(sorted_values, at):
    """The values at ranks; whatever where the rank is -1."""
    return sorted_values[at] if sorted_values.size else np.zeros(at.size, sorted_values.dtype)
