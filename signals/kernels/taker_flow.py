"""Prints of one market summed by bar: taker volume, prints, orders and signed notional, in integers."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

BUY, SELL, PRINTS, ORDERS, NET, COLUMNS = range(6)
"""Rows of `out`: lots bought and sold by takers, prints, merged taker orders, signed ticks x lots."""

TS, SIDE, PX, ORDER, FIELDS = range(5)
"""State: the last counted print (SIDE 0: none yet), ORDER -1 = it named no order."""

TOO_LARGE = float(1 << 61)

_RO = types.Array(types.int64, 1, "C", readonly=True)
_SIDES = types.Array(types.int8, 1, "C", readonly=True)


@njit(
    types.int64(_RO, _RO, _SIDES, _RO, _RO, _RO, types.int64[::1], types.int64[:, ::1]),
    cache=True,
    nogil=True,
)
def add_prints(ts, bar, side, px, lots, order, state, out):
    """Add prints to their bars; return -1, or the first row whose notional no integer can hold.

    ts: microseconds, ascending; bar: column of `out`, negative or beyond it = outside; side: +1 the taker
    bought, -1 sold, 0 = not a print to count; px: ticks; order: taker's order id, -1 if not published.
    Prints are of one taker order if consecutive and of equal id, or, lacking ids, of equal time and side
    and the price does not come back: a taker who buys never pays less than the print before. An order
    counts in the bar of its first print.
    """
    for i in range(ts.size):
        if side[i] == 0:
            continue
        if state[ORDER] >= 0 and order[i] >= 0:
            is_same = state[ORDER] == order[i]
        else:
            against = (px[i] - state[PX]) * side[i] < 0
            is_same = ts[i] == state[TS] and side[i] == state[SIDE] and not against
        state[TS], state[SIDE], state[PX], state[ORDER] = ts[i], side[i], px[i], order[i]
        at = bar[i]
        if not 0 <= at < out.shape[1]:
            continue
        if np.float64(px[i]) * np.float64(lots[i]) > TOO_LARGE:
            return i
        out[BUY if side[i] > 0 else SELL, at] += lots[i]
        out[PRINTS, at] += 1
        out[NET, at] += side[i] * px[i] * lots[i]
        if not is_same:
            out[ORDERS, at] += 1
        if abs(out[NET, at]) > TOO_LARGE:
            return i
    return -1
