"""The tape on which pairs of taker orders are looked for: orders, and the seconds of tape and book around them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, SECOND, latest_in_day
from signals.equal_sizes import Orders
from signals.grid import Grid

Ints = NDArray[np.int64]

ORDER_COLUMNS = ("venue", "symbol", "event_ts", "known_ts", "seq", "side", "qty", "first_px")
"""What is read of TAKER_ORDERS."""


@dataclass(frozen=True, slots=True)
class PairTape:
    """What was read: orders, seconds of the tape and of the book, and how far a window reaches (microseconds)."""

    frame: pl.DataFrame
    orders: Orders
    seconds: pl.DataFrame
    book: pl.DataFrame
    window_us: int

    @classmethod
    def of(
        cls, orders: pl.DataFrame, seconds: pl.DataFrame, book: pl.DataFrame, grid: Grid, window_us: int
    ) -> "PairTape":
        made = Orders(
            orders["event_ts"].to_physical().to_numpy(),
            orders["side"].cast(pl.Int64).to_numpy(),
            grid.whole_lots(orders["qty"].to_numpy()),
            grid.ticks(orders["first_px"].to_numpy()),
        )
        return cls(orders, made, seconds, book, window_us)

    def known(self, before: Ints) -> Ints:
        """Per time (ascending), when all that lies before it was known, as far back as is read for its day."""
        reach = self.window_us + MINUTE
        ends = ((self.seconds, "bar_end", 1), (self.book, "bar_end", 1), (self.frame, "event_ts", 0))
        return np.maximum.reduce(
            [
                latest_in_day(
                    before,
                    rows[time].to_physical().to_numpy() - back,
                    rows["known_ts"].to_physical().to_numpy(),
                    reach,
                )
                for rows, time, back in ends
            ]
        )


def spreads(book: pl.DataFrame, ts: Ints, grid: Grid) -> Ints:
    """Per order, the spread in ticks at the last whole second before it, at least a tick."""
    book = book.filter(pl.col("state") == "OK")
    ends = book["bar_end"].to_physical().to_numpy()
    ticks = grid.ticks(book["ask_px"].to_numpy()) - grid.ticks(book["bid_px"].to_numpy())
    if not ends.size:
        return np.ones(ts.size, np.int64)
    at = np.maximum(np.searchsorted(ends, ts, side="right") - 1, 0)
    return np.where(ends[at] == ts // SECOND * SECOND, ticks[at], 1)
