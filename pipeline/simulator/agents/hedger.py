"""Hedger: passes a market maker's inventory on, with a half-life of its own."""

from dataclasses import dataclass

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.ledger import Ledger
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog


@dataclass(slots=True)
class Hedger:
    """Every `gap_us` on average it trades what the half-life asks for since it last did.

    With a `desk` it takes there (on the market itself or on another one); without, it trades where nobody looks and no
    trade is seen. What is less than `smallest_lots` waits for the next time.
    """

    owner: int
    desk: Desk | None
    market: int
    draws: Draws
    ledger: Ledger
    log: TruthLog
    next_time: int | None
    half_life_s: float
    gap_us: int
    smallest_lots: int
    _last: int | None = None

    def act(self, now: int) -> None:
        """Trade off a part of the inventory."""
        passed = 0 if self._last is None else now - self._last
        self.next_time = now + exponential(self.draws.take(1)[0], self.gap_us)
        held = self.ledger.net(self.owner)
        lots = int(abs(held) * (1.0 - 2.0 ** (-passed * 1e-6 / self.half_life_s)))
        if self._last is not None and lots < self.smallest_lots:
            return
        self._last = now
        if not lots:
            return
        side = SELL if held > 0 else BUY
        if self.desk is None:
            self.ledger.off_venue[self.owner] += side * lots
        else:
            self.log.intend(self.market, self.desk.market(side, lots), "hedge")
