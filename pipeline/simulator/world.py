"""The demo world: one perpetual, its exchange, and the handful of agents who trade it."""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.simulator.agents.canceller import Canceller
from pipeline.simulator.agents.ladder import Ladder
from pipeline.simulator.agents.order_bag import OrderBag
from pipeline.simulator.agents.placer import Placer
from pipeline.simulator.agents.taker import Taker
from pipeline.simulator.clock import Agent, Clock
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.reference import Reference

AGENTS = ("ladder", "placer", "canceller", "taker")
"""Everyone in the demo world, in the order in which they act when it is the same microsecond."""

_ACCOUNTS = {"ladder": 1, "placer": 2, "canceller": 2, "taker": 3}
_MS, _SECOND = 1_000, 1_000_000
MID_TICKS = 420_000


@dataclass(frozen=True, slots=True)
class World:
    """Everything that moves; `exchange.fills` is the truth about who traded with whom."""

    clock: Clock
    exchange: Exchange
    reference: Reference
    draws: dict[str, Draws]
    agents: dict[str, Agent]


def demo_world(
    *,
    seed: int,
    start_us: int,
    without: Collection[str] = (),
    reference_seed: int | None = None,
    start_ticks: int = MID_TICKS,
) -> World:
    """The demo world at `start_us`, its book still empty; agents named in `without` stay at home.

    Ticks are 0.10 dollars, lots 0.001 of the base; the price starts near `start_ticks`. Worlds of one
    `reference_seed` (default: `seed`) are moved by the same news.
    Everyone has random numbers of their own, so leaving one out changes nobody else's.
    """
    unknown = set(without) - set(AGENTS)
    if unknown:
        raise ValueError(f"no agent called {', '.join(sorted(unknown))}; there are {', '.join(AGENTS)}")
    clock = Clock(start_us)
    exchange = Exchange(update_id=4_000_000_000_000, trade_id=4_500_000_000)
    draws = {name: Draws(seed, name) for name in AGENTS}
    reference = Reference(
        Draws(seed if reference_seed is None else reference_seed, "reference"),
        start_us=start_us,
        start_ticks=start_ticks,
        step_us=_SECOND,
        step_ticks=24.0,
    )
    desks = {
        name: Desk(clock, exchange, owner=_ACCOUNTS[name], rank=rank, latency_us=5 * _MS)
        for rank, name in enumerate(AGENTS)
    }
    everyone = _demo_agents(desks, draws, reference, start_us)
    agents = {name: everyone[name] for name in AGENTS if name not in without}
    for name, agent in agents.items():
        clock.add(agent, AGENTS.index(name))
    return World(clock, exchange, reference, draws, agents)


def _demo_agents(
    desks: dict[str, Desk], draws: dict[str, Draws], reference: Reference, start_us: int
) -> dict[str, Agent]:
    """The four of them, with numbers that make a liquid book: no claim beyond that."""
    bag = OrderBag()
    return {
        "ladder": Ladder(
            desks["ladder"],
            draws["ladder"],
            reference,
            next_time=start_us,
            gap_us=500 * _MS,
            rungs=240,
            first_ticks=150,
            step_ticks=25,
            smallest_lots=300,
        ),
        "placer": Placer(
            desks["placer"],
            draws["placer"],
            reference,
            bag,
            next_time=start_us,
            gap_us=25 * _MS,
            join=0.4,
            deepest_ticks=1200,
            smallest_lots=40,
        ),
        "canceller": Canceller(
            desks["canceller"],
            draws["canceller"],
            reference,
            bag,
            next_time=start_us,
            life_us=15 * _SECOND,
            careful=0.6,
            looks=16,
        ),
        "taker": Taker(
            desks["taker"],
            draws["taker"],
            reference,
            next_time=start_us + 10 * _SECOND,
            gap_us=400 * _MS,
            longest=200,
            smallest_lots=30,
            largest_lots=30_000,
            lean_ticks=60,
        ),
    }
