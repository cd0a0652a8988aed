"""Cash of funding and of borrowing. Longs pay shorts while the rate is positive."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOURS_A_YEAR = 8_760


@dataclass(frozen=True, slots=True)
class Stamps:
    """Settlements: times (microseconds, ascending), rates (per interval) and reference prices, NaN where not known."""

    times: Ints
    rates: Floats
    ref_px: Floats

    @classmethod
    def of(cls, settlements: pl.DataFrame) -> "Stamps":
        """From settle_ts, rate, ref_px."""
        rates, prices = (settlements[name].fill_null(np.nan).to_numpy() for name in ("rate", "ref_px"))
        return cls(settlements["settle_ts"].to_physical().to_numpy(), rates, prices)


def funding_cash(position: float, prices: Floats | float, rates: Floats | float) -> float:
    """What settlements pay (quote) to the holder of `position` (base, > 0 long), at the venue's reference prices."""
    return -position * float(np.sum(np.multiply(prices, rates)))


def crossed(stamps: Ints, entered: int, left: int) -> slice:
    """Which of the settlements (ascending) a position met: one at the time of the exit, not one at that of the entry.

    A fill at a second comes after all that happened before that second, the settlement at it included.
    """
    first, after = np.searchsorted(stamps, (entered, left), side="right").tolist()
    return slice(first, after)


def borrow_cash(position: float, price: float, apr: float, held_h: float) -> float:
    """Borrowing (quote, <= 0) for a short on spot: simple interest on the notional sold. A long pays none."""
    return min(position, 0.0) * price * apr * held_h / HOURS_A_YEAR
