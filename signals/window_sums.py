"""Exact sums over windows of whole numbers: a window is a stretch of rows, its sum a difference of running sums."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def running(values: Ints | NDArray[np.bool_]) -> Ints:
    """Sum of the values before each row, and of all; of flags, how many are set."""
    return np.concatenate(([0], np.cumsum(values)))


def within(sums: Ints, first: Ints, after: Ints) -> Ints:
    """Sum over the rows from `first` up to, not including, `after`; `sums` is `running` of the values."""
    return sums[after] - sums[first]


def sum_between(values: Ints | NDArray[np.bool_], first: Ints, after: Ints) -> Ints:
    """The same of the values themselves."""
    return within(running(values), first, after)


def values_before(values: Floats, at: Ints, window: int) -> Ints:
    """How many of the `window` positions before each of `at` have a value; NaN is none."""
    return sum_between(~np.isnan(values), np.maximum(at - window, 0), at)
