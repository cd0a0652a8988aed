"""What seconds and events say of whole minutes: the last value, the largest, the sum, and how many there are.

A minute ends at `end`: of seconds it holds those with a bar_end in (end - 1 min, end], of events those with an
event_ts in [end - 1 min, end). Both are given here as the time from which they lie before an end: bar_end - 1, or
event_ts. NaN is no value.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.bars import MINUTE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Values in order of time, and where each minute's begin and end among them."""

    values: Floats
    weights: Ints
    first: Ints
    after: Ints

    @classmethod
    def of(cls, ends: Ints, ts: Ints, values: Floats, weights: Ints | None = None) -> "Minutes":
        """ts: microseconds, ascending; rows without a value are dropped. weights: what each counts, if not 1."""
        there = ~np.isnan(values)
        ts, values = ts[there], np.ascontiguousarray(values[there])
        weights = np.ones(ts.size, np.int64) if weights is None else weights[there]
        return cls(values, weights, np.searchsorted(ts, ends - MINUTE), np.searchsorted(ts, ends))

    @property
    def count(self) -> Ints:
        """Sum of the weights."""
        running = np.concatenate(([0], np.cumsum(self.weights)))
        return running[self.after] - running[self.first]

    @property
    def _size(self) -> Ints:
        return self.after - self.first

    def last(self) -> Floats:
        """The latest of each minute; NaN where there is none."""
        if not self.values.size:
            return np.full(self.first.size, np.nan)
        return np.where(self._size > 0, self.values[np.maximum(self.after - 1, 0)], np.nan)

    def largest(self) -> Floats:
        """NaN where there is none."""
        return self._reduced(np.maximum)

    def total(self) -> Floats:
        """The sum, added up in order of time; NaN where there is none."""
        return self._reduced(np.add)

    def mean(self) -> Floats:
        """NaN where there is none."""
        return self.total() / np.maximum(self._size, 1)

    def _reduced(self, how: np.ufunc) -> Floats:
        made, rows = np.full(self.first.size, np.nan), np.flatnonzero(self._size)
        if rows.size:
            # Pairs of bounds: each minute, and the (maybe empty) stretch up to the next one.
            bounds = np.stack((self.first[rows], self.after[rows]), axis=1).ravel()
            padded = np.append(self.values, 0.0)  # a bound may lie behind the last value
            made[rows] = how.reduceat(padded, bounds)[::2]
        return made
