"""Arbitrageurs: take what stands on the wrong side of the consensus, on whichever market it stands."""

from dataclasses import dataclass

from pipeline.simulator.consensus import Anchor
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL


@dataclass(slots=True)
class Arbitrageur:
    """Looks every `gap_us` and takes orders that are more than `edge_ticks` off, up to `largest_lots` at a time.

    It hedges the same size on `other`, if it has a desk there: a gap between two markets is closed from both ends.
    """

    desk: Desk
    other: Desk | None
    draws: Draws
    anchor: Anchor
    next_time: int | None
    gap_us: int
    edge_ticks: float
    largest_lots: int

    def act(self, now: int) -> None:
        """Look, and perhaps take."""
        gap, hedge = self.draws.take(2)
        self.next_time = now + exponential(gap, self.gap_us)
        fair = self.anchor.at(now)
        exchange = self.desk.exchange
        ask, bid = exchange.asks.best, exchange.bids.best
        if ask is not None and ask < fair - self.edge_ticks:
            self._take(BUY, int(fair - self.edge_ticks), hedge)
        elif bid is not None and bid > fair + self.edge_ticks:
            self._take(SELL, int(fair + self.edge_ticks) + 1, hedge)

    def _take(self, side: int, limit: int, hedge: float) -> None:
        lots = 0
        for price, size in self.desk.exchange.side(-side).depth(20):
            if side * (price - limit) > 0 or lots >= self.largest_lots:
                break
            lots += size
        lots = min(lots, self.largest_lots)
        if not lots:
            return
        self.desk.limit(side, limit, lots, "ioc")
        if self.other is not None and hedge < 0.5:
            self.other.market(-side, lots)
