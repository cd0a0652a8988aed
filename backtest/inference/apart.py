"""Stretches of time that do not overlap, taken in order: each is an observation, or a position, of its own."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def apart(begin: Ints, end: Ints) -> Ints:
    """Places of the first stretch, and of each next one that begins when the last one taken had ended, or later.

    begin, end: (n,), one unit of time, in order of `begin`; ends are outside.
    """
    chosen, place = [], 0
    while place < begin.size:
        chosen.append(place)
        place = max(place + 1, int(np.searchsorted(begin, end[place])))
    return np.array(chosen, np.int64)
