"""The makers of a market: those who quote it, and how each of them hedges."""

from typing import TYPE_CHECKING

from pipeline.simulator.agents.hedger import Hedger
from pipeline.simulator.agents.market_maker import MarketMaker, Quoting
from pipeline.simulator.clock import Agent
from pipeline.simulator.desk import Desk
from pipeline.simulator.market import Market

if TYPE_CHECKING:
    from pipeline.simulator.world import World

_MS, _SECOND = 1_000, 1_000_000


def makers(world: "World", market: Market) -> list[tuple[str, Agent]]:
    params = world.params.makers
    families = ["fast"] * params.fast + ["slow"] * params.slow
    made: list[tuple[str, Agent]] = []
    for i, family in enumerate(families):
        draws = world.draws(market, f"maker{i}")
        life, hedge, pace, size = draws.take(4)
        low, high = params.fast_min if family == "fast" else params.slow_min
        half_life = low * (high / low) ** life
        way = "off_venue" if hedge < params.off_venue else "spot" if hedge < params.off_venue + params.spot else "taker"
        if way == "spot" and (market.place or len(world.markets) < 2):
            way = "off_venue"
        owner = world.ledger.open(
            "market_maker", family=family, hedge=way, half_life_min=half_life, home=market.params.name
        )
        scale = (0.7 + 0.6 * size) * (0.5 + 0.5 * market.params.activity) * 6 / len(families)
        quoting = Quoting(
            half_spread=params.half_spread,
            levels=params.levels,
            step_ticks=params.step_ticks,
            lots=max(1, int(params.lots * scale)),
            skew_ticks=params.skew_ticks,
            full_lots=int(params.full_lots * scale),
            poll_us=int(params.poll_ms * _MS * (0.7 + 0.6 * pace) / market.params.activity**0.5),
            noise_ticks=params.noise_ticks,
            rough_ticks=params.rough_ticks,
            away_us=params.away_ms * _MS,
        )
        desk = world.desk(market, owner, 2.0 + 4.0 * pace)
        made.append(
            (
                f"maker{i}",
                MarketMaker(
                    desk,
                    draws,
                    market.fair,
                    market.anchor,
                    world.ledger,
                    world.log,
                    market.place,
                    world.start_us + 1 + i,
                    quoting,
                ),
            )
        )
        if "hedging" not in world.params.without:
            made.append((f"hedger{i}", _hedger(world, market, i, owner, way, half_life, desk)))
    return made


def _hedger(world: "World", market: Market, i: int, owner: int, way: str, half_life: float, desk: Desk) -> Hedger:
    where = world.markets[1] if way == "spot" else market
    taken = {"off_venue": None, "taker": desk, "spot": world.desk(where, owner, 5.0)}[way]
    return Hedger(
        owner,
        taken,
        where.place,
        world.draws(market, f"hedger{i}"),
        world.ledger,
        world.log,
        world.start_us + _SECOND,
        half_life * 60,
        5 * _SECOND if taken is None else 8 * _SECOND,
        1 if taken is None else 20,
    )
