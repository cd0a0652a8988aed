"""The world: markets, and everyone who trades on them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.simulator.agents.arbitrageur import Arbitrageur
from pipeline.simulator.agents.basis_trader import BasisTrader
from pipeline.simulator.agents.canceller import Canceller
from pipeline.simulator.agents.excitement import Excitement
from pipeline.simulator.agents.hedger import Hedger
from pipeline.simulator.agents.icebergs import Icebergs
from pipeline.simulator.agents.informed import Informed
from pipeline.simulator.agents.investor import Investor
from pipeline.simulator.agents.ladder import Ladder
from pipeline.simulator.agents.layers import Layers
from pipeline.simulator.agents.leveraged import Leveraged
from pipeline.simulator.agents.market_maker import MarketMaker, Quoting
from pipeline.simulator.agents.noise_takers import NoiseTakers
from pipeline.simulator.agents.order_bag import OrderBag
from pipeline.simulator.agents.placer import Placer
from pipeline.simulator.agents.retail import Retail
from pipeline.simulator.agents.wash_like import WashLike
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

_MS, _SECOND = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class World:
    """Everything that moves, and the truth about it."""

    params: WorldParams
    seed: int
    clock: Clock
    value: Value
    consensus: Consensus
    markets: tuple[Market, ...]
    ledger: Ledger
    log: TruthLog
    agents: dict[str, Agent]


def make_world(params: WorldParams, *, seed: int, start_us: int) -> World:
    """The world at `start_us`, its books still empty. Raises ValueError if it is to be without somebody unknown.

    Everyone has random numbers of their own: leaving one out does not change what others draw.
    """
    unknown = set(params.without) - set(AGENTS)
    if unknown:
        raise ValueError(f"no agents called {', '.join(sorted(unknown))}; there are {', '.join(AGENTS)}")
    return _Builder(params, seed, start_us).world()


class _Builder:
    """Puts a world together; the order in which agents are added is their rank."""

    def __init__(self, params: WorldParams, seed: int, start_us: int) -> None:
        self.params, self.seed, self.start_us = params, seed, start_us
        self.clock = Clock(start_us)
        ticks = params.price * 100 / params.tick_cents
        self.value = Value(Draws(seed, "value"), params.value, start_us=start_us, start_ticks=ticks)
        self.consensus = Consensus(self.value, params.impact, start_us=start_us)
        self.ledger = Ledger(len(params.markets))
        self.log = TruthLog(self.ledger)
        self.markets = tuple(self._market(place, one, ticks) for place, one in enumerate(params.markets))
        self.agents: dict[str, Agent] = {}

    def world(self) -> World:
        for market in self.markets:
            for kind, agents in self._groups(market):
                if kind not in self.params.without:
                    for name, agent in agents:
                        self._add(f"{market.params.name} {name}", agent)
        return World(
            self.params,
            self.seed,
            self.clock,
            self.value,
            self.consensus,
            self.markets,
            self.ledger,
            self.log,
            self.agents,
        )

    def _market(self, place: int, params: MarketParams, ticks: float) -> Market:
        exchange = Exchange(update_id=4_000_000_000_000, trade_id=4_500_000_000)
        exchange.subscribe(self.ledger.listener(place))
        exchange.subscribe(self.consensus)
        fair = Fair(
            self.consensus,
            Draws(self.seed, f"{params.name} premium"),
            start_us=self.start_us,
            premium_ticks=params.premium_bps * ticks / 1e4,
            spread_ticks=params.premium_sd_bps * ticks / 1e4,
            half_life_s=params.premium_half_life_s,
        )
        return Market(place, params, exchange, Instrument(params.symbol, self.params.tick_cents), fair, Anchor(fair))

    def _add(self, name: str, agent: Agent) -> None:
        self.agents[name] = agent
        self.clock.add(agent, len(self.agents))

    def _groups(self, market: Market) -> Iterator[tuple[str, list[tuple[str, Agent]]]]:
        """Groups of agents on a market, in the order in which they act in the same microsecond."""
        yield "market_makers", self._makers(market)
        yield "passive", self._passive(market)
        yield "noise_takers", [("noise_takers", self._noise_takers(market))]
        yield "investors", [(f"investor{i}", self._investor(market, i)) for i in range(2)]
        yield "icebergs", [("icebergs", self._icebergs(market))]
        yield "informed", [("informed", self._informed(market))]
        yield "layers", [("layers", self._layers(market))]
        yield "wash_like", [("wash_like", self._wash_like(market))]
        yield "arbitrageurs", [("arbitrageur", self._arbitrageur(market))]
        if self.params.rpi_share:
            yield "retail", [("retail", self._retail(market))]
        if market.place == 0:
            yield "leveraged", [("leveraged", self._leveraged(market))]
            if len(self.markets) > 1:
                yield "basis_traders", [(f"basis_trader{i}", self._basis_trader(market, i)) for i in range(3)]

    def _draws(self, market: Market, name: str) -> Draws:
        return Draws(self.seed, f"{market.params.name} {name}")

    def _desk(self, market: Market, owner: int, latency_ms: float) -> Desk:
        return Desk(self.clock, market.exchange, owner=owner, rank=1_000 + owner, latency_us=int(latency_ms * _MS))

    def _scaled(self, market: Market, gap: float) -> int:
        """A mean gap (seconds) on this market, in microseconds."""
        return int(gap * _SECOND / market.params.activity)

    def _makers(self, market: Market) -> list[tuple[str, Agent]]:
        params = self.params.makers
        families = ["fast"] * params.fast + ["slow"] * params.slow
        made: list[tuple[str, Agent]] = []
        for i, family in enumerate(families):
            draws = self._draws(market, f"maker{i}")
            life, hedge, pace, size = draws.take(4)
            low, high = params.fast_min if family == "fast" else params.slow_min
            half_life = low * (high / low) ** life
            way = (
                "off_venue"
                if hedge < params.off_venue
                else "spot"
                if hedge < params.off_venue + params.spot
                else "taker"
            )
            if way == "spot" and (market.place or len(self.markets) < 2):
                way = "off_venue"
            owner = self.ledger.open(
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
            desk = self._desk(market, owner, 2.0 + 4.0 * pace)
            made.append(
                (
                    f"maker{i}",
                    MarketMaker(
                        desk,
                        draws,
                        market.fair,
                        market.anchor,
                        self.ledger,
                        self.log,
                        market.place,
                        self.start_us + 1 + i,
                        quoting,
                    ),
                )
            )
            if "hedging" not in self.params.without:
                made.append((f"hedger{i}", self._hedger(market, i, owner, way, half_life, desk)))
        return made

    def _hedger(self, market: Market, i: int, owner: int, way: str, half_life: float, desk: Desk) -> Hedger:
        where = self.markets[1] if way == "spot" else market
        taken = {"off_venue": None, "taker": desk, "spot": self._desk(where, owner, 5.0)}[way]
        return Hedger(
            owner,
            taken,
            where.place,
            self._draws(market, f"hedger{i}"),
            self.ledger,
            self.log,
            self.start_us + _SECOND,
            half_life * 60,
            5 * _SECOND if taken is None else 8 * _SECOND,
            1 if taken is None else 20,
        )

    def _passive(self, market: Market) -> list[tuple[str, Agent]]:
        params, bag = self.params, OrderBag()
        owner = self.ledger.open("passive")
        desk = self._desk(market, owner, 8.0)
        gap = self._scaled(market, params.passive_gap_ms / 1000)
        return [
            (
                "ladder",
                Ladder(
                    desk,
                    self._draws(market, "ladder"),
                    market.anchor,
                    next_time=self.start_us,
                    gap_us=self._scaled(market, 0.7),
                    rungs=160,
                    first_ticks=12,
                    step_ticks=3,
                    smallest_lots=120,
                ),
            ),
            (
                "placer",
                Placer(
                    desk,
                    self._draws(market, "placer"),
                    market.anchor,
                    bag,
                    next_time=self.start_us + 7,
                    gap_us=gap,
                    join=params.passive_join,
                    deepest_ticks=60,
                    smallest_lots=params.passive_lots,
                ),
            ),
            (
                "canceller",
                Canceller(
                    desk,
                    self._draws(market, "canceller"),
                    market.anchor,
                    bag,
                    next_time=self.start_us + 9,
                    life_us=self._scaled(market, params.passive_life_s),
                    careful=0.9,
                ),
            ),
        ]

    def _noise_takers(self, market: Market) -> NoiseTakers:
        params = self.params
        base = params.taker_rate * market.params.activity * (1 - sum(params.branching)) / _SECOND
        return NoiseTakers(
            self._desk(market, self.ledger.open("noise_taker"), 10.0),
            self._draws(market, "noise_takers"),
            self.log,
            self.value,
            market.place,
            self.start_us + 10 * _SECOND,
            Excitement(base, params.branching, tuple(seconds * 1e6 for seconds in params.branching_s)),
            crowd=params.crowd,
            longest=params.longest,
            typical_lots=params.typical_lots,
            largest_lots=40 * params.typical_lots,
            tail=params.size_tail,
            round_share=0.3,
            quiet_vol=params.value.vol_ticks,
        )

    def _investor(self, market: Market, i: int) -> Investor:
        return Investor(
            self._desk(market, self.ledger.open("investor"), 15.0),
            self._draws(market, f"investor{i}"),
            self.log,
            market.place,
            self.start_us + (20 + 60 * i) * _SECOND,
            rest_us=self._scaled(market, 400.0),
            piece_us=self._scaled(market, 4.0),
            smallest_pieces=20,
            longest_pieces=self.params.investor_pieces,
            lots=2 * self.params.typical_lots,
        )

    def _icebergs(self, market: Market) -> Icebergs:
        params = self.params
        icebergs = Icebergs(
            self._desk(market, self.ledger.open("iceberg"), 6.0),
            self._draws(market, "icebergs"),
            self.log,
            market.place,
            self.start_us + 15 * _SECOND,
            gap_us=self._scaled(market, params.iceberg_gap_s),
            life_us=int(params.iceberg_life_s * _SECOND),
            native_share=params.iceberg_native,
            smallest_peak=2 * params.typical_lots,
            largest_peak=12 * params.typical_lots,
            deepest_ticks=1,
        )
        if "icebergs" not in params.without:
            market.exchange.subscribe(icebergs)
        return icebergs

    def _informed(self, market: Market) -> Informed:
        return Informed(
            self._desk(market, self.ledger.open("informed"), 3.0),
            self._draws(market, "informed"),
            self.value,
            market.fair,
            self.start_us + 30 * _SECOND,
            gap_us=self._scaled(market, 0.3),
            edge_ticks=5.0,
            reach=0.7,
            largest_lots=self.params.informed_lots,
        )

    def _layers(self, market: Market) -> Layers:
        return Layers(
            self._desk(market, self.ledger.open("layer"), 4.0),
            self._draws(market, "layers"),
            self.log,
            market.place,
            self.start_us + 20 * _SECOND,
            gap_us=self._scaled(market, 6.0),
            lots=30 * self.params.typical_lots,
            nearest_ticks=3,
        )

    def _wash_like(self, market: Market) -> WashLike:
        return WashLike(
            self._desk(market, self.ledger.open("wash_like"), 4.0),
            self._draws(market, "wash_like"),
            self.log,
            market.place,
            self.start_us + 20 * _SECOND,
            gap_us=self._scaled(market, 60.0),
            lots=self.params.typical_lots,
        )

    def _retail(self, market: Market) -> Retail:
        makers = [account.owner for account in self.ledger.accounts if account.home == market.params.name]
        return Retail(
            self._desk(market, self.ledger.open("retail"), 10.0),
            self._draws(market, "retail"),
            makers,
            self.start_us + 20 * _SECOND,
            gap_us=self._scaled(market, 1 / (self.params.taker_rate * self.params.rpi_share)),
            lots=self.params.typical_lots,
        )

    def _arbitrageur(self, market: Market) -> Arbitrageur:
        owner = self.ledger.open("arbitrageur")
        self.consensus.unsurprising.add(owner)
        other = self.markets[1 - market.place] if market.place < 2 and len(self.markets) > 1 else None
        return Arbitrageur(
            self._desk(market, owner, 2.0),
            None if other is None else self._desk(other, owner, 4.0),
            self._draws(market, "arbitrageur"),
            market.anchor,
            self.start_us + 12 * _SECOND,
            gap_us=self._scaled(market, 0.5),
            edge_ticks=3.0,
            largest_lots=15 * self.params.typical_lots,
        )

    def _leveraged(self, market: Market) -> Leveraged:
        return Leveraged(
            self._desk(market, self.ledger.open("leveraged"), 10.0),
            self._draws(market, "leveraged"),
            self.log,
            market.place,
            self.start_us + 25 * _SECOND,
            gap_us=20 * _SECOND,
            hold_us=900 * _SECOND,
            long_share=0.65,
            lots=2 * self.params.typical_lots,
        )

    def _basis_trader(self, market: Market, i: int) -> BasisTrader:
        params, spot = self.params, self.markets[1]
        owner = self.ledger.open("basis_trader")
        ticks = params.price * 100 / params.tick_cents / 1e4
        middle = market.params.premium_bps * ticks
        return BasisTrader(
            self._desk(market, owner, 10.0),
            self._desk(spot, owner, 10.0),
            self._draws(market, f"basis_trader{i}"),
            self.log,
            (market.place, spot.place),
            self.start_us + 40 * _SECOND,
            gap_us=20 * _SECOND,
            enter_ticks=middle + (1.5 + 0.5 * i) * ticks,
            leave_ticks=middle - (1.5 + 0.5 * i) * ticks,
            lots=4 * params.typical_lots,
            most_lots=400 * params.typical_lots,
        )
