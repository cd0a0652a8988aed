"""What came after a minute was known: the return of the mid, or its volatility, over the horizon."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.forecast.choices import Choices
from signals.bars import MILLISECOND, SECOND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

YEAR_S = 365 * 86_400
BPS = 1e4
_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class Mids:
    """Log mid of every second from `first` (seconds since 1970) on; NaN where the book was not OK or not there."""

    first: int
    log_mid: Floats

    @classmethod
    def of(cls, book: pl.DataFrame) -> "Mids":
        """From rows of book_state of one market."""
        ok = book.filter(pl.col("state") == "OK").sort("bar_end")
        if not ok.height:
            return cls(0, np.full(1, np.nan))
        seconds = ok["bar_end"].to_physical().to_numpy() // SECOND
        log_mid = np.full(int(seconds[-1] - seconds[0]) + 1, np.nan)
        log_mid[seconds - seconds[0]] = np.log((ok["bid_px"].to_numpy() + ok["ask_px"].to_numpy()) / 2)
        return cls(int(seconds[0]), log_mid)

    def at(self, seconds: Ints) -> Floats:
        """Of these seconds; NaN outside."""
        place = seconds - self.first
        inside = (place >= 0) & (place < self.log_mid.size)
        return np.where(inside, self.log_mid[np.clip(place, 0, self.log_mid.size - 1)], np.nan)

    def volatility(self, ends: Ints, seconds: int, step: int) -> Floats:
        """Root of the mean squared return over `step` seconds, a year, in windows that end at `ends` (seconds).

        NaN if any of their mids is missing: no return reaches across a gap.
        """
        back = np.arange(-seconds, 1, step)
        variance = [
            (np.diff(self.at(ends[at : at + _AT_ONCE, None] + back), axis=1) ** 2).mean(axis=1)
            for at in range(0, ends.size, _AT_ONCE)
        ]
        return np.sqrt(np.concatenate(variance or [np.empty(0)]) * (YEAR_S / step))

    def coverage(self, ends: Ints, seconds: int) -> Floats:
        """Share of the last `seconds` up to each end that have a mid."""
        seen = np.concatenate([[0], np.cumsum(np.isfinite(self.log_mid))])
        last = np.clip(ends - self.first + 1, 0, self.log_mid.size)
        return (seen[last] - seen[np.clip(ends - self.first + 1 - seconds, 0, self.log_mid.size)]) / seconds


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Per minute (n,): when the outcome begins and ends (microseconds), its value, and why there is none, or ""."""

    begin: Ints
    end: Ints
    value: Floats
    why_not: NDArray[np.str_]


def outcomes(known: Ints, mids: Mids, choices: Choices) -> Outcomes:
    """Outcomes of minutes known at `known` (microseconds): from the first whole second at or after known + latency.

    return: of the mid, bps; volatility: logarithm of that of the mid, as a fraction a year.
    """
    begin_s = -(-(known + round(choices.latency_ms * MILLISECOND)) // SECOND)
    span = 60 * choices.horizon_min
    end_s = begin_s + span
    start, stop = mids.at(begin_s), mids.at(end_s)
    why_not = np.full(known.size, "", dtype="<U40")
    if choices.target == "return":
        value = (stop - start) * BPS
    else:
        vol = mids.volatility(end_s, span, choices.sampling_s)
        _mark(why_not, np.isnan(vol), "a gap in the window of the outcome")
        _mark(why_not, vol == 0, "a mid that never moved")
        value = np.log(np.where(vol > 0, vol, np.nan))
    _mark(why_not, mids.coverage(end_s, span) < choices.min_coverage, "a gap in the window of the outcome")
    _mark(why_not, np.isnan(start), "no mid when it could be acted on")
    _mark(why_not, np.isnan(stop), "no mid at the end of the outcome")
    _mark(why_not, end_s >= mids.first + mids.log_mid.size, "an outcome after the end of the data")
    return Outcomes(begin_s * SECOND, end_s * SECOND, np.where(why_not == "", value, np.nan), why_not)


def _mark(why_not: NDArray[np.str_], where: Bools, why: str) -> None:
    why_not[where] = why
