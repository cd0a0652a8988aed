"""What one market's orders met: books, settlements, and, where they matter, prints and the size of its days."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from backtest.trading.books import Books
from backtest.trading.day_market import DayMarket
from backtest.trading.funding_cash import Stamps
from backtest.trading.resting import Prints


@dataclass(frozen=True, slots=True)
class History:
    """Made once for a market, and used for the rule, its controls and every latency."""

    books: Books
    stamps: Stamps
    prints: Prints
    days: DayMarket

    @classmethod
    def of(
        cls,
        book: pl.DataFrame,
        settlements: pl.DataFrame,
        *,
        prints: pl.DataFrame | None = None,
        flow: pl.DataFrame | None = None,
    ) -> "History":
        """From book_state, settlements, trades (None: no resting order can be filled) and taker_flow (None: no
        impact can be stated) of one market, in order."""
        return cls(
            Books.of(book),
            Stamps.of(settlements),
            Prints.none() if prints is None else Prints.of(prints),
            DayMarket(0, np.empty(0), np.empty(0)) if flow is None else DayMarket.of(book, flow),
        )
