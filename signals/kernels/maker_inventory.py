"""The leaky inventory by minute, and where a value ranks among those before it."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)


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


@njit(types.float64[::1](_FLOATS, types.int64, types.int64), cache=True, nogil=True)
def mid_ranks(x, window, begin):
    """Of the values from `begin` on: which share of the `window` values before are smaller, equal ones counting half.

    NaN is no value; NaN where there is no value, or none before.
    """
    rank = np.full(x.size - begin, np.nan)
    values = np.zeros(x.size + 1, np.int64)
    for i in range(x.size):
        values[i + 1] = values[i] + (x[i] == x[i])
    for i in range(begin, x.size):
        now, past = x[i], x[max(i - window, 0) : i]
        smaller, up_to = 0, 0  # counting all is vectorised, and faster here than keeping them in order
        for j in range(past.size):
            smaller += past[j] < now
            up_to += past[j] <= now
        before = values[i] - values[max(i - window, 0)]
        if before > 0 and now == now:
            rank[i - begin] = (smaller + up_to) / (2 * before)
    return rank
