"""What happens by chance alone: wins without an edge, prices touched, scores beyond their nominal share."""

from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_YEAR_S = 365 * 86_400
_AT_ONCE = 2_000_000


def zero_edge_win_rate(*, stop: float, target: float) -> float:
    """Share of wins of a fair game that ends at +target or -stop (both > 0, one unit): the geometry of the exits."""
    if not (stop > 0 and target > 0):
        raise ValueError(f"need stop and target above 0, got {stop} and {target}")
    return stop / (stop + target)


def touch_probability(*, distance: float, annual_vol: float, seconds: float) -> float:
    """Probability that a Brownian log price comes `distance` (> 0) below, or above, its start within `seconds`.

    Reflection principle: 2 Phi(-distance / (sigma sqrt(T))), a year of 365 days. A path seen now and then gives less.
    """
    if not (distance > 0 and annual_vol > 0 and seconds > 0):
        raise ValueError("need distance, annual_vol and seconds above 0")
    return 2 * NormalDist().cdf(-distance / (annual_vol * sqrt(seconds / _YEAR_S)))


def exceedance(x: Floats, *, window: int, threshold: float) -> float:
    """Share of places where |z| > threshold, z by mean and deviation (ddof 1) of the `window` places before it.

    4.6 % is nominal for 2 of normal noise, but a series with memory leaves its own window far more often. Places
    with NaN in reach, or a constant window, are not counted; NaN if none are left.
    """
    if window < 2:
        raise ValueError(f"need a window of 2 places or more, got {window}")
    beyond = count = 0
    step = max(1, _AT_ONCE // window)
    for first in range(window, x.size, step):
        now = x[first : first + step]
        past = sliding_window_view(x[first - window : first + now.size - 1], window)
        away, sd = now - past.mean(axis=1), past.std(axis=1, ddof=1)
        seen = np.isfinite(away) & (sd > 0)
        beyond += int((np.abs(away[seen]) > threshold * sd[seen]).sum())
        count += int(seen.sum())
    return beyond / count if count else float("nan")
