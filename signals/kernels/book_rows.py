"""Rows of a book message for the book kernel: flags, whole ticks and whole lots."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

BID = 1
"""The level is a bid (else an ask)."""
SNAPSHOT = 2
"""The row belongs to a message that replaces the book."""
IGNORE = 4
"""The row must not touch the book, but time has passed."""
FIRST = 8
"""First row of a message."""
BREAKS = 16
"""The book is unusable from this message on."""
BRIDGES = 32
"""The book is usable once the messages of this instant are applied."""

_TIMES = types.Array(types.int64, 1, "C", readonly=True)
_SIDES = types.Array(types.int8, 1, "C", readonly=True)
_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_SIGNATURE = types.int64(
    _TIMES, _SIDES, _FLOATS, _FLOATS, _TIMES, types.uint8[::1], types.int64, types.int64, types.int64,
    types.float64, types.float64, types.float64, types.uint8[::1], types.int64[::1], types.int64[::1],
)  # fmt: skip


@njit(_SIGNATURE, cache=True, nogil=True)
def whole_rows(ts, side, price, qty, starts, marks, message, begin, end, scale, tick, lots_per_unit, flag, px, lots):
    """Translate rows [begin, end) into flag, px and lots (from index 0); return the first bad row or -1.

    ts: microseconds, never decreasing. starts: first row of each message, from 0; marks: its flag
    bits; message: the one that holds row `begin`. A price is a whole number of `tick` / `scale`, a
    quantity of 1 / lots_per_unit. Bad: time goes back, a price is off the grid or not positive, a
    quantity is negative or finer than a lot, or either is too large for a double to hold exactly.
    """
    following = starts[message + 1] if message + 1 < starts.size else ts.size
    for i in range(begin, end):
        if i == following:
            message += 1
            following = starts[message + 1] if message + 1 < starts.size else ts.size
        mark = marks[message] if i == starts[message] else marks[message] & (255 - FIRST)
        k = i - begin
        if i > 0 and ts[i] < ts[i - 1]:
            return i
        if side[i] == 0:
            flag[k], px[k], lots[k] = mark | IGNORE, 0, 0
            continue
        x = price[i] * scale
        if tick != 1.0:
            x /= tick
        y = qty[i] * lots_per_unit
        whole_x, whole_y = np.rint(x), np.rint(y)
        # Written so that NaN fails; the tolerance is the rounding error of the product.
        if not (abs(x - whole_x) <= 1e-6 + 4e-16 * x and x > 0.5 and x < 9e15):
            return i
        if not (abs(y - whole_y) <= 1e-6 + 4e-16 * y and y >= 0.0 and y < 9e15):
            return i
        flag[k] = mark | BID if side[i] > 0 else mark
        px[k] = types.int64(whole_x)
        lots[k] = types.int64(whole_y)
    return -1
