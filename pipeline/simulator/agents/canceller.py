"""Canceller: withdraws a placer's orders, those most at risk of being picked off first."""

from dataclasses import dataclass

from pipeline.simulator.agents.order_bag import OrderBag
from pipeline.simulator.consensus import Anchor
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential


@dataclass(slots=True)
class Canceller:
    """Looks at orders of the bag at random and cancels.

    An order lives `life_us` on average before it is looked at. A share `careful`
    of the looks compares `looks` orders and cancels the one that is furthest on
    the wrong side of the reference value, or nearest to it; the others cancel
    blindly. Orders that were filled meanwhile are dropped from the bag.
    """

    desk: Desk
    draws: Draws
    reference: Anchor
    bag: OrderBag
    next_time: int | None
    life_us: int
    careful: float
    looks: int

    def act(self, now: int) -> None:
        """Cancel one order, if there is one."""
        gap, care, *where = self.draws.take(2 + self.looks)
        if len(self.bag):
            order = self.bag.take(self._choose(where if care < self.careful else where[:1], now))
            if self.desk.is_open(order.order_id):
                self.desk.cancel(order.order_id)
        self.next_time = now + exponential(gap, self.life_us / max(1, len(self.bag)))

    def _choose(self, where: list[float], now: int) -> int:
        fair = self.reference.at(now)
        places = [self.bag.index(uniform) for uniform in where]
        return max(places, key=lambda place: self._risk(place, fair))

    def _risk(self, place: int, fair: int) -> int:
        """How many ticks the order stands on the wrong side of `fair`; negative on the right side."""
        order = self.bag.look(place)
        return order.side * (order.price - fair)
