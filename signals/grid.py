"""The grid of a market: prices as whole ticks, quantities as whole lots, and back without loss.

Kernels sum integers, so that sums are exact in any order; tables hold floats. A float
is recovered as integer / power of ten, which is the double nearest to the decimal text.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MAX_EXACT = 9e15
"""Beyond this a double no longer holds every integer."""


@dataclass(frozen=True, slots=True)
class Grid:
    """tick = `tick` / `scale` quote per base; lot = 1 / `lots` base. All three are whole numbers."""

    tick: float
    scale: float
    lots: float

    @classmethod
    def of(cls, tick_size: float, qty_decimals: int) -> "Grid":
        """Raises ValueError if the tick is not positive or either has too many digits."""
        if not 0 < tick_size < MAX_EXACT or not 0 <= qty_decimals <= 15:
            raise ValueError(f"need tick_size > 0 and 0 <= qty_decimals <= 15, got {tick_size}, {qty_decimals}")
        digits, decimals = Decimal(repr(float(tick_size))), 0
        while digits != digits.to_integral_value():
            digits, decimals = digits.scaleb(1), decimals + 1
        if decimals > 15:
            raise ValueError(f"tick_size {tick_size} has {decimals} decimals, more than the 15 a table can hold")
        return cls(float(digits), float(10**decimals), float(10**qty_decimals))

    @classmethod
    def of_instrument(cls, instruments: pl.DataFrame) -> "Grid":
        """The grid of the one market in an INSTRUMENTS frame. Raises ValueError if it is not stated."""
        if instruments.height != 1:
            raise ValueError(f"expected one row of instruments, got {instruments.height}: is the market in the config?")
        tick_size, qty_decimals = instruments.select("tick_size", "qty_decimals").row(0)
        if tick_size is None or qty_decimals is None:
            raise ValueError("instruments states no tick_size or no qty_decimals: set them for this market")
        return cls.of(tick_size, qty_decimals)

    def ticks(self, price: Floats) -> Ints:
        """Raises ValueError naming the first price that is not a positive whole number of ticks."""
        x = price * self.scale / self.tick
        return self._whole(x, x > 0.5, price, f"prices that are positive multiples of {self.tick / self.scale!r}")

    def whole_lots(self, qty: Floats) -> Ints:
        """Raises ValueError naming the first quantity that is negative or finer than a lot."""
        x = qty * self.lots
        return self._whole(x, x >= 0, qty, f"quantities that are multiples of {1 / self.lots!r}, 0 or more")

    def price(self, ticks: Ints) -> Floats:
        """Ticks as quote per base: exactly the double of the decimal text."""
        return ticks.astype(np.float64) * self.tick / self.scale

    def qty(self, lots: Ints) -> Floats:
        """Lots as base units: exactly the double of the decimal text."""
        return lots / self.lots

    def quote(self, tick_lots: Ints) -> Floats:
        """A sum of ticks x lots as quote notional."""
        return tick_lots.astype(np.float64) * self.tick / (self.scale * self.lots)

    def tick_lots(self, quote: Floats) -> Ints:
        """Quote notionals, of either sign, as the ticks x lots that `quote` made them of."""
        return np.rint(quote * (self.scale * self.lots) / self.tick).astype(np.int64)

    def signed_lots(self, qty: Floats) -> Ints:
        """Quantities, of either sign, as the lots that `qty` made them of; no number is 0."""
        return np.rint(np.nan_to_num(qty) * self.lots).astype(np.int64)

    def _whole(self, x: Floats, in_range: NDArray[np.bool_], given: Floats, wanted: str) -> Ints:
        x = np.nan_to_num(x, nan=-1.0, posinf=-1.0, neginf=-1.0)  # no number is in no range
        whole = np.rint(x)
        good = in_range & (x >= 0) & (x < MAX_EXACT) & (np.abs(x - whole) <= 1e-6 + 4e-16 * np.abs(x))
        if not good.all():
            row = int(np.argmin(good))
            raise ValueError(f"expected {wanted}, got {float(given[row])!r} in row {row}")
        return whole.astype(np.int64)
