"""The hour of the week: how large a value usually is in it."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR_MIN = 60
WEEK_H = 168
WEEK_MIN = WEEK_H * HOUR_MIN


def typical_before(x: Floats, first_minute: int, begin: int, window: int) -> Floats:
    """Per minute with a value from position `begin` on, the median of |x| among the minutes of its hour of the week in
    the `window` minutes before it, so far as they have a value; NaN if none has, and where there is no value.

    first_minute: number of position 0 since 1970. The minutes before it in its own hour count too.
    """
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    places = _by_hour(first_minute, x.size)
    places = places[~np.isnan(x[places])]
    # Windows that only move forward: an hour of the week never sees another's minutes.
    key = (first_minute + places) // HOUR_MIN % WEEK_H * (x.size + 1) + places
    after = np.flatnonzero(places >= begin)
    asked = places[after]
    first = np.searchsorted(key, key[after] - np.minimum(asked, window))
    lower, upper, has_any = trailing_medians(np.abs(x[places]), first, after)
    typical = np.full(x.size - begin, np.nan)
    typical[asked - begin] = np.where(has_any, (lower + upper) / 2, np.nan)
    return typical


def _by_hour(first_minute: int, size: int) -> Ints:
    """The positions, one hour of the week after the other, each in time."""
    before = first_minute % WEEK_MIN
    weeks = -(-(before + size) // WEEK_MIN)
    at = np.arange(weeks * WEEK_MIN).reshape(weeks, WEEK_H, HOUR_MIN).transpose(1, 0, 2).ravel() - before
    return at[(at >= 0) & (at < size)]
