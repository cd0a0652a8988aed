"""Returns of the mid after a moment, from the seconds of a book."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SECOND: Final = 1_000_000
_MOST_UNKNOWN: Final = 60
"""Seconds without an OK book that a return may span."""


@dataclass(frozen=True, slots=True)
class Mids:
    """mid: of every second from `first` (microseconds) on, NaN without an OK book; unknown: seconds before each place
    that had none, one longer than mid."""

    first: int
    mid: Floats
    unknown: Ints

    @classmethod
    def of(cls, book: pl.DataFrame) -> "Mids":
        """From rows of book_state of one market, in order, at least one."""
        ends = book["bar_end"].dt.epoch("us").to_numpy()
        ok = (book["state"] == "OK").fill_null(False).to_numpy()
        px = ((book["bid_px"] + book["ask_px"]) / 2).fill_null(np.nan).to_numpy()
        mid = np.full(int(ends[-1] - ends[0]) // _SECOND + 1, np.nan)
        mid[(ends - ends[0]) // _SECOND] = np.where(ok, px, np.nan)
        return cls(int(ends[0]), mid, np.concatenate(([0], np.cumsum(np.isnan(mid)))))

    @property
    def seconds(self) -> int:
        return self.mid.size

    def forward(self, since: Ints, horizon_s: int) -> Floats:
        """Log return from the first second that ends at or after each moment (microseconds) over the horizon.

        NaN where either end has no OK book, or too much between them has none.
        """
        start = -((self.first - since) // _SECOND)  # rounded up
        inside = (start >= 0) & (start + horizon_s < self.mid.size)
        found = np.full(since.size, np.nan)
        at = start[inside]
        gone = self.unknown[at + horizon_s + 1] - self.unknown[at]
        returns = np.log(self.mid[at + horizon_s] / self.mid[at])
        found[inside] = np.where(gone <= _MOST_UNKNOWN, returns, np.nan)
        return found
