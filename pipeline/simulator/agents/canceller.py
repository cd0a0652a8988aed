"""Canceller: withdraws a placer's orders, those on the wrong side of the market first."""

from dataclasses import dataclass

from pipeline.simulator.agents.order_bag import OrderBag
from pipeline.simulator.consensus import Anchor
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL, Order


@dataclass(slots=True)
class Canceller:
    """Every order lives `life_us` on average before it is withdrawn blindly.

    A share `careful` of the times it looks at the best prices first: an order of its own there that stands beyond the
    reference (a bid above, an ask below) is withdrawn instead. Orders that are gone are dropped from the bag.
    """

    desk: Desk
    draws: Draws
    reference: Anchor
    bag: OrderBag
    next_time: int | None
    life_us: int
    careful: float

    def act(self, now: int) -> None:
        """Cancel one order, if there is one."""
        gap, care, where = self.draws.take(3)
        stale = self._stale(now) if care < self.careful else None
        if stale is not None:
            self.desk.cancel(stale.order_id)
        elif len(self.bag):
            order = self.bag.take(self.bag.index(where))
            if self.desk.is_open(order.order_id):
                self.desk.cancel(order.order_id)
        self.next_time = now + exponential(gap, self.life_us / max(1, len(self.bag)))

    def _stale(self, now: int) -> Order | None:
        """One of its orders at the touch that would better not stand there."""
        reference = self.reference.at(now)
        for side in (BUY, SELL):
            book = self.desk.exchange.side(side)
            best = book.best
            if best is not None and side * (best - reference) > 0:
                for order in book.levels[book.keys[-1]].orders.values():
                    if order.owner == self.desk.owner:
                        return order
        return None
