"""Stress: something rare that happens in the middle of a simulation, and is written into the truth as a label.

The funding rate at its cap is a stress of the coarse world. A jump of many assets at once is many worlds, a seed each,
with a jump in the middle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.simulator.agents.market_maker import MarketMaker
from pipeline.simulator.crowd import ImpossibleStress, crowd
from pipeline.simulator.orders import SELL
from pipeline.simulator.world import World

_SECOND = 1_000_000
_CRASH_US, _AWAY_US, _OUTAGE_US = 60 * _SECOND, 20 * _SECOND, 300 * _SECOND
_CRASH_LOTS, _KEPT, _CRASH_STEP = 1_500, 10, 4 * _SECOND
_JUMP, _BAD_NEWS, _DIVERGENCE = -0.03, -0.003, 0.05
_DEPEG, _DEPEG_STEPS = 0.03, 60
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
    """Let the stress `name` happen to the first market at `at` (microseconds).

    Raises ValueError if there is no such, ImpossibleStress if it cannot happen to this world.
    """
    if name not in STRESSES:
        raise ValueError(f"no stress called {name}; there are {', '.join(STRESSES)}")
    owner = on.world.ledger.open("stress")
    if name in _PREPARED:
        _PREPARED[name](on.world)

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


def _depeg(on: Target, now: int) -> None:
    """For five minutes the quote currency of spot is worth 3 % less and prices in it are higher; a minute each way.

    Basis traders who do not look at the currency take it for a carry.
    """
    fair = on.world.markets[1].fair
    whole = on.world.value.public(now) * (1 / (1 - _DEPEG) - 1)
    for begin, side in ((now, 1), (now + _OUTAGE_US, -1)):
        for step in range(_DEPEG_STEPS):

            def move(_: int, by: float = side * whole / _DEPEG_STEPS) -> None:
                fair.shift += by

            on.world.clock.at(begin + step * _SECOND, _RANK, move)


def _cascade(on: Target, now: int) -> None:
    """Bad news for a crowd of leveraged longs: the venue sells them, which is bad news for the next."""
    on.world.value.jump(_BAD_NEWS * on.world.value.public(now))


def _two_markets(world: World) -> None:
    if len(world.markets) < 2:
        raise ImpossibleStress("a depeg needs a second market, with a quote currency of its own")


STRESSES: dict[str, Callable[[Target, int], None]] = {
    "flash_crash": _flash_crash,
    "jump": _jump,
    "index_divergence": _index_divergence,
    "outage": _outage,
    "depeg": _depeg,
    "liquidation_cascade": _cascade,
}
"""What can happen, by name."""

_PREPARED: dict[str, Callable[[World], None]] = {"liquidation_cascade": crowd, "depeg": _two_markets}
"""What must stand before it can happen."""
