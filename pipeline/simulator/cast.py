"""The cast: who trades on a market, and with which numbers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.simulator.agents.arbitrageur import Arbitrageur
from pipeline.simulator.agents.basis_trader import BasisTrader
from pipeline.simulator.agents.canceller import Canceller
from pipeline.simulator.agents.excitement import Excitement
from pipeline.simulator.agents.icebergs import Icebergs
from pipeline.simulator.agents.informed import Informed
from pipeline.simulator.agents.investor import Investor
from pipeline.simulator.agents.ladder import Ladder
from pipeline.simulator.agents.layers import Layers
from pipeline.simulator.agents.leveraged import Leveraged
from pipeline.simulator.agents.noise_takers import NoiseTakers
from pipeline.simulator.agents.order_bag import OrderBag
from pipeline.simulator.agents.placer import Placer
from pipeline.simulator.agents.retail import Retail
from pipeline.simulator.agents.wash_like import WashLike
from pipeline.simulator.cast_makers import makers
from pipeline.simulator.clock import Agent
from pipeline.simulator.market import Market

if TYPE_CHECKING:
    from pipeline.simulator.world import World

_SECOND = 1_000_000


def groups(world: "World", market: Market) -> Iterator[tuple[str, list[tuple[str, Agent]]]]:
    """Groups of agents on a market, in the order in which they act in the same microsecond."""
    yield "market_makers", makers(world, market)
    yield "passive", _passive(world, market)
    yield "noise_takers", [("noise_takers", _noise_takers(world, market))]
    yield "investors", [(f"investor{i}", _investor(world, market, i)) for i in range(2)]
    yield "icebergs", [("icebergs", _icebergs(world, market))]
    yield "informed", [("informed", _informed(world, market))]
    yield "layers", [("layers", _layers(world, market))]
    yield "wash_like", [("wash_like", _wash_like(world, market))]
    yield "arbitrageurs", [("arbitrageur", _arbitrageur(world, market))]
    if world.params.rpi_share:
        yield "retail", [("retail", _retail(world, market))]
    if market.place == 0:
        yield "leveraged", [("leveraged", _leveraged(world, market))]
        if len(world.markets) > 1:
            yield "basis_traders", [(f"basis_trader{i}", _basis_trader(world, market, i)) for i in range(3)]


def _passive(world: "World", market: Market) -> list[tuple[str, Agent]]:
    params, bag = world.params, OrderBag()
    owner = world.ledger.open("passive")
    desk = world.desk(market, owner, 8.0)
    gap = market.gap_us(params.passive_gap_ms / 1000)
    return [
        (
            "ladder",
            Ladder(
                desk,
                world.draws(market, "ladder"),
                market.anchor,
                next_time=world.start_us,
                gap_us=market.gap_us(0.7),
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
                world.draws(market, "placer"),
                market.anchor,
                bag,
                next_time=world.start_us + 7,
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
                world.draws(market, "canceller"),
                market.anchor,
                bag,
                next_time=world.start_us + 9,
                life_us=market.gap_us(params.passive_life_s),
                careful=0.9,
            ),
        ),
    ]


def _noise_takers(world: "World", market: Market) -> NoiseTakers:
    params = world.params
    base = params.taker_rate * market.params.activity * (1 - sum(params.branching)) / _SECOND
    return NoiseTakers(
        world.desk(market, world.ledger.open("noise_taker"), 10.0),
        world.draws(market, "noise_takers"),
        world.log,
        world.value,
        market.place,
        world.start_us + 10 * _SECOND,
        Excitement(base, params.branching, tuple(seconds * 1e6 for seconds in params.branching_s)),
        crowd=params.crowd,
        longest=params.longest,
        typical_lots=params.typical_lots,
        largest_lots=40 * params.typical_lots,
        tail=params.size_tail,
        round_share=0.3,
        quiet_vol=params.value.vol_ticks,
    )


def _investor(world: "World", market: Market, i: int) -> Investor:
    return Investor(
        world.desk(market, world.ledger.open("investor"), 15.0),
        world.draws(market, f"investor{i}"),
        world.log,
        market.place,
        world.start_us + (20 + 60 * i) * _SECOND,
        rest_us=market.gap_us(400.0),
        piece_us=market.gap_us(4.0),
        smallest_pieces=20,
        longest_pieces=world.params.investor_pieces,
        lots=2 * world.params.typical_lots,
    )


def _icebergs(world: "World", market: Market) -> Icebergs:
    params = world.params
    icebergs = Icebergs(
        world.desk(market, world.ledger.open("iceberg"), 6.0),
        world.draws(market, "icebergs"),
        world.log,
        market.place,
        world.start_us + 15 * _SECOND,
        gap_us=market.gap_us(params.iceberg_gap_s),
        life_us=int(params.iceberg_life_s * _SECOND),
        native_share=params.iceberg_native,
        smallest_peak=2 * params.typical_lots,
        largest_peak=12 * params.typical_lots,
        deepest_ticks=1,
    )
    if "icebergs" not in params.without:
        market.exchange.subscribe(icebergs)
    return icebergs


def _informed(world: "World", market: Market) -> Informed:
    return Informed(
        world.desk(market, world.ledger.open("informed"), 3.0),
        world.draws(market, "informed"),
        world.value,
        market.fair,
        world.start_us + 30 * _SECOND,
        gap_us=market.gap_us(0.3),
        edge_ticks=5.0,
        reach=0.7,
        largest_lots=world.params.informed_lots,
    )


def _layers(world: "World", market: Market) -> Layers:
    return Layers(
        world.desk(market, world.ledger.open("layer"), 4.0),
        world.draws(market, "layers"),
        world.log,
        market.place,
        world.start_us + 20 * _SECOND,
        gap_us=market.gap_us(6.0),
        lots=30 * world.params.typical_lots,
        nearest_ticks=3,
    )


def _wash_like(world: "World", market: Market) -> WashLike:
    return WashLike(
        world.desk(market, world.ledger.open("wash_like"), 4.0),
        world.draws(market, "wash_like"),
        world.log,
        market.place,
        world.start_us + 20 * _SECOND,
        gap_us=market.gap_us(60.0),
        lots=world.params.typical_lots,
    )


def _retail(world: "World", market: Market) -> Retail:
    makers = [account.owner for account in world.ledger.accounts if account.home == market.params.name]
    return Retail(
        world.desk(market, world.ledger.open("retail"), 10.0),
        world.draws(market, "retail"),
        makers,
        world.start_us + 20 * _SECOND,
        gap_us=market.gap_us(1 / (world.params.taker_rate * world.params.rpi_share)),
        lots=world.params.typical_lots,
    )


def _arbitrageur(world: "World", market: Market) -> Arbitrageur:
    owner = world.ledger.open("arbitrageur")
    world.consensus.unsurprising.add(owner)
    other = world.markets[1 - market.place] if market.place < 2 and len(world.markets) > 1 else None
    return Arbitrageur(
        world.desk(market, owner, 2.0),
        None if other is None else world.desk(other, owner, 4.0),
        world.draws(market, "arbitrageur"),
        market.anchor,
        world.start_us + 12 * _SECOND,
        gap_us=market.gap_us(0.5),
        edge_ticks=3.0,
        largest_lots=15 * world.params.typical_lots,
    )


def _leveraged(world: "World", market: Market) -> Leveraged:
    return Leveraged(
        world.desk(market, world.ledger.open("leveraged"), 10.0),
        world.draws(market, "leveraged"),
        world.log,
        market.place,
        world.start_us + 25 * _SECOND,
        gap_us=20 * _SECOND,
        hold_us=900 * _SECOND,
        long_share=0.65,
        lots=2 * world.params.typical_lots,
    )


def _basis_trader(world: "World", market: Market, i: int) -> BasisTrader:
    params, spot = world.params, world.markets[1]
    owner = world.ledger.open("basis_trader")
    ticks = params.price * 100 / params.tick_cents / 1e4
    middle = market.params.premium_bps * ticks
    return BasisTrader(
        world.desk(market, owner, 10.0),
        world.desk(spot, owner, 10.0),
        world.draws(market, f"basis_trader{i}"),
        world.log,
        (market.place, spot.place),
        world.start_us + 40 * _SECOND,
        gap_us=20 * _SECOND,
        enter_ticks=middle + (1.5 + 0.5 * i) * ticks,
        leave_ticks=middle - (1.5 + 0.5 * i) * ticks,
        lots=4 * params.typical_lots,
        most_lots=400 * params.typical_lots,
    )
