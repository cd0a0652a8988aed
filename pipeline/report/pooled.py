"""A line of few points that still shows every extreme and every hole."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST: Final = 4_000
"""Points of a line on a page."""


def pooled(times: Floats, values: Floats, *, step: float, most: int = MOST) -> tuple[Floats, Floats]:
    """At most `most` points of a line: of each bin its lowest, its highest, and its first hole, in order of time.

    A hole is a NaN; one is put in where the next time is more than one and a half `step` away. times: ascending.
    """
    times, values = _with_holes(times, values, step)
    if times.size <= most:
        return times, values
    kept: list[int] = []
    for part in np.array_split(np.arange(times.size), most // 3):
        of_part = values[part]
        holes = np.isnan(of_part)
        if not holes.all():
            kept += [part[np.nanargmin(of_part)], part[np.nanargmax(of_part)]]
        if holes.any():
            kept.append(part[np.argmax(holes)])
    at = np.unique(kept)
    return times[at], values[at]


def _with_holes(times: Floats, values: Floats, step: float) -> tuple[Floats, Floats]:
    after = np.flatnonzero(np.diff(times) > 1.5 * step) + 1
    return np.insert(times, after, times[after - 1] + step), np.insert(values, after, np.nan)


def stretches(times: Floats, is_on: NDArray[np.bool_], *, step: float) -> tuple[Floats, Floats]:
    """Beginnings and ends of the runs of bars that are on, of length `step`.

    A bar is told at its end, so what it tells holds from its time on until the next bar's: never before it was known.
    """
    if not is_on.any():
        return np.array([]), np.array([])
    on = times[is_on]
    breaks = np.flatnonzero(np.diff(on) > 1.5 * step)
    first, last = np.concatenate(([0], breaks + 1)), np.concatenate((breaks, [on.size - 1]))
    return on[first], on[last] + step
