"""Prints as the ledger enters them: what they took from what the book displays."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.grid import Grid

Ints = NDArray[np.int64]

_NONE: Ints = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Fills:
    """Prints in order of time: microseconds, side of the taker (0 unknown), ticks, lots."""

    ts: Ints = field(default_factory=lambda: _NONE)
    side: Ints = field(default_factory=lambda: _NONE)
    px: Ints = field(default_factory=lambda: _NONE)
    lots: Ints = field(default_factory=lambda: _NONE)

    @classmethod
    def of_trades(cls, frame: pl.DataFrame, grid: Grid) -> "Fills":
        """Without prints off the market, and without those that the venue flags or labels as against orders of retail
        price improvement (RPI): such orders are not in the book. Raises ValueError if a price or quantity is off the
        grid."""
        is_labelled = pl.col("print_type").str.to_uppercase().str.contains("RPI").fill_null(False)
        is_hidden = pl.col("is_off_market") | pl.col("is_rpi").fill_null(False) | is_labelled
        shown = frame.filter(~is_hidden)
        return cls(
            shown["event_ts"].to_physical().to_numpy(),
            shown["taker_side"].to_numpy().astype(np.int64),
            grid.ticks(shown["price"].to_numpy()),
            grid.whole_lots(shown["qty"].to_numpy()),
        )

    def split(self, until: int) -> tuple["Fills", "Fills"]:
        """Those up to a time, and the rest."""
        cut = int(np.searchsorted(self.ts, until, "right"))
        return Fills(*(column[:cut] for column in self._columns)), Fills(*(column[cut:] for column in self._columns))

    @classmethod
    def joined(cls, parts: "Sequence[Fills]") -> "Fills":
        """The fills of consecutive parts, at least one."""
        return cls(*(np.concatenate(columns) for columns in zip(*(part._columns for part in parts), strict=True)))

    @property
    def _columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        return self.ts, self.side, self.px, self.lots
