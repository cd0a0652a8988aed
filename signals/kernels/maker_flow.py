"""What makers received from taker orders, by minute: plain, capped, and decayed to the minute's end."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

NET, COUNTED, CAPPED, ROWS = range(4)
"""Rows of `sums`: lots makers received; the same with each order counted up to its cap; lots beyond the caps."""

NO_CAP = np.iinfo(np.int64).max

_RO = types.Array(types.int64, 1, "C", readonly=True)
_SIDES = types.Array(types.int8, 1, "C", readonly=True)


@njit(
    types.void(_RO, _SIDES, _RO, _RO, _RO, _RO, types.int64[:, ::1], types.float64[:, ::1]),
    cache=True,
    nogil=True,
)
def add_orders(bar, side, lots, cap, left_us, half_life_us, sums, decayed):
    """Add orders, in order of time, to their bars.

    bar: column of `sums` and `decayed`; side: +1 the taker bought, so makers sold; cap: lots an order counts at
    most; left_us: from the order to the bar's end. Row h of `decayed` is what is left of the counted lots at the
    bar's end if they halve every `half_life_us[h]`.
    """
    for i in range(bar.size):
        counted = min(lots[i], cap[i])
        sums[NET, bar[i]] -= side[i] * lots[i]
        sums[COUNTED, bar[i]] -= side[i] * counted
        sums[CAPPED, bar[i]] += lots[i] - counted
        for h in range(half_life_us.size):
            decayed[h, bar[i]] -= side[i] * counted * 2.0 ** (-left_us[i] / half_life_us[h])
