"""A resting order in the pessimistic queue: it is filled by what traded THROUGH its price, never by what touched it.

Whoever trades beyond the price has taken all that stood at it, the order included; at the price itself others may have
stood before. Filled orders are thus those the market ran over, and the worse ones.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PRINT_COLUMNS = ("event_ts", "price", "qty", "is_off_market")
"""What of trades is read."""


@dataclass(frozen=True, slots=True)
class Rested:
    """How much was filled (base), and when the last of it was (microseconds)."""

    qty: float
    at: int


@dataclass(frozen=True, slots=True)
class Prints:
    """Prints on the public book: times (microseconds, ascending), prices, sizes (base)."""

    times: Ints
    px: Floats
    qty: Floats

    @classmethod
    def of(cls, trades: pl.DataFrame) -> "Prints":
        """From rows of the table trades of one market."""
        public = trades.filter(~pl.col("is_off_market")).sort("event_ts", maintain_order=True)
        return cls(public["event_ts"].to_physical().to_numpy(), public["price"].to_numpy(), public["qty"].to_numpy())

    @classmethod
    def none(cls) -> "Prints":
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0))

    def rest(self, *, side: int, qty: float, limit: float, arrives: int, until: int) -> Rested | None:
        """An order to buy (+1) or sell at `limit`, there from after `arrives` to `until`: what was filled, if any.

        No more is filled than was traded through the price.
        """
        first, after = np.searchsorted(self.times, (arrives, until), side="right").tolist()
        through = first + np.flatnonzero(side * (self.px[first:after] - limit) < 0)
        if not through.size:
            return None
        filled = np.cumsum(self.qty[through])
        last = min(int(np.searchsorted(filled, qty)), through.size - 1)
        return Rested(min(float(filled[last]), qty), int(self.times[through[last]]))
