"""Basis traders: carry trades, spot against perpetual, entered when the perpetual is dear and left when it is not."""

from dataclasses import dataclass

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog


@dataclass(slots=True)
class BasisTrader:
    """Looks every `gap_us`: above `enter_ticks` of basis it buys spot and sells the perpetual, below `leave_ticks` the
    other way round.

    The second leg follows the first after 0.1 to 3 seconds. It carries at most `most_lots`.
    """

    perp: Desk
    spot: Desk
    draws: Draws
    log: TruthLog
    markets: tuple[int, int]
    next_time: int | None
    gap_us: int
    enter_ticks: float
    leave_ticks: float
    lots: int
    most_lots: int
    carried: int = 0

    def act(self, now: int) -> None:
        """Compare the mids; perhaps trade both legs."""
        gap, size, wait = self.draws.take(3)
        self.next_time = now + exponential(gap, self.gap_us)
        perp, spot = self.perp.exchange.twice_mid, self.spot.exchange.twice_mid
        if perp is None or spot is None:
            return
        basis = (perp - spot) / 2
        lots = max(1, int(self.lots * (0.5 + size)))
        if basis > self.enter_ticks and self.carried + lots <= self.most_lots:
            self._trade(BUY, lots, wait)
        elif basis < self.leave_ticks and self.carried - lots >= -self.most_lots:
            self._trade(SELL, lots, wait)

    def _trade(self, spot_side: int, lots: int, wait: float) -> None:
        self.carried += spot_side * lots
        self.log.intend(self.markets[1], self.spot.market(spot_side, lots), "basis")
        self.spot.later(int(100_000 + 2_900_000 * wait), lambda _: self._second(-spot_side, lots))

    def _second(self, side: int, lots: int) -> None:
        self.log.intend(self.markets[0], self.perp.market(side, lots), "basis")
