"""How much of each minute lies outside gaps, from the seconds of a table that says so."""

import numpy as np
from numpy.typing import NDArray

from signals.bars import MINUTE, SECOND
from signals.window_sums import sum_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def minute_coverage(second: Ints, covered: Floats, ends: Ints) -> Floats:
    """Mean coverage of the seconds of the minutes up to `ends`; a second without a row is not covered.

    second: ends of the seconds (microseconds, ascending); covered: their coverages, 0 to 1.
    """
    first, after = (np.searchsorted(second, times, side="right") for times in (ends - MINUTE, ends))
    return sum_between(np.rint(covered * SECOND).astype(np.int64), first, after) / MINUTE
