"""How much a market moved and traded in the day before a decision: what a large order's impact is scaled by."""

from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DAY_MIN = DAY // MINUTE
_LEAST_SEEN = 0.8
"""Share of the day that must have been seen; what is missing is taken to be like the rest."""

FLOW_COLUMNS = ("bar_end", "buy_qty", "sell_qty")
"""What of taker_flow is read."""


@dataclass(frozen=True, slots=True)
class Day:
    """Standard deviation of a day's return (fraction) and volume of a day (base); NaN where too little was seen."""

    sigma: float
    qty: float


@dataclass(frozen=True, slots=True)
class DayMarket:
    """By minute from minute number `first` since 1970 on: the day of 1,440 minutes that ended with it."""

    first: int
    sigma: Floats
    qty: Floats

    @classmethod
    def of(cls, book: pl.DataFrame, flow: pl.DataFrame) -> "DayMarket":
        """From rows of book_state and of taker_flow of one market, in order."""
        ends = [frame["bar_end"].to_physical().to_numpy() for frame in (book, flow)]
        if not all(one.size for one in ends):
            return cls(0, np.empty(0), np.empty(0))
        first = min(int(one[0]) for one in ends) // MINUTE
        size = max(int(one[-1]) for one in ends) // MINUTE - first + 2
        return cls(first, _sigma(book, first, size), _volume(flow, first, size))

    def before(self, time: int) -> Day:
        """The day up to the last minute that ended before that time (microseconds)."""
        place = -(-time // MINUTE) - 1 - self.first
        return Day(float(self.sigma[place]), float(self.qty[place])) if 0 <= place < self.sigma.size else Day(nan, nan)


def _sigma(book: pl.DataFrame, first: int, size: int) -> Floats:
    """From the squared returns of the mid over single minutes, between OK books."""
    minutes = book.filter((pl.col("bar_end").to_physical() % MINUTE == 0) & (pl.col("state") == "OK"))
    log_mid = np.full(size, nan)
    log_mid[minutes["bar_end"].to_physical().to_numpy() // MINUTE - first] = np.log(
        ((minutes["bid_px"] + minutes["ask_px"]) / 2).to_numpy()
    )
    squared = np.concatenate(([nan], np.diff(log_mid) ** 2))
    return np.sqrt(_day_sum(squared, np.isfinite(squared).astype(np.float64), per_minute=1))


def _volume(flow: pl.DataFrame, first: int, size: int) -> Floats:
    """From the seconds of the tape that stand."""
    stands = flow.drop_nulls(("buy_qty", "sell_qty"))
    minute = -(-stands["bar_end"].to_physical().to_numpy() // MINUTE) - first
    qty = (stands["buy_qty"] + stands["sell_qty"]).to_numpy()
    traded, seen = (np.bincount(minute, weights, size).astype(np.float64) for weights in (qty, np.ones(qty.size)))
    return _day_sum(traded, seen, per_minute=60)


def _day_sum(values: Floats, seen: Floats, *, per_minute: int) -> Floats:
    """Per minute, the day's sum, scaled up for what of it was not seen."""
    sums, counts = (np.concatenate(([0.0], np.cumsum(np.nan_to_num(one)))) for one in (values, seen))
    begin = np.maximum(np.arange(values.size) + 1 - _DAY_MIN, 0)
    total, count = (one[1:] - one[begin] for one in (sums, counts))
    whole = float(_DAY_MIN * per_minute)
    is_seen = count >= _LEAST_SEEN * whole
    return np.where(is_seen, total * whole / np.where(is_seen, count, 1.0), nan)
