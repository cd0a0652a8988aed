"""The leaky inventory by minute, and where a value ranks among those before it."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_RANKS = types.Array(types.int64, 1, "C", readonly=True)

_BLOCK = 1 << 14


@njit(
    types.Tuple((types.float64[::1], types.float64[::1]))(_FLOATS, _FLOATS, types.float64, types.int64, types.int64),
    cache=True,
    nogil=True,
)
def leak(flow, covered, kept, memory, day):
    """(inventory, share of the leak's weight that was covered) at each position's end.

    inventory = kept * inventory before + flow. Every day, of `day` positions from position 0 on, is summed up from 0,
    `memory` positions before it begins, so it turns on these and on nothing before. flow: 0 where unknown; covered:
    share of the position that is known, 0 to 1.
    """
    inventory, confidence = np.empty(flow.size), np.empty(flow.size)
    for begin in range(0, flow.size, day):
        held, known = 0.0, 0.0
        for i in range(max(begin - memory, 0), min(begin + day, flow.size)):
            held = held * kept + flow[i]
            known = known * kept + (1.0 - kept) * covered[i]
            if i >= begin:
                inventory[i], confidence[i] = held, known
    return inventory, confidence


def mid_ranks(x, window, begin):
    """Of the values from `begin` on: which share of the `window` values before are smaller, equal ones counting half.

    NaN is no value; NaN where there is no value, or none before. Block by block, so that the ranks of what matters fit
    the processor's cache.
    """
    block = max(window, _BLOCK)
    blocks = (_mid_ranks(x[: first + block], window, first) for first in range(begin, x.size, block))
    return np.concatenate([np.empty(0), *blocks])


def _mid_ranks(x, window, begin):
    """`mid_ranks` at once."""
    early = max(begin - window, 0)
    seen = ~np.isnan(x[early:])
    values, rank = np.unique(x[early:][seen], return_inverse=True)
    ranks = np.full(seen.size, -1, np.int64)
    ranks[seen] = rank
    return shares_below(ranks, values.size, window, begin - early)


@njit(types.float64[::1](_RANKS, types.int64, types.int64, types.int64), cache=True, nogil=True)
def shares_below(rank, ranks, window, begin):
    """Per position from `begin` on: share of the `window` before with a lower rank, equal ones counting half.

    rank: below `ranks`, -1 where there is none. Counts of ranks lie in a Fenwick tree, so a step costs log(ranks).
    """
    share = np.full(rank.size - begin, np.nan)
    tree, equal = np.zeros(ranks + 1, np.int32), np.zeros(ranks, np.int32)
    held = 0
    for i in range(rank.size):
        for j, step in ((i - 1, 1), (i - 1 - window, -1)):  # what comes into the window, and what leaves it
            if j >= 0 and rank[j] >= 0:
                held += step
                equal[rank[j]] += step
                at = rank[j] + 1
                while at <= ranks:
                    tree[at] += step
                    at += at & -at
        if i >= begin and held > 0 and rank[i] >= 0:
            smaller, at = 0, rank[i]
            while at > 0:
                smaller += tree[at]
                at -= at & -at
            share[i - begin] = (2 * smaller + equal[rank[i]]) / (2 * held)
    return share
