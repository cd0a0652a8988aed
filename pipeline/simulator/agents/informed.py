"""Informed traders: see news before it is public, and sweep the book."""

from dataclasses import dataclass

from pipeline.simulator.consensus import Fair
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.value import Value


@dataclass(slots=True)
class Informed:
    """Every `gap_us` it looks whether value and public value are `edge_ticks` apart, and takes all within reach.

    It reaches `reach` of the gap into the book, at most `largest_lots` at a time.
    """

    desk: Desk
    draws: Draws
    value: Value
    fair: Fair
    next_time: int | None
    gap_us: int
    edge_ticks: float
    reach: float
    largest_lots: int

    def act(self, now: int) -> None:
        """Look, and perhaps sweep."""
        gap, size = self.draws.take(2)
        self.next_time = now + exponential(gap, self.gap_us)
        edge = self.value.private(now) - self.value.public(now)
        if abs(edge) < self.edge_ticks:
            return
        side = BUY if edge > 0 else SELL
        limit = round(self.fair.exact(now) + self.reach * edge)
        lots = max(1, int(self.largest_lots * (0.3 + 0.7 * size)))
        if limit > 0:
            self.desk.limit(side, limit, lots, "ioc")
