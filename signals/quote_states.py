"""States of the best prices: how much of their size is bid, in bins, and how many ticks lie between them.

The states of Stoikov (2018). Bids and asks change roles under a mirror: bin b becomes bins - 1 - b, at the same spread.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.grid import Grid

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class QuoteStates:
    """Per row: bid plus ask in ticks (twice the mid), the spread in ticks, and the bin of the imbalance.

    Equal sizes lie between the two middle bins: `low_bin` puts them below, `high_bin` above. All else has the same bin
    in both.
    """

    twice_mid: Ints
    spread: Ints
    low_bin: Ints
    high_bin: Ints

    @classmethod
    def of(cls, book: pl.DataFrame, grid: Grid, bins: int) -> "QuoteStates":
        """Of rows with best prices and sizes. `bins` is even. The smaller size decides, so that mirrored sizes have
        mirrored bins, edges included."""
        bid, ask = (grid.ticks(book[name].to_numpy()) for name in ("bid_px", "ask_px"))
        bid_lots, ask_lots = (grid.signed_lots(book[name].to_numpy()) for name in ("bid_qty", "ask_qty"))
        total = np.maximum(bid_lots + ask_lots, 1)
        outer = np.minimum(bins * np.minimum(bid_lots, ask_lots) // total, bins // 2 - 1)
        low = np.where(bid_lots <= ask_lots, outer, bins - 1 - outer)
        high = np.where(bid_lots < ask_lots, outer, bins - 1 - outer)
        return cls(bid + ask, ask - bid, low, high)

    def rows(self, chosen: Ints) -> "QuoteStates":
        """Of the rows chosen."""
        return QuoteStates(*(part[chosen] for part in (self.twice_mid, self.spread, self.low_bin, self.high_bin)))
