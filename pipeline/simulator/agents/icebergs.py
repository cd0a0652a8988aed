"""Icebergs: large passive orders that show a peak at a time, by the venue (native) or by a program (synthetic)."""

from dataclasses import dataclass, field
from math import cos, exp, log, pi, sqrt

from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.orders import BUY, SELL, Report
from pipeline.simulator.truth_log import Note, TruthLog

_LATENCY_US, _LATENCY_LOG_SD = 80_000, 0.6
_FEWEST_PEAKS, _MOST_PEAKS = 3, 50


@dataclass(slots=True)
class Iceberg:
    """One iceberg at work: its note for the truth, what is left of it, and its order on the book."""

    note: Note
    order_id: int
    side: int
    price: int
    peak: int
    jitter: float
    left: int
    shown: int


@dataclass(slots=True)
class Icebergs:
    """Every `gap_us` a new one near the touch. Listens to its exchange to see its own fills.

    Total over peak is log-uniform between 3 and 50; it gives up after `life_us` on average. A synthetic one posts its
    next peak after a log-normal time of median 80 ms, where its price has been passed at the best price of its side,
    and may vary its peak by 10 %.
    """

    desk: Desk
    draws: Draws
    log: TruthLog
    market: int
    next_time: int | None
    gap_us: int
    life_us: int
    native_share: float
    smallest_peak: int
    largest_peak: int
    deepest_ticks: int
    _working: dict[int, Iceberg] = field(default_factory=dict)

    def act(self, now: int) -> None:
        """Place a new iceberg."""
        self.next_time = now + exponential(self.draws.take(1)[0], self.gap_us)
        self._place()

    def on_report(self, report: Report) -> None:
        """Note the fills of icebergs; only note and plan: no order is sent from here."""
        for fill in report.fills:
            iceberg = self._working.get(fill.maker_order)
            if iceberg:
                self._filled(iceberg, fill.size, report.time)

    def close(self, now: int) -> None:
        """The simulation is over."""
        for iceberg in list(self._working.values()):
            iceberg.note.update(ended_by="end", end=now)

    def _place(self) -> None:
        native, coin, depth, peak, total, life, jitter = self.draws.take(7)
        side = BUY if coin < 0.5 else SELL
        best = self.desk.exchange.side(side).best
        if best is None:
            return
        lots = int(self.smallest_peak * (self.largest_peak / self.smallest_peak) ** peak)
        whole = lots * int(_FEWEST_PEAKS * (_MOST_PEAKS / _FEWEST_PEAKS) ** total)
        price = best - side * int(depth * (self.deepest_ticks + 1))
        is_native = native < self.native_share
        note: Note = {
            "market": self.market,
            "owner": self.desk.owner,
            "kind": "native" if is_native else "synthetic",
            "side": side,
            "price": price,
            "peak": lots,
            "total": whole,
            "start": self.desk.now,
            "executed": 0,
            "n_refills": 0,
            "chain": len(self.log.icebergs),
        }
        self.log.icebergs.append(note)
        order_id = self.desk.limit(side, price, whole if is_native else lots, "post_only", lots if is_native else 0)
        share = 0.1 if not is_native and jitter < 0.5 else 0.0
        iceberg = Iceberg(note, order_id, side, price, lots, share, whole, lots)
        self._working[order_id] = iceberg
        self.desk.later(exponential(life, self.life_us), lambda now: self._give_up(iceberg, now))

    def _filled(self, iceberg: Iceberg, lots: int, now: int) -> None:
        note = iceberg.note
        note["executed"] += lots
        iceberg.left -= lots
        iceberg.shown -= lots
        if iceberg.left <= 0:
            del self._working[iceberg.order_id]
            note.update(ended_by="filled", end=now)
        elif iceberg.shown <= 0:
            if note["kind"] == "native":
                iceberg.shown = min(iceberg.peak, iceberg.left)
                self._refilled(iceberg, now, now)
            else:
                note["taken"] = now
                self.desk.later(self._latency(), lambda then: self._show(iceberg, then))

    def _show(self, iceberg: Iceberg, now: int) -> None:
        """A synthetic iceberg's next peak."""
        if iceberg.note.get("ended_by"):
            return
        iceberg.price = self._price(iceberg)
        del self._working[iceberg.order_id]
        lots = iceberg.peak
        if iceberg.jitter:
            lots = max(1, int(lots * (1.0 + iceberg.jitter * (2.0 * self.draws.take(1)[0] - 1.0))))
        iceberg.shown = min(lots, iceberg.left)
        iceberg.order_id = self.desk.limit(iceberg.side, iceberg.price, iceberg.shown, "post_only")
        self._working[iceberg.order_id] = iceberg
        self._refilled(iceberg, iceberg.note["taken"], now + self.desk.latency_us)

    def _price(self, iceberg: Iceberg) -> int:
        """Its limit; where the market has passed that, the best price of its own side."""
        limit = int(iceberg.note["price"])
        best = self.desk.exchange.side(iceberg.side).best
        opposite = self.desk.exchange.side(-iceberg.side).best
        if opposite is None or iceberg.side * (limit - opposite) < 0:
            return limit
        return opposite - iceberg.side if best is None else best

    def _refilled(self, iceberg: Iceberg, taken: int, now: int) -> None:
        note = iceberg.note
        note["n_refills"] += 1
        self.log.refills.append(
            {
                "market": self.market,
                "chain": note["chain"],
                "n": note["n_refills"],
                "ts": now,
                "taken": taken,
                "side": iceberg.side,
                "price": iceberg.price,
                "lots": iceberg.shown,
                "executed": note["executed"],
            }
        )

    def _give_up(self, iceberg: Iceberg, now: int) -> None:
        if iceberg.note.get("ended_by"):
            return
        iceberg.note.update(ended_by="cancelled", end=now)
        self._working.pop(iceberg.order_id, None)
        self.desk.cancel(iceberg.order_id)

    def _latency(self) -> int:
        first, second = self.draws.take(2)
        normal = sqrt(-2.0 * log(1.0 - first)) * cos(2.0 * pi * second)
        return int(_LATENCY_US * exp(_LATENCY_LOG_SD * normal))
