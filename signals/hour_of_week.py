"""The hour of the week: how large a value usually is in it."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOUR_MIN = 60
WEEK_H = 168


def typical_before(x: Floats, first_minute: int, window: int) -> Floats:
    """Per minute with a value, the median of |x| among the minutes of its hour of the week in the `window` minutes
    before it, so far as they have a value; NaN if none has, and where there is no value.

    first_minute: number of position 0 since 1970. The minutes before it in its own hour count too.
    """
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    places = np.flatnonzero(~np.isnan(x))
    hour = (first_minute + places) // HOUR_MIN % WEEK_H
    # One hour of the week after the other, each in time: windows that only move forward.
    key = hour * (x.size + 1) + places
    order = np.argsort(key)
    begin = key - np.minimum(places, window)
    first = np.searchsorted(key[order], begin[order])
    lower, upper, has_any = trailing_medians(np.abs(x[places[order]]), first, np.arange(order.size))
    typical = np.full(x.size, np.nan)
    typical[places[order]] = np.where(has_any, (lower + upper) / 2, np.nan)
    return typical
