"""Layers: large orders behind the touch that are withdrawn within a second."""

from dataclasses import dataclass

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog


@dataclass(slots=True)
class Layers:
    """Every `gap_us` one order of `lots`, `nearest_ticks` or more behind the best price, gone within a second."""

    desk: Desk
    draws: Draws
    log: TruthLog
    market: int
    next_time: int | None
    gap_us: int
    lots: int
    nearest_ticks: int

    def act(self, now: int) -> None:
        """Place one, and plan its withdrawal."""
        gap, coin, depth, size, life = self.draws.take(5)
        self.next_time = now + exponential(gap, self.gap_us)
        side = BUY if coin < 0.5 else SELL
        best = self.desk.exchange.side(side).best
        if best is None:
            return
        lots = int(self.lots * (0.5 + size))
        price = best - side * (self.nearest_ticks + int(6 * depth))
        order_id = self.desk.limit(side, price, lots, "post_only")
        self.log.label(self.market, now, self.desk.owner, order_id, "layer", side, lots)
        self.desk.later(int(200_000 + 700_000 * life), lambda _: self.desk.cancel(order_id))
