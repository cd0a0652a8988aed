"""Ranks, with equal values sharing the middle of theirs."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mid_ranks(x: Floats) -> Floats:
    """Ranks 1 to n of x (n,), no NaN; equal values share their mean rank."""
    ordered = np.sort(x)
    before = np.searchsorted(ordered, x, side="left")
    up_to = np.searchsorted(ordered, x, side="right")
    return (before + up_to + 1) / 2
