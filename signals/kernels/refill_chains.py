"""Chains: refills of one side that follow each other at one price, or at a price that moves by a tick."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_RO = types.Array(types.int64, 1, "C", readonly=True)


@njit(inline="always")
def _stands(j, i, ts, cut, gap_us):
    """Whether the chain whose last refill is j (-1: there is none) may go on with refill i."""
    return j >= 0 and ts[i] - ts[j] <= gap_us and ts[j] >= cut[i]


@njit(types.int64[::1](_RO, _RO, _RO, _RO, _RO, _RO, types.int64), cache=True, nogil=True)
def follow_chains(ts, taken, cut, place, above, below, gap_us):
    """Per refill, the number of its chain; chains are numbered from 0 as they begin.

    ts, taken: when it showed and when takers had taken before, microseconds, ts ascending; cut: no chain reaches
    back beyond it; place: one number for each side and price; above, below: of each place, that of the same side a
    tick higher and lower, -1 if nothing was ever refilled there.

    A chain stands at the price of its last refill while that is at most `gap_us` old and not cut off. A refill
    continues the chain that stands at its price. If none does, it continues one that stands a tick away, provided
    the last refill of that showed before takers took what is refilled now; of two such, the one refilled last.
    """
    chain = np.empty(ts.size, np.int64)
    last = np.full(above.size, -1, np.int64)
    begun = 0
    for i in range(ts.size):
        here = place[i]
        found = here if _stands(last[here], i, ts, cut, gap_us) else -1
        if found < 0:
            for there in (above[here], below[here]):
                if there < 0 or not _stands(last[there], i, ts, cut, gap_us) or ts[last[there]] >= taken[i]:
                    continue
                if found < 0 or last[there] > last[found]:
                    found = there
        if found < 0:
            chain[i] = begun
            begun += 1
        else:
            chain[i] = chain[last[found]]
            last[found] = -1
        last[here] = i
    return chain
