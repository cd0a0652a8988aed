"""Noise takers: many who work large orders piece by piece, which is what makes signs persist."""

from dataclasses import dataclass, field
from math import exp

from pipeline.simulator.agents.excitement import Excitement
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential, pareto
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import TruthLog
from pipeline.simulator.value import Value

_ROUND = (1_000, 500, 100, 50, 10)


@dataclass(slots=True)
class _Large:
    """A large order in work: its side, how many pieces are left and how large they are."""

    side: int
    left: int
    lots: float
    started: int
    done_lots: int = 0
    pieces: int = 0


@dataclass(slots=True)
class NoiseTakers:
    """`crowd` traders each work one large order of Pareto(1.5) many pieces (Lillo, Mike and Farmer 2005).

    Orders arrive in a Hawkes process whose base follows volatility; sizes have a Pareto tail, and a part of them is
    round. A large order with larger pieces has a size of its own: log-normal around the typical one.
    """

    desk: Desk
    draws: Draws
    log: TruthLog
    value: Value
    market: int
    next_time: int | None
    excitement: Excitement
    crowd: int
    longest: int
    typical_lots: int
    largest_lots: int
    tail: float
    round_share: float
    quiet_vol: float
    _work: list[_Large | None] = field(default_factory=list)
    _bound: float = 0.0

    def act(self, now: int) -> None:
        """A candidate of the thinning: perhaps an order."""
        gap, keep, who, side, length, size, scale, is_round = self.draws.take(8)
        level = min(4.0, self.value.vol(now) / self.quiet_vol)
        rate = self.excitement.rate(now, level)
        if keep * self._bound <= rate:
            self._trade(now, who, side, length, size, scale, is_round)
            self.excitement.excite()
            rate = self.excitement.rate(now, level)
        self._bound = rate
        self.next_time = now + exponential(gap, 1.0 / rate)

    def _trade(
        self, now: int, who: float, side: float, length: float, size: float, scale: float, is_round: float
    ) -> None:
        if not self._work:
            self._work = [None] * self.crowd
        place = int(who * self.crowd)
        large = self._work[place]
        if large is None:
            spread = exp(0.9 * (2.0 * scale - 1.0) * 1.7)
            large = _Large(
                BUY if side < 0.5 else SELL, pareto(length, 1, 1.5, self.longest), self.typical_lots * spread, now
            )
            self._work[place] = large
        lots = min(self.largest_lots, max(1, int(0.5 * large.lots * (1.0 - size) ** (-1.0 / self.tail))))
        if is_round < self.round_share:
            lots = next((lots // unit * unit for unit in _ROUND if lots >= unit), lots)
        self.desk.market(large.side, lots)
        large.done_lots += lots
        large.pieces += 1
        large.left -= 1
        if not large.left:
            self._work[place] = None
            self._note(large, now)

    def _note(self, large: _Large, now: int) -> None:
        self.log.metaorders.append(
            {
                "market": self.market,
                "owner": self.desk.owner,
                "side": large.side,
                "start": large.started,
                "end": now,
                "lots": large.done_lots,
                "pieces": large.pieces,
            }
        )
