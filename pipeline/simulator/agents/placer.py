"""Placer: random limit orders around the reference value."""

from dataclasses import dataclass

from pipeline.simulator.agents.order_bag import OrderBag
from pipeline.simulator.consensus import Anchor
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential, log_uniform, pareto
from pipeline.simulator.orders import BUY, SELL


@dataclass(slots=True)
class Placer:
    """Every `gap_us` on average, a post-only order on a random side.

    The nearest price it offers is the reference value for bids and one tick above
    for asks, or one tick before the other side's best if that is further out. A
    share `join` of its orders stands there, the others up to `deepest_ticks` behind.
    """

    desk: Desk
    draws: Draws
    reference: Anchor
    bag: OrderBag
    next_time: int | None
    gap_us: int
    join: float
    deepest_ticks: int
    smallest_lots: int

    def act(self, now: int) -> None:
        """Send one order and remember it in the bag."""
        gap, coin, join, depth, size = self.draws.take(5)
        self.next_time = now + exponential(gap, self.gap_us)
        side = BUY if coin < 0.5 else SELL
        distance = 0 if join < self.join else 1 + log_uniform(depth, self.deepest_ticks)
        price = self._nearest(side, now) - side * distance
        lots = pareto(size, self.smallest_lots, 1.5, 20 * self.smallest_lots)
        self.bag.add(self.desk.limit(side, price, lots, "post_only"), side, price)

    def _nearest(self, side: int, now: int) -> int:
        """The most aggressive price this side may show now, in ticks."""
        fair = self.reference.at(now) + (side == SELL)
        opposite = self.desk.exchange.side(-side).best
        if opposite is None:
            return fair
        return min(fair, opposite - 1) if side == BUY else max(fair, opposite + 1)
