"""What takers did at a price after its last refill."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

NOTHING, TAKEN, PASSED, WITHDRAWN = range(4)
"""No order took all that stood there or went beyond; one took it all; takers went through it and beyond; takers went
beyond and met nothing."""

_RO = types.Array(types.int64, 1, "C", readonly=True)
_FLAG = types.Array(types.boolean, 1, "C", readonly=True)


@njit(types.int64[::1](_RO, _RO, _RO, _RO, _RO, _RO, _RO, _RO, _FLAG), cache=True, nogil=True)
def what_followed(after, until, side, px, ts, order_side, first, last, is_whole):
    """Per price watched, what came of it.

    after, until: watched in (after, until], microseconds; side, px: +1 bid or -1 ask, ticks. ts (ascending),
    order_side, first, last: taker orders, +1 bought, with the ticks of their first and last print; is_whole: it hit
    one price and took all that was displayed.
    """
    found = np.zeros(after.size, np.int64)
    for j in range(after.size):
        stands = side[j] * px[j]
        for i in range(np.searchsorted(ts, after[j], "right"), np.searchsorted(ts, until[j], "right")):
            if order_side[i] == side[j]:
                continue
            begins, ends = side[j] * first[i], side[j] * last[i]  # takers go from higher to lower numbers
            if ends < stands:
                met = begins >= stands or found[j] == TAKEN
                found[j] = PASSED if met else WITHDRAWN
                break
            if begins == stands and ends == stands and is_whole[i]:
                found[j] = TAKEN
    return found
