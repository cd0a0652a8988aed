"""The world: markets, what moves them, and everyone who trades on them."""

from dataclasses import dataclass, field

from pipeline.simulator.cast import groups
from pipeline.simulator.clock import Agent, Clock
from pipeline.simulator.consensus import Anchor, Consensus, Fair
from pipeline.simulator.desk import Desk
from pipeline.simulator.draws import Draws
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.ledger import Ledger
from pipeline.simulator.market import Market
from pipeline.simulator.presets import AGENTS, MarketParams, WorldParams
from pipeline.simulator.truth_log import TruthLog
from pipeline.simulator.value import Value


@dataclass(frozen=True, slots=True)
class World:
    """Everything that moves, and the truth about it. Agents stand in the order in which they were added: their rank."""

    params: WorldParams
    seed: int
    start_us: int
    clock: Clock
    value: Value
    consensus: Consensus
    markets: tuple[Market, ...]
    ledger: Ledger
    log: TruthLog
    agents: dict[str, Agent] = field(default_factory=dict)

    def draws(self, market: Market, name: str) -> Draws:
        """Random numbers of an agent's own on a market."""
        return Draws(self.seed, f"{market.params.name} {name}")

    def desk(self, market: Market, owner: int, latency_ms: float) -> Desk:
        """Order entry for an account on a market."""
        return Desk(self.clock, market.exchange, owner=owner, rank=1_000 + owner, latency_us=int(latency_ms * 1_000))

    def add(self, name: str, agent: Agent) -> None:
        """Let an agent act from now on."""
        self.agents[name] = agent
        self.clock.add(agent, len(self.agents))


def make_world(params: WorldParams, *, seed: int, start_us: int) -> World:
    """The world at `start_us`, its books still empty. Raises ValueError if it is to be without somebody unknown.

    Everyone has random numbers of their own: leaving one out does not change what others draw.
    """
    unknown = set(params.without) - set(AGENTS)
    if unknown:
        raise ValueError(f"no agents called {', '.join(sorted(unknown))}; there are {', '.join(AGENTS)}")
    world = _empty_world(params, seed, start_us)
    for market in world.markets:
        for kind, agents in groups(world, market):
            if kind not in params.without:
                for name, agent in agents:
                    world.add(f"{market.params.name} {name}", agent)
    return world


def _empty_world(params: WorldParams, seed: int, start_us: int) -> World:
    ticks = params.price * 100 / params.tick_cents
    value = Value(Draws(seed, "value"), params.value, start_us=start_us, start_ticks=ticks)
    consensus, ledger = Consensus(value, params.impact, start_us=start_us), Ledger(len(params.markets))

    def market(place: int, one: MarketParams) -> Market:
        exchange = Exchange(update_id=4_000_000_000_000, trade_id=4_500_000_000)
        exchange.subscribe(ledger.listener(place))
        exchange.subscribe(consensus)
        fair = Fair(
            consensus,
            Draws(seed, f"{one.name} premium"),
            start_us=start_us,
            premium_ticks=one.premium_bps * ticks / 1e4,
            spread_ticks=one.premium_sd_bps * ticks / 1e4,
            half_life_s=one.premium_half_life_s,
        )
        return Market(place, one, exchange, Instrument(one.symbol, params.tick_cents), fair, Anchor(fair))

    markets = tuple(market(place, one) for place, one in enumerate(params.markets))
    return World(params, seed, start_us, Clock(start_us), value, consensus, markets, ledger, TruthLog(ledger))
