"""The plainest fill model: a small taker order at the touch, at the first second at which it can meet a book."""

from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from signals.bars import SECOND
from signals.reversion_machine import Fill, Order

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What becomes of an order, one place per order: when, and the price if it is an entry that is bought or sold.

    A price of NaN: such an entry comes to nothing at that time. NEVER: an exit waits beyond the data.
    """

    entry_at: Ints
    bought: Floats
    sold: Floats
    exit_at: Ints


@dataclass(frozen=True, slots=True)
class TouchFills:
    """Best prices at the seconds (`ends`, ascending) at which the book is OK; a buy pays the ask, a sale gets the bid.

    An entry meets the book at the first second from its arrival on, or comes to nothing; an exit waits for a book.
    """

    ends: Ints
    bid: Floats
    ask: Floats

    def outcomes(self, arrives: Ints) -> Outcomes:
        """What `fill` says of orders that arrive then, of all at once."""
        second = -(-arrives // SECOND) * SECOND
        ends = np.append(self.ends, NEVER)
        found = np.searchsorted(ends, second)
        is_met = ends[found] == second
        bought, sold = (np.append(px, nan)[found] for px in (self.ask, self.bid))
        return Outcomes(second, np.where(is_met, bought, nan), np.where(is_met, sold, nan), ends[found])

    def fill(self, order: Order, until: int) -> Fill | None:
        second = -(-order.arrives // SECOND) * SECOND
        found = int(np.searchsorted(self.ends, second))
        has_book = found < self.ends.size
        if not order.is_exit and not (has_book and self.ends[found] == second):
            return Fill(second, nan) if second <= until else None
        if not has_book or self.ends[found] > until:
            return None
        px = self.ask if order.side > 0 else self.bid
        return Fill(int(self.ends[found]), float(px[found]))
