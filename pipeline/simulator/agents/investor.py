"""Investors: a few very large orders, worked over many minutes at an even pace."""

from dataclasses import dataclass, field

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential, pareto
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.truth_log import Note, TruthLog


@dataclass(slots=True)
class Investor:
    """Takes `lots` every `piece_us` (jittered) until a large order of Pareto many pieces is done, then rests."""

    desk: Desk
    draws: Draws
    log: TruthLog
    market: int
    next_time: int | None
    rest_us: int
    piece_us: int
    smallest_pieces: int
    longest_pieces: int
    lots: int
    _left: int = 0
    _note: Note = field(default_factory=dict)

    def act(self, now: int) -> None:
        """Send the next piece, or rest."""
        gap, coin, length, size = self.draws.take(4)
        if not self._left:
            self._left = pareto(length, self.smallest_pieces, 1.5, self.longest_pieces)
            self._note = {
                "market": self.market,
                "owner": self.desk.owner,
                "side": BUY if coin < 0.5 else SELL,
                "start": now,
                "lots": 0,
                "pieces": 0,
            }
        lots = max(1, int(self.lots * (0.5 + size)))
        self.desk.market(self._note["side"], lots)
        self._note["lots"] += lots
        self._note["pieces"] += 1
        self._left -= 1
        if self._left:
            self.next_time = now + exponential(gap, self.piece_us)
            return
        self.log.metaorders.append({**self._note, "end": now})
        self.next_time = now + exponential(gap, self.rest_us)
