"""Mids of one market, a place for every second: what forward and past returns are taken from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import SECOND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR_S: Final = 365 * 86_400
BPS: Final = 1e4
_AT_ONCE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Mids:
    """Place k is the instant first (microseconds) + k seconds; log_mid (n,): NaN unless the book is OK."""

    first: int
    log_mid: Floats

    @classmethod
    def of(cls, book: pl.DataFrame) -> "Mids":
        """From rows of book_state; none give one place without a mid."""
        if not book.height:
            return Mids(0, np.full(1, np.nan))
        rows = book.sort("bar_end")
        at = rows["bar_end"].dt.timestamp("us").to_numpy()
        place = (at - at[0]) // SECOND
        is_ok = (rows["state"] == "OK").fill_null(value=False).to_numpy()
        mid = ((rows["bid_px"] + rows["ask_px"]) / 2).fill_null(np.nan).to_numpy()
        log_mid = np.full(int(place[-1]) + 1, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            log_mid[place] = np.where(is_ok, np.log(mid), np.nan)
        return Mids(int(at[0]), log_mid)

    @property
    def size(self) -> int:
        return self.log_mid.size

    @property
    def last(self) -> int:
        """The instant of the last place."""
        return self.first + (self.size - 1) * SECOND

    def place(self, us: Ints) -> Ints:
        """Places of instants, the first second at or after each; may lie outside."""
        return -((self.first - us) // SECOND)

    def at(self, place: Ints) -> Floats:
        """Log mids of places; NaN outside."""
        inside = (place >= 0) & (place < self.size)
        return np.where(inside, self.log_mid[np.clip(place, 0, self.size - 1)], np.nan)

    def known(self, end: Ints, seconds: int) -> Ints:
        """How many of the last `seconds` places up to each end have a mid."""
        seen = np.concatenate([[0], np.cumsum(np.isfinite(self.log_mid))])
        return seen[np.clip(end + 1, 0, self.size)] - seen[np.clip(end + 1 - seconds, 0, self.size)]

    def volatility(self, end: Ints, seconds: int, step: int) -> Floats:
        """Root of the mean squared return over `step` seconds, a year, in windows that end at places.

        NaN if any of their mids is missing: no return reaches across a gap.
        """
        back = np.arange(-seconds, 1, step)
        variance = [
            (np.diff(self.at(end[at : at + _AT_ONCE, None] + back), axis=1) ** 2).mean(axis=1)
            for at in range(0, end.size, _AT_ONCE)
        ]
        return np.sqrt(np.concatenate(variance or [np.empty(0)]) * (YEAR_S / step))
