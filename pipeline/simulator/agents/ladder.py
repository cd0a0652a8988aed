"""Ladder: patient orders far from the touch, on both sides, moved along with the reference value."""

from dataclasses import dataclass, field

from pipeline.simulator.consensus import Anchor
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential, pareto
from pipeline.simulator.orders import BUY, SELL

Rung = tuple[int, int]
"""A side, and how many rungs out."""


@dataclass(slots=True)
class Ladder:
    """Holds one order per rung, at `first_ticks`, `first_ticks + step_ticks`, ... from the reference value.

    It builds all `rungs` of both sides at once, then replaces one rung every
    `gap_us` on average, in a shuffled round, so that none is forgotten for long.
    """

    desk: Desk
    draws: Draws
    reference: Anchor
    next_time: int | None
    gap_us: int
    rungs: int
    first_ticks: int
    step_ticks: int
    smallest_lots: int
    _orders: dict[Rung, int] = field(default_factory=dict)
    _round: list[Rung] = field(default_factory=list)

    def act(self, now: int) -> None:
        """Build the ladder, or replace one rung."""
        if not self._orders:
            for rung in self._all_rungs():
                self._place(rung, now)
        else:
            rung = self._next_rung()
            if self.desk.is_open(self._orders[rung]):
                self.desk.cancel(self._orders[rung])
            self._place(rung, now)
        self.next_time = now + exponential(self.draws.take(1)[0], self.gap_us)

    def _place(self, rung: Rung, now: int) -> None:
        side, steps = rung
        shift, size = self.draws.take(2)
        distance = self.first_ticks + int((steps + shift) * self.step_ticks)
        lots = pareto(size, self.smallest_lots, 1.5, 20 * self.smallest_lots)
        self._orders[rung] = self.desk.limit(side, self.reference.at(now) - side * distance, lots, "post_only")

    def _next_rung(self) -> Rung:
        if not self._round:
            rungs = self._all_rungs()
            self._round = [rung for _, rung in sorted(zip(self.draws.take(len(rungs)), rungs, strict=True))]
        return self._round.pop()

    def _all_rungs(self) -> list[Rung]:
        return [(side, steps) for steps in range(self.rungs) for side in (BUY, SELL)]
