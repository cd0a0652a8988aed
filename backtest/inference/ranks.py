"""Ranks, with equal values sharing the middle of theirs."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mid_ranks(x: Floats) -> Floats:
    """Ranks 1 to n of x (n,), no NaN; equal values share their mean rank."""
    order = np.argsort(x)
    ordered = x[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, x.size)
    begins = np.concatenate([[0], ends[:-1]])
    ranks = np.empty(x.size)
    ranks[order] = np.repeat((begins + ends + 1) / 2, ends - begins)
    return ranks
