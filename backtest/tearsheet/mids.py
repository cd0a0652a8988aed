"""Mids of one market by second, and returns between them: none begins before it could be had, none crosses a gap."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MILLISECOND, SECOND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HORIZONS_S: Final = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0)
GRID_S: Final = 1.0
"""Books are a second apart: a horizon below it cannot be measured on them."""
_BPS = 1e4


@dataclass(frozen=True, slots=True)
class Mids:
    """Seconds of one market without a hole: place k is the instant first + k seconds.

    log_mid, half_spread_bps: NaN unless the book is OK; broken: how many seconds up to and with this one have no book
    row, lie in a gap of the book, or end the step across one.
    """

    first: int
    log_mid: Floats
    half_spread_bps: Floats
    broken: Ints

    @property
    def last(self) -> int:
        return self.first + (self.log_mid.size - 1) * SECOND

    def place(self, us: Ints) -> Ints:
        """Places of instants, the first second at or after each; may lie outside."""
        return -((self.first - us) // SECOND)

    def between(self, begin: Ints, end: Ints) -> Floats:
        """Return (bps) of the log mid from place to place; NaN outside, across a gap, or unless both books are OK."""
        size = self.log_mid.size
        inside = (begin >= 0) & (end < size) & (begin <= end)
        out = np.full(begin.size, np.nan)
        a, b = begin[inside], end[inside]
        whole = self.broken[b] == self.broken[a]
        out[inside] = np.where(whole, (self.log_mid[b] - self.log_mid[a]) * _BPS, np.nan)
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
        inside = (place >= 0) & (place < self.log_mid.size)
        out[inside] = self.half_spread_bps[place[inside]]
        return out

    def trailing_vol(self, at: Ints, window_s: int) -> Floats:
        """Realised volatility (bps per root second) of one-second returns over the window before `at`; NaN if under
        half of it is known."""
        step = np.diff(self.log_mid, prepend=np.nan) * _BPS
        seen = np.isfinite(step)
        squares = np.concatenate([[0.0], np.cumsum(np.where(seen, step, 0.0) ** 2)])
        counts = np.concatenate([[0], np.cumsum(seen)])
        end = np.clip((at - self.first) // SECOND + 1, 0, self.log_mid.size)
        begin = np.maximum(end - window_s, 0)
        n = counts[end] - counts[begin]
        with np.errstate(invalid="ignore", divide="ignore"):
            vol = np.sqrt((squares[end] - squares[begin]) / n)
        return np.where(n * 2 >= window_s, vol, np.nan)


def mids_of(book_state: pl.DataFrame, gaps: pl.DataFrame) -> Mids:
    """From rows of `book_state` and `gaps` (those of book_updates) of one market. Raises ValueError without a row."""
    if not book_state.height:
        raise ValueError("need rows of book_state")
    rows = book_state.sort("bar_end")
    at = rows["bar_end"].dt.timestamp("us").to_numpy()
    first = int(at[0])
    size = int((at[-1] - first) // SECOND) + 1
    place = (at - first) // SECOND
    is_ok = (rows["state"] == "OK").to_numpy()
    mid = ((rows["bid_px"] + rows["ask_px"]) / 2).to_numpy()
    log_mid, half_spread = np.full(size, np.nan), np.full(size, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_mid[place] = np.where(is_ok, np.log(mid), np.nan)
    half_spread[place] = np.where(is_ok, rows["spread_bps"].to_numpy() / 2, np.nan)
    is_broken = np.ones(size, bool)
    is_broken[place] = False
    for begin, end in zip(
        gaps["from_ts"].dt.timestamp("us").to_list(), gaps["to_ts"].dt.timestamp("us").to_list(), strict=True
    ):
        low, high = (max(-((first - edge) // SECOND), 0) for edge in (begin, end))
        is_broken[low : high + 1] = True  # the first second after it too: what leads there leads across
    return Mids(first, log_mid, half_spread, np.cumsum(is_broken))
