"""Wash-like pairs: a buy and a sell of equal size within half a second, after which nothing has changed."""

from dataclasses import dataclass

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog


@dataclass(slots=True)
class WashLike:
    """Every `gap_us` an order and, within 0.3 s, its opposite."""

    desk: Desk
    draws: Draws
    log: TruthLog
    market: int
    next_time: int | None
    gap_us: int
    lots: int

    def act(self, now: int) -> None:
        """Send the first, and plan the second."""
        gap, coin, size, wait = self.draws.take(4)
        self.next_time = now + exponential(gap, self.gap_us)
        side = BUY if coin < 0.5 else SELL
        lots = max(1, int(self.lots * (0.5 + size)))
        self._send(side, lots, now)
        self.desk.later(int(20_000 + 280_000 * wait), lambda then: self._send(-side, lots, then))

    def _send(self, side: int, lots: int, now: int) -> None:
        order_id = self.desk.market(side, lots)
        self.log.label(self.market, now, self.desk.owner, order_id, "wash_like", side, lots)
