"""Retail takers: meet price-improving orders of market makers that the public book does not show."""

from dataclasses import dataclass

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential, pareto
from pipeline.simulator.orders import BUY, SELL


@dataclass(slots=True)
class Retail:
    """Every `gap_us` one trades with one of `makers` at the best price: a print on the tape, no change of the book."""

    desk: Desk
    draws: Draws
    makers: list[int]
    next_time: int | None
    gap_us: int
    lots: int

    def act(self, now: int) -> None:
        """Trade, if there is a price."""
        gap, coin, size, who = self.draws.take(4)
        self.next_time = now + exponential(gap, self.gap_us)
        side = BUY if coin < 0.5 else SELL
        price = self.desk.exchange.side(-side).best
        if price is None or not self.makers:
            return
        maker = self.makers[int(who * len(self.makers))]
        lots = pareto(size, max(1, self.lots // 2), 2.0, 20 * self.lots)
        self.desk.exchange.cross(now, self.desk.owner, maker, side, price, lots)
