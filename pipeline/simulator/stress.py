"""Stress: something rare that happens in the middle of a simulation, and is written into the truth as a label.

There are a flash crash, a jump, a divergence of the index and an outage. A cascade of liquidations with deleveraging,
and a quote currency that loses its peg, are missing: the first needs many more leveraged accounts, the second a second
quote currency. The funding rate at its cap is a stress of the coarse world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.simulator.agents.market_maker import MarketMaker
from pipeline.simulator.orders import SELL
from pipeline.simulator.world import World

_SECOND = 1_000_000
_CRASH_US, _AWAY_US, _OUTAGE_US = 60 * _SECOND, 20 * _SECOND, 300 * _SECOND
_CRASH_LOTS, _KEPT, _CRASH_STEP = 1_500, 10, 4 * _SECOND
_JUMP, _DIVERGENCE = -0.03, 0.05
_RANK = -5


class Silent(Protocol):
    """A recorder that can be cut off: a `Capture`."""

    def silence(self, until: int) -> None: ...


class Pointed(Protocol):
    """Who publishes an index: a `Mark`."""

    index_factor: float


@dataclass(frozen=True, slots=True)
class Target:
    """What a stress may touch: the world, recorders of its first market, and who publishes that market's index."""

    world: World
    captures: Sequence[Silent]
    marks: Sequence[Pointed]


def plan(name: str, on: Target, at: int) -> None:
    """Let the stress `name` happen to the first market at `at` (microseconds). ValueError if there is no such."""
    if name not in STRESSES:
        raise ValueError(f"no stress called {name}; there are {', '.join(STRESSES)}")
    owner = on.world.ledger.open("stress")

    def begin(now: int) -> None:
        on.world.log.label(0, now, owner, 0, name, SELL, 1)
        STRESSES[name](on, now)

    on.world.clock.at(at, _RANK, begin)


def _flash_crash(on: Target, now: int) -> None:
    """For a minute makers stay away and nine orders in ten are withdrawn every four seconds, while somebody sells."""
    world = on.world
    exchange, log = world.markets[0].exchange, world.log
    seller = next(account.owner for account in world.ledger.accounts if account.kind == "stress")
    makers = {agent.desk.owner: agent for agent in world.agents.values() if isinstance(agent, MarketMaker)}
    end = now + _CRASH_US

    def step(then: int) -> None:
        pulled: dict[tuple[int, int], int] = {}
        for order in list(exchange.orders.values()):
            if order.order_id % _KEPT:
                if order.owner in makers:
                    key = order.owner, order.side
                    pulled[key] = pulled.get(key, 0) + order.size
                exchange.cancel(then, order.owner, order.order_id)
        for (owner, side), lots in pulled.items():
            log.pull(0, then, owner, side, lots, "stress")
        for agent in makers.values():
            if agent.market == 0:
                agent.stay_away(min(end, then + _AWAY_US))
        exchange.market(then, seller, exchange.new_order_id(), SELL, _CRASH_LOTS)
        if then + _CRASH_STEP < end:
            world.clock.at(then + _CRASH_STEP, _RANK, step)

    step(now)


def _jump(on: Target, now: int) -> None:
    """The value falls by 3 % at once, on all markets, and everybody knows."""
    on.world.value.jump(_JUMP * on.world.value.public(now))


def _index_divergence(on: Target, now: int) -> None:
    """The index is 5 % too high for five minutes."""
    for mark in on.marks:
        mark.index_factor = 1.0 + _DIVERGENCE

    def over(_: int) -> None:
        for mark in on.marks:
            mark.index_factor = 1.0

    on.world.clock.at(now + _OUTAGE_US, _RANK, over)


def _outage(on: Target, now: int) -> None:
    """Nothing reaches the recorder for five minutes; then a snapshot."""
    for capture in on.captures:
        capture.silence(now + _OUTAGE_US)


STRESSES: dict[str, Callable[[Target, int], None]] = {
    "flash_crash": _flash_crash,
    "jump": _jump,
    "index_divergence": _index_divergence,
    "outage": _outage,
}
"""What can happen, by name."""
