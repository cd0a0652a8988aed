"""What refills look like that only chance strings together: delays, sizes and hidden executions, learnt from the past.

Learnt are the refills of chains that were over by then and had fewer than three: in these nobody posted again and
again. Each count begins at 1 (Laplace).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DELAY_MS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 150.0, 200.0, 250.0)
"""Bins of delays: up to and including the first, ..., beyond the last."""

BY_CHANCE = 2
"""Longest chains that count as chance."""


@dataclass(frozen=True, slots=True)
class SizeBins:
    """Bins of a refill's size over the peak: `exact` around 1, `near` outside of it, and wider ones.

    Raises ValueError unless 0 < exact < near < 0.25.
    """

    exact: float
    near: float

    def __post_init__(self) -> None:
        if not 0 < self.exact < self.near < 0.25:
            raise ValueError(f"expected 0 < size_tolerance < peak_spread < 0.25, got {self.exact}, {self.near}")

    @property
    def edges(self) -> Floats:
        near = (1 - self.near, 1 - self.exact, 1 + self.exact, 1 + self.near)
        return np.array((0.1, 0.25, 0.5, 0.75, *near, 4 / 3, 2.0, 4.0, 10.0))

    @property
    def is_peak(self) -> int:
        """The bin of sizes equal to the peak."""
        return 6

    def of(self, size: Floats, peak: Floats) -> Ints:
        """The bin of each size (lots): a lot off the peak is equal to it."""
        bins = np.searchsorted(self.edges, size / np.maximum(peak, 1))
        return np.where(np.abs(size - peak) <= np.maximum(self.exact * peak, 1), self.is_peak, bins)


@dataclass(frozen=True, slots=True)
class Chances:
    """Per fit (a row each): probability of each bin of delays and of sizes, and that an order executes hidden size."""

    delay: Floats
    size: Floats
    hidden: Floats


def chances(past: pl.DataFrame, n_bins: int, orders: Ints, times: Ints) -> Chances:
    """The chances at each time.

    past: refills with decided (when their chain was over, microseconds), length (of that chain), delay_bin, size_bin,
    is_hidden. orders: taker orders up to each time.
    """
    past = past.filter(pl.col("length") <= BY_CHANCE)
    shown, hidden = past.filter(~pl.col("is_hidden")), past.filter("is_hidden")
    n_hidden = _counts(hidden["decided"].to_numpy(), np.zeros(hidden.height, np.int64), 1, times)[:, 0]
    return Chances(
        _shares(_counts(shown["decided"].to_numpy(), shown["delay_bin"].to_numpy(), len(DELAY_MS) + 1, times)),
        _shares(_counts(shown["decided"].to_numpy(), shown["size_bin"].to_numpy(), n_bins, times)),
        np.minimum((n_hidden + 1) / (orders + 1), 1.0),
    )


def _counts(at: Ints, which: Ints, bins: int, times: Ints) -> Ints:
    """How many of each bin came at or before each time."""
    slot = np.searchsorted(times, at)
    return np.cumsum(np.bincount(slot * bins + which, minlength=(times.size + 1) * bins).reshape(-1, bins), axis=0)[:-1]


def _shares(counts: Ints) -> Floats:
    return (counts + 1) / (counts.sum(axis=1, keepdims=True) + counts.shape[1])
