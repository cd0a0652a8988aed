"""The plainest fill model: a small taker order at the touch, at the first second at which it can meet a book."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from signals.bars import SECOND
from signals.reversion_machine import Fill, Order

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TouchFills:
    """Best prices at the seconds (`ends`, ascending) at which the book is OK; a buy pays the ask, a sale gets the bid.

    An entry meets the book at the first second from its arrival on, or comes to nothing; an exit waits for a book.
    """

    ends: Ints
    bid: Floats
    ask: Floats

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
