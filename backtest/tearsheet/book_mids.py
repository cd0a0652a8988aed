"""Returns of the mid between seconds of one market: none begins before it could be had, none crosses a gap."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.mids import BPS, Mids
from signals.bars import MILLISECOND, SECOND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HORIZONS_S: Final = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0)
GRID_S: Final = 1.0
"""Books are a second apart: a horizon below it cannot be measured on them."""


@dataclass(frozen=True, slots=True)
class BookMids(Mids):
    """Mids with half the spread, and where the feed of the book was broken.

    half_spread_bps: NaN unless the book is OK; broken: how many seconds up to and with this one have no book row, lie
    in a gap of the book, or end the step across one.
    """

    half_spread_bps: Floats
    broken: Ints

    def between(self, begin: Ints, end: Ints) -> Floats:
        """Return (bps) of the log mid from place to place; NaN outside, across a gap, or unless both books are OK."""
        inside = (begin >= 0) & (end < self.size) & (begin <= end)
        out = np.full(begin.size, np.nan)
        a, b = begin[inside], end[inside]
        whole = self.broken[b] == self.broken[a]
        out[inside] = np.where(whole, (self.log_mid[b] - self.log_mid[a]) * BPS, np.nan)
        return out

    def start(self, known: Ints, latency_ms: float) -> Ints:
        """Place of the first second at or after known (us) + latency: no return begins earlier."""
        if latency_ms < 0:
            raise ValueError(f"expected a latency of 0 or more, got {latency_ms} ms")
        return self.place(known + round(latency_ms * MILLISECOND))

    def forward(self, known: Ints, *, latency_ms: float, horizon_s: float) -> Floats:
        """Return (bps) over the horizon from when it could be acted on; refused for what a second cannot measure."""
        if horizon_s < GRID_S or horizon_s % GRID_S:
            raise ValueError(f"{horizon_s:g} s is not measurable on books {GRID_S:g} s apart")
        begin = self.start(known, latency_ms)
        return self.between(begin, begin + int(horizon_s))

    def backward(self, at: Ints, window_s: float) -> Floats:
        """Return (bps) of the window that ends at `at` (us), or at the last second before it."""
        end = (at - self.first) // SECOND
        return self.between(end - int(window_s), end)

    def half_spread(self, known: Ints, latency_ms: float) -> Floats:
        """Half the spread (bps) of the book that would be met."""
        place = self.start(known, latency_ms)
        out = np.full(place.size, np.nan)
        inside = (place >= 0) & (place < self.size)
        out[inside] = self.half_spread_bps[place[inside]]
        return out

    def trailing_vol(self, at: Ints, window_s: int) -> Floats:
        """Realised volatility (bps per root second) of one-second returns over the window before `at`; NaN if under
        half of it is known."""
        step = np.diff(self.log_mid, prepend=np.nan) * BPS
        seen = np.isfinite(step)
        squares = np.concatenate([[0.0], np.cumsum(np.where(seen, step, 0.0) ** 2)])
        counts = np.concatenate([[0], np.cumsum(seen)])
        end = np.clip((at - self.first) // SECOND + 1, 0, self.size)
        begin = np.maximum(end - window_s, 0)
        n = counts[end] - counts[begin]
        with np.errstate(invalid="ignore", divide="ignore"):
            vol = np.sqrt((squares[end] - squares[begin]) / n)
        return np.where(n * 2 >= window_s, vol, np.nan)


def mids_of(book_state: pl.DataFrame, gaps: pl.DataFrame) -> BookMids:
    """From rows of `book_state` and `gaps` (those of book_updates) of one market. Raises ValueError without a row."""
    if not book_state.height:
        raise ValueError("need rows of book_state")
    mids = Mids.of(book_state)
    first, size = mids.first, mids.size
    place = (book_state["bar_end"].dt.timestamp("us").to_numpy() - first) // SECOND
    half_spread = np.full(size, np.nan)
    is_ok = (book_state["state"] == "OK").fill_null(value=False).to_numpy()
    half_spread[place] = np.where(is_ok, book_state["spread_bps"].to_numpy() / 2, np.nan)
    is_broken = np.ones(size, bool)
    is_broken[place] = False
    for begin, end in zip(
        gaps["from_ts"].dt.timestamp("us").to_list(), gaps["to_ts"].dt.timestamp("us").to_list(), strict=True
    ):
        low, high = (max(-((first - edge) // SECOND), 0) for edge in (begin, end))
        is_broken[low : high + 1] = True  # the first second after it too: what leads there leads across
    return BookMids(first, mids.log_mid, half_spread, np.cumsum(is_broken))
