"""What seconds and events say of whole minutes: the last value, the largest, the sum, and how many there are.

A minute ends at `end`: of seconds it holds those with a bar_end in (end - 1 min, end], of events those with an
event_ts in [end - 1 min, end). Both are given here as the time from which they lie before an end: bar_end - 1, or
event_ts. NaN is no value, and nothing is carried over one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.bars import MINUTE
from signals.window_sums import sum_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Rows in order of time, where each minute's begin and end among them, and what each counts."""

    ends: Ints
    ts: Ints
    values: Floats
    weights: Ints
    first: Ints
    after: Ints

    @classmethod
    def of(cls, ends: Ints, ts: Ints, values: Floats, weights: Ints | None = None) -> "Minutes":
        """ts: microseconds, ascending; weights: what each row with a value counts, if not 1."""
        there = ~np.isnan(values)
        counted = there.astype(np.int64) if weights is None else np.where(there, weights, 0)
        first, after = np.searchsorted(ts, ends - MINUTE), np.searchsorted(ts, ends)
        return cls(ends, ts, np.ascontiguousarray(values), counted, first, after)

    @property
    def count(self) -> Ints:
        """Sum of the weights."""
        return sum_between(self.weights, self.first, self.after)

    @property
    def stated(self) -> Ints:
        """Rows with a value."""
        return sum_between(~np.isnan(self.values), self.first, self.after)

    def last(self) -> Floats:
        """The value of the latest row; NaN where there is none, or it has none."""
        if not self.values.size:
            return np.full(self.ends.size, np.nan)
        return np.where(self.after > self.first, self.values[np.maximum(self.after - 1, 0)], np.nan)

    def at_end(self) -> Floats:
        """The value of the bar that ends with the minute."""
        if not self.values.size:
            return np.full(self.ends.size, np.nan)
        return np.where(self.ts[np.maximum(self.after - 1, 0)] == self.ends - 1, self.last(), np.nan)

    def largest(self) -> Floats:
        """NaN where there is none."""
        return self._reduced(np.fmax, self.values)

    def total(self) -> Floats:
        """The sum, added up in order of time; NaN where there is none."""
        return self._reduced(np.add, np.nan_to_num(self.values))

    def mean(self) -> Floats:
        """NaN where there is none."""
        return self.total() / np.maximum(self.stated, 1)

    def _reduced(self, how: np.ufunc, values: Floats) -> Floats:
        made, rows = np.full(self.ends.size, np.nan), np.flatnonzero(self.stated)
        if rows.size:
            # Pairs of bounds: each minute, and the (maybe empty) stretch up to the next one.
            bounds = np.stack((self.first[rows], self.after[rows]), axis=1).ravel()
            padded = np.append(values, 0.0)  # a bound may lie behind the last value
            made[rows] = how.reduceat(padded, bounds)[::2]
        return made
