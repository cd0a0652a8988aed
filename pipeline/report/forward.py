"""Returns of the mid after a moment, from the seconds of a book."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from backtest.mids import Mids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_UNKNOWN: Final = 60
"""Seconds without an OK book that a return may span."""


def forward_returns(mids: Mids, since: Ints, horizon_s: int) -> Floats:
    """Log return from the first second that ends at or after each moment (microseconds) over the horizon.

    NaN where either end has no OK book, or too much between them has none.
    """
    begin = mids.place(since)
    end = begin + horizon_s
    gone = horizon_s + 1 - mids.known(end, horizon_s + 1)
    return np.where(gone <= _MOST_UNKNOWN, mids.at(end) - mids.at(begin), np.nan)
