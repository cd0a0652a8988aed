"""The seconds at which a market has an OK book, and what a taker order that arrives there gets."""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.trading.book_walk import Shown, Walk, walk
from backtest.trading.latency import books_met
from signals.book_state import BOOK_STATE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BANDS = tuple(int(found[1]) for name in BOOK_STATE.schema if (found := re.fullmatch(r"bid_depth_(\d+)bps_qty", name)))
"""Half-widths (bps of the mid) within which book_state has the depth, ascending."""

COLUMNS = (
    "bar_end",
    "state",
    *(f"{side}_{what}" for side in ("bid", "ask") for what in ("px", "qty", *(f"depth_{bps}bps_qty" for bps in BANDS))),
)
"""What of book_state is read."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Which second's book filled an order, and how."""

    book: int
    fill: Walk


@dataclass(frozen=True, slots=True)
class Books:
    """`ends`: the seconds (microseconds, ascending); px, qty, depths by side (+1: asks, that a buy takes)."""

    ends: Ints
    px: dict[int, Floats]
    qty: dict[int, Floats]
    depths: dict[int, Floats]

    @classmethod
    def of(cls, book: pl.DataFrame) -> "Books":
        """From rows of book_state of one market, in order; seconds that are not OK are no books."""
        ok = book.filter(pl.col("state") == "OK")
        sides = {1: "ask", -1: "bid"}
        return cls(
            ends=ok["bar_end"].to_physical().to_numpy(),
            px={side: ok[f"{name}_px"].to_numpy() for side, name in sides.items()},
            qty={side: ok[f"{name}_qty"].to_numpy() for side, name in sides.items()},
            depths={
                side: ok.select(pl.col(f"{name}_depth_{bps}bps_qty").fill_null(np.nan) for bps in BANDS).to_numpy()
                for side, name in sides.items()
            },
        )

    def at(self, end: int) -> int | None:
        """The book at that second; None if there is none."""
        found = int(np.searchsorted(self.ends, end))
        return found if found < self.ends.size and self.ends[found] == end else None

    def mid(self, book: int) -> float:
        return float(self.px[1][book] + self.px[-1][book]) / 2

    def depth(self, book: int, *, side: int, bps: int) -> float:
        """What an order of that side could take within `bps`, one of BANDS; NaN if the feed has not shown that deep."""
        return float(self.depths[side][book, BANDS.index(bps)])

    def before(self, time: int) -> int | None:
        """The last book at or before a time (microseconds); None if there is none."""
        found = int(np.searchsorted(self.ends, time, side="right")) - 1
        return found if found >= 0 else None

    def take(
        self, *, side: int, qty: float, arrives: int, patience_s: float, goes_beyond: bool = False
    ) -> Taken | None:
        """Filled whole by the first book that can, from the arrival on; None if none can within the patience."""
        for book in books_met(self.ends, arrives, patience_s=patience_s):
            fill = walk(self._shown(book, side), side=side, qty=qty, goes_beyond=goes_beyond)
            if fill.how != "none":
                return Taken(book, fill)
        return None

    def _shown(self, book: int, side: int) -> Shown:
        return Shown(
            px=float(self.px[side][book]),
            qty=float(self.qty[side][book]),
            mid=self.mid(book),
            bands=BANDS,
            depths=self.depths[side][book].tolist(),
        )
