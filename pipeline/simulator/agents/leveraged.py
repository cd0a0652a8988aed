"""Leveraged traders: positions on margin, and the venue's engine that closes them when the margin is gone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog

_MAINTENANCE = 0.6


@dataclass(slots=True)
class Leveraged:
    """Every `gap_us` somebody opens a position of 20 to 100 times its margin, more often a long one (`long_share`).

    It is closed by its owner after `hold_us` on average, or by the venue with a market order once the mid has eaten
    60 % of the margin. Before it does, `deleverage` is asked with the time, the side of who is closed, lots and his
    price, and is true if it closed who stands against them instead (auto-deleveraging).
    """

    desk: Desk
    draws: Draws
    log: TruthLog
    market: int
    next_time: int | None
    gap_us: int
    hold_us: int
    long_share: float
    lots: int
    deleverage: Callable[[int, int, int, int], bool] | None = None
    _open: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    _below: list[tuple[int, int]] = field(default_factory=list)
    _above: list[tuple[int, int]] = field(default_factory=list)
    _count: int = 0
    _next_new: int = 0

    def act(self, now: int) -> None:
        """Once a second: liquidate who is out of margin; from time to time a new position."""
        self.next_time = now + 1_000_000
        twice_mid = self.desk.exchange.twice_mid
        if twice_mid is None:
            return
        mid = twice_mid / 2
        while self._below and -self._below[0][0] >= mid:
            self._liquidate(heappop(self._below)[1], now)
        while self._above and self._above[0][0] <= mid:
            self._liquidate(heappop(self._above)[1], now)
        if now >= self._next_new:
            self._enter(mid, now)

    def _enter(self, mid: float, now: int) -> None:
        gap, coin, leverage, size, hold = self.draws.take(5)
        self._next_new = now + exponential(gap, self.gap_us)
        side = BUY if coin < self.long_share else SELL
        lots = max(1, int(self.lots * (1.0 - size) ** -0.5))
        lots = min(lots, 20 * self.lots)
        distance = mid * _MAINTENANCE / (20 + 80 * leverage)
        self.desk.market(side, lots)
        key = self.hold(side, lots, round(mid - side * distance))
        self.desk.later(exponential(hold, self.hold_us), lambda _: self._close(key))

    def hold(self, side: int, lots: int, price: int) -> int:
        """A position that is liquidated at `price` (ticks) stands from now on; its number."""
        self._count += 1
        key = self._count
        self._open[key] = (side, lots, price)
        if side == BUY:
            heappush(self._below, (-price, key))
        else:
            heappush(self._above, (price, key))
        return key

    def _close(self, key: int) -> None:
        position = self._open.pop(key, None)
        if position:
            self.desk.market(-position[0], position[1])

    def _liquidate(self, key: int, now: int) -> None:
        position = self._open.pop(key, None)
        if position is None:
            return
        side, lots, price = position
        if self.deleverage and self.deleverage(now, side, lots, price):
            return
        order_id = self.desk.market(-side, lots)
        self.log.intend(self.market, order_id, "liquidation")
        self.log.label(self.market, now, self.desk.owner, order_id, "liquidation", -side, lots)
