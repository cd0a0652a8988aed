"""Market maker: quotes a few levels on both sides, shaded against its inventory, and steps back when it gets rough."""

from dataclasses import dataclass, field
from math import ceil, floor

from pipeline.simulator.consensus import Anchor, Fair
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.ledger import Ledger
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog

_BIAS_US = 10_000_000


@dataclass(frozen=True, slots=True)
class Quoting:
    """How a market maker quotes: distances in ticks, sizes in lots.

    Quotes are shaded by `skew_ticks` per `full_lots` of inventory, linear as in Avellaneda and Stoikov (2008) and
    Gueant, Lehalle and Fernandez-Tapia (2013), and from `full_lots` on one side is left out. It steps back from a side
    for `away_us` when the consensus moved against that side by `rough_ticks` since it last looked.
    """

    half_spread: float
    levels: int
    step_ticks: int
    lots: int
    skew_ticks: float
    full_lots: int
    poll_us: int
    noise_ticks: float
    rough_ticks: float
    away_us: int


@dataclass(slots=True)
class MarketMaker:
    """One account on one market; its inventory is what it holds everywhere."""

    desk: Desk
    draws: Draws
    fair: Fair
    anchor: Anchor
    ledger: Ledger
    log: TruthLog
    market: int
    next_time: int | None
    quoting: Quoting
    _orders: dict[int, dict[int, int]] = field(default_factory=lambda: {BUY: {}, SELL: {}})
    _away: dict[int, int] = field(default_factory=lambda: {BUY: 0, SELL: 0})
    _bias: float = 0.0
    _bias_until: int = 0
    _last: float | None = None

    def act(self, now: int) -> None:
        """Look at the market and move the quotes to where they should be."""
        gap, bias, size = self.draws.take(3)
        quoting = self.quoting
        self.next_time = now + exponential(gap, quoting.poll_us)
        fair = self.fair.exact(now)
        if now >= self._bias_until:
            self._bias, self._bias_until = (bias - 0.5) * 2 * quoting.noise_ticks, now + _BIAS_US
        self._step_back(now, fair)
        held = self.ledger.net(self.desk.owner) / quoting.full_lots
        middle = fair + self._bias - quoting.skew_ticks * max(-2.0, min(2.0, held))
        self.anchor.state(self.desk.owner, middle)
        bids, asks = self.desk.exchange.bids.best, self.desk.exchange.asks.best
        bid, ask = floor(middle - quoting.half_spread), ceil(middle + quoting.half_spread)
        if asks is not None and bid >= asks:
            bid = asks - 1
        if bids is not None and ask <= bids:
            ask = bids + 1
        lots = max(1, int(quoting.lots * (0.5 + size)))
        self._quote(BUY, bid, now, lots, held < 1.0)
        self._quote(SELL, ask, now, lots, held > -1.0)

    def stay_away(self, until: int) -> None:
        """Quote neither side before `until`."""
        self._away = {side: max(until, away) for side, away in self._away.items()}

    def _quote(self, side: int, best: int, now: int, lots: int, willing: bool) -> None:
        """Keep orders at `best` and every `step_ticks` behind it; cancel what stands elsewhere."""
        orders, quoting = self._orders[side], self.quoting
        for price in [price for price, order_id in orders.items() if not self.desk.is_open(order_id)]:
            del orders[price]
        if not willing or now < self._away[side]:
            self._withdraw(side)
            return
        reach = quoting.levels * quoting.step_ticks
        distances = {price: side * (best - price) for price in orders}
        for price, distance in distances.items():
            if distance < 0 or distance >= reach:
                self.desk.cancel(orders.pop(price))
        taken = {distance // quoting.step_ticks for distance in distances.values() if 0 <= distance < reach}
        for level in range(quoting.levels):
            if level not in taken:
                price = best - side * level * quoting.step_ticks
                if price not in orders:
                    orders[price] = self.desk.limit(side, price, lots + lots * level // 2, "post_only")

    def _step_back(self, now: int, fair: float) -> None:
        """Withdraw from the side the market runs over."""
        moved = 0.0 if self._last is None else fair - self._last
        self._last = fair
        if abs(moved) < self.quoting.rough_ticks:
            return
        side = SELL if moved > 0 else BUY
        lots = self._withdraw(side)
        self._away[side] = now + self.quoting.away_us
        if lots:
            self.log.pull(self.market, now, self.desk.owner, side, lots, "volatility")

    def _withdraw(self, side: int) -> int:
        """Cancel all orders of a side; return the lots that were on display."""
        resting = self.desk.exchange.orders
        lots = 0
        for order_id in self._orders[side].values():
            order = resting.get(order_id)
            lots += order.size if order else 0
            self.desk.cancel(order_id)
        self._orders[side].clear()
        return lots
