"""Taker: market orders with persistent signs, cut from larger orders."""

from dataclasses import dataclass

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential, pareto
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.reference import Reference


@dataclass(slots=True)
class Taker:
    """Works one large order at a time, a market order every `gap_us` on average.

    A large order has Pareto(1.5) many pieces of Pareto(1.5) sizes from
    `smallest_lots` to `largest_lots`. Its side is a fair coin tilted towards the
    reference value: by 0.5 per `lean_ticks` that the mid is away from it, at most 0.3.
    """

    desk: Desk
    draws: Draws
    reference: Reference
    next_time: int | None
    gap_us: int
    longest: int
    smallest_lots: int
    largest_lots: int
    lean_ticks: int
    _side: int = BUY
    _pieces: int = 0

    def act(self, now: int) -> None:
        """Send the next piece."""
        gap, coin, length, size = self.draws.take(4)
        self.next_time = now + exponential(gap, self.gap_us)
        if not self._pieces:
            self._side = BUY if coin < 0.5 + self._lean(now) else SELL
            self._pieces = pareto(length, 1, 1.5, self.longest)
        self._pieces -= 1
        self.desk.market(self._side, pareto(size, self.smallest_lots, 1.5, self.largest_lots))

    def _lean(self, now: int) -> float:
        exchange = self.desk.exchange
        bid, ask = exchange.bids.best, exchange.asks.best
        if bid is None or ask is None:
            return 0.0
        away = self.reference.at(now) - (bid + ask) / 2
        return max(-0.3, min(0.3, 0.5 * away / self.lean_ticks))
