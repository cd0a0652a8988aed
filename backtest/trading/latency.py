"""From a decision to the book it meets: known, sent, at the venue, at the first book there is."""

import numpy as np
from numpy.typing import NDArray

from signals.bars import MILLISECOND, SECOND

Ints = NDArray[np.int64]


def arrival(known: int, latency_ms: float) -> int:
    """When (microseconds) an order is at the venue that is sent when its reason is known."""
    if latency_ms < 0:
        raise ValueError(f"expected a latency of 0 or more, got {latency_ms} ms")
    return known + round(latency_ms * MILLISECOND)


def books_met(ends: Ints, arrives: int, *, patience_s: float) -> range:
    """Of the seconds with a book (`ends`, ascending), those from the arrival on that the order may meet, in order.

    It meets the first whole second from its arrival on, and waits `patience_s` beyond; `inf`: as long as it takes.
    """
    second = -(-arrives // SECOND) * SECOND
    first = int(np.searchsorted(ends, second))
    last = second + patience_s * SECOND
    return range(first, int(np.searchsorted(ends, last, side="right")) if np.isfinite(last) else ends.size)
