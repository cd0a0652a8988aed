"""Stretches of time, apart and in their order, and how much of each bar lies in them."""

import numpy as np
from numpy.typing import NDArray

from signals.window_sums import running

Ints = NDArray[np.int64]


def time_inside(begins: Ints, lengths: Ints, ends: Ints, width: int) -> Ints:
    """Microseconds that each bar, `width` long up to its end, has in common with the stretches."""
    if not begins.size:
        return np.zeros(ends.size, np.int64)
    total = running(lengths)

    def before(ts: Ints) -> Ints:
        """Microseconds inside before each time."""
        k = np.searchsorted(begins, ts, side="right")
        last = np.maximum(k - 1, 0)
        return np.where(k > 0, total[last] + np.clip(ts - begins[last], 0, lengths[last]), 0)

    return before(ends) - before(ends - width)
