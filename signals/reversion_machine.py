"""The state machine of the inventory reversion rule: one market, both sides, stepped minute by minute.

The hypothesis: market makers who are unusually long bought at a depressed price that recovers, and the mirror image.
The rule arms on extreme inventory, waits for the price to give way further, and leaves on the first of several reasons.
It decides on minutes; how an order is filled is its `FillModel`'s to say. Times are microseconds, NaN is unknown.
"""

from collections import deque
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Final, Literal, Protocol

from signals.bars import MINUTE, SECOND

State = Literal["IDLE", "ARMED", "ENTRY", "LONG", "SHORT", "COOLDOWN"]

STATES: Final[dict[str, str]] = {
    "IDLE": "nothing is going on",
    "ARMED": "inventory is extreme, waiting for the pullback",
    "ENTRY": "an order to enter is out",
    "LONG": "in the market, bought; until the exit is filled",
    "SHORT": "in the market, sold; until the exit is filled",
    "COOLDOWN": "out again and not yet back to IDLE",
}
REASONS: Final[dict[str, str]] = {
    "armed": "IDLE to ARMED: inventory is extreme",
    "no_book": "ARMED to IDLE: no OK book for gap_s",
    "engine": "ARMED to IDLE: the engine is at REDUCE or worse",
    "z_out": "ARMED to IDLE, or exit ordered: inventory is back",
    "arm_timeout": "ARMED to IDLE: no pullback in time",
    "pullback": "ARMED to ENTRY: the price gave way",
    "filled": "ENTRY to LONG or SHORT",
    "no_fill": "ENTRY to IDLE: the order met no OK book",
    "stop": "exit ordered: the mid went against the entry",
    "tail_limiter": "exit ordered: the engine is at FLATTEN or worse",
    "target": "exit ordered: the price is back at its reference",
    "hold_timeout": "exit ordered: held for long enough",
    "data_gap": "exit ordered: no OK book for more than gap_s",
    "flat": "LONG or SHORT to COOLDOWN: the exit is filled",
    "cooled": "COOLDOWN to IDLE",
}
"""What a minute's transitions are called; an exit is ordered in one minute and filled later."""

ENGINE: Final = ("NORMAL", "CAUTION", "REDUCE", "FLATTEN", "HALT", "LOCKED")
"""States of the engine whose risk limits the rule obeys, safer to the right; any other counts as HALT."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The research choices, units in their names; pullback and stop are fractions of a price."""

    z_in: float
    z_out: float
    z_rearm: float
    q_in: float
    pullback: float
    stop: float
    arm_h: float
    hold_h: float
    cooldown_h: float
    lookback_min: float
    latency_ms: float
    gap_s: float

    def __post_init__(self) -> None:
        if not (0 < self.z_in > self.z_out and self.z_rearm <= self.z_in):
            raise ValueError(
                f"expected z_in above 0, z_out below it and z_rearm at most it, got z_in {self.z_in}, "
                f"z_out {self.z_out}, z_rearm {self.z_rearm}: the rule would leave, or arm again, where it arms"
            )
        if not (0.5 < self.q_in <= 1 and 0 < self.pullback < 1 and 0 < self.stop < 1):
            raise ValueError(
                f"expected q_in above 0.5 and at most 1, pullback and stop between 0 and 1, got q_in {self.q_in}, "
                f"pullback {self.pullback}, stop {self.stop}"
            )


@dataclass(frozen=True, slots=True)
class Minute:
    """What is known at the end of a minute: at `known`, of the minute that ended at `at`.

    `mid`, `bid` and `ask` are NaN unless the book is OK. `bookless_s` is the length of the longest stretch without an
    OK book that reaches into the minute.
    """

    at: int
    known: int
    z: float
    q: float
    mid: float
    bid: float
    ask: float
    bookless_s: float = 0
    engine: str = "NORMAL"


@dataclass(frozen=True, slots=True)
class Order:
    """Buy (+1) or sell (-1), at the venue from `arrives` on. An exit stands until it is filled."""

    side: int
    arrives: int
    is_exit: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """When an order was done with, and the price; NaN: it was an entry, and came to nothing."""

    at: int
    px: float


class FillModel(Protocol):
    """How orders are filled. Must use nothing that happened after `until`."""

    def fill(self, order: Order, until: int) -> Fill | None:
        """What became of the order up to `until`; None while that is open. An exit is filled sooner or later."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """The machine at the end of a minute. `reasons` are the minute's transitions in order; NaN where nothing is said.

    `ref` is the price from which the pullback is measured, the target once entered; `waited` tells an entry that came
    in a later minute than the arming (None unless one is out or filled).
    """

    state: State
    direction: int
    reasons: tuple[str, ...]
    waited: bool | None
    ref: float
    entry: float


@dataclass(slots=True)
class Machine:
    """Step it through every minute there is, in order. It starts IDLE, and blocked until inventory is ordinary."""

    rules: Rules
    fills: FillModel
    _state: State = "IDLE"
    _side: int = 0
    _blocked: dict[int, bool] = field(default_factory=lambda: {1: True, -1: True})
    _mids: deque[tuple[int, float]] = field(default_factory=deque)
    _reasons: list[str] = field(default_factory=list)
    _order: Order | None = None
    _armed_at: int = 0
    _entered_at: int = 0
    _flat_at: int = 0
    _waited: bool = False
    _ref: float = nan
    _entry: float = nan

    def step(self, minute: Minute) -> Step:
        """Several transitions may fall into one minute; each is checked once, in the order of an episode."""
        self._reasons = []
        self._remember(minute)
        if self._order is not None:
            self._settle(self._order, minute)
        if self._state in ("LONG", "SHORT") and self._order is None:
            self._watch(minute)
        if self._state == "COOLDOWN" and minute.at - self._flat_at >= _hours(self.rules.cooldown_h):
            self._end("IDLE", "cooled")
        if self._state == "IDLE":
            self._look(minute)
        if self._state == "ARMED":
            self._wait(minute)
        is_out = self._state in ("ENTRY", "LONG", "SHORT")
        return Step(
            self._state, self._side, tuple(self._reasons), self._waited if is_out else None, self._ref, self._entry
        )

    def _remember(self, minute: Minute) -> None:
        """Unblock the sides on which inventory is ordinary, and keep the mids of the lookback."""
        for side in (1, -1):
            if side * minute.z < self.rules.z_rearm:
                self._blocked[side] = False
        while self._mids and self._mids[0][0] < minute.at - self.rules.lookback_min * MINUTE:
            self._mids.popleft()
        if not isnan(minute.mid):
            self._mids.append((minute.at, minute.mid))

    def _look(self, minute: Minute) -> None:
        """IDLE: arm on extreme inventory, once until it has been ordinary again."""
        has_data = not isnan(minute.mid) and minute.bookless_s < self.rules.gap_s
        if not has_data or _severity(minute.engine) > _severity("CAUTION"):
            return
        for side, is_rare in ((1, minute.q >= self.rules.q_in), (-1, minute.q <= 1 - self.rules.q_in)):
            if side * minute.z >= self.rules.z_in and is_rare and not self._blocked[side]:
                self._side, self._blocked[side], self._armed_at = side, True, minute.at
                self._ref = (max if side > 0 else min)(mid for _, mid in self._mids)
                self._go("ARMED", "armed")

    def _wait(self, minute: Minute) -> None:
        """ARMED: give up, or enter once the price has given way by the pullback."""
        rules, side = self.rules, self._side
        if minute.bookless_s >= rules.gap_s:
            return self._end("IDLE", "no_book")
        if _severity(minute.engine) >= _severity("REDUCE"):
            return self._end("IDLE", "engine")
        if side * minute.z <= rules.z_out:
            return self._end("IDLE", "z_out")
        if minute.at - self._armed_at >= _hours(rules.arm_h):
            return self._end("IDLE", "arm_timeout")
        if side * minute.mid > side * self._ref:
            self._ref = minute.mid
        if side * minute.mid <= side * self._ref * (1 - side * rules.pullback):
            self._waited = minute.at > self._armed_at
            self._order = Order(side, minute.known + round(rules.latency_ms * 1_000), is_exit=False)
            self._go("ENTRY", "pullback")
        return None

    def _settle(self, order: Order, minute: Minute) -> None:
        """What became of the order that is out."""
        fill = self.fills.fill(order, minute.at)
        if fill is None:
            return
        self._order = None
        if order.is_exit:
            self._flat_at = fill.at
            self._end("COOLDOWN", "flat")
        elif not isnan(fill.px):
            self._entered_at, self._entry = fill.at, fill.px
            self._go("LONG" if order.side > 0 else "SHORT", "filled")
        else:
            self._end("IDLE", "no_fill")

    def _watch(self, minute: Minute) -> None:
        """LONG or SHORT: order the exit for the first reason there is. The stop stands before the target."""
        rules, side = self.rules, self._side
        near = minute.bid if side > 0 else minute.ask
        held_us = minute.at - self._entered_at
        exits = (
            ("stop", side * minute.mid <= side * self._entry * (1 - side * rules.stop)),
            ("tail_limiter", _severity(minute.engine) >= _severity("FLATTEN")),
            ("target", side * near >= side * self._ref),
            ("z_out", side * minute.z <= rules.z_out),
            ("hold_timeout", held_us >= _hours(rules.hold_h)),
            ("data_gap", min(minute.bookless_s, held_us / SECOND) > rules.gap_s),
        )
        reason = next((name for name, holds in exits if holds), None)
        if reason is not None:
            self._reasons.append(reason)
            self._order = Order(-side, minute.known + round(rules.latency_ms * 1_000), is_exit=True)

    def _go(self, state: State, reason: str) -> None:
        self._state = state
        self._reasons.append(reason)

    def _end(self, state: Literal["IDLE", "COOLDOWN"], reason: str) -> None:
        """Nothing is armed or held any more; in COOLDOWN the side is still taken."""
        self._go(state, reason)
        self._ref = self._entry = nan
        if state == "IDLE":
            self._side = 0


def _severity(engine: str) -> int:
    return ENGINE.index(engine if engine in ENGINE else "HALT")


def _hours(hours: float) -> int:
    return round(hours * 60 * MINUTE)
