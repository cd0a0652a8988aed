"""The world: its agents are independent of each other, and its market looks like one."""

import itertools
from dataclasses import replace
from statistics import mean

import pytest

from pipeline.simulator.agents.order_bag import OrderBag, PlacedOrder
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.presets import AGENTS, ALT, CALM, PERP, SMALL, WorldParams, drawn
from pipeline.simulator.world import World, make_world

SECOND = 1_000_000
PERP_NAME = "binance-usdm/BTCUSDT"


def world_without(*away: str, seed: int = 7) -> World:
    return make_world(replace(SMALL, without=away), seed=seed, start_us=0)


def diary(world: World, name: str) -> list[tuple[int | None, int]]:
    """Second by second, when `name` acts next and how many uniforms it has taken: the sum of all it drew."""
    agent = world.agents[f"{PERP_NAME} {name}"]
    entries = []
    for second in range(5, 46, 5):
        world.clock.run(second * SECOND)
        entries.append((agent.next_time, agent.draws.taken))
    return entries


@pytest.fixture(scope="module")
def everyone() -> dict[str, list[tuple[int | None, int]]]:
    return {name: diary(world_without(), name) for name in ("placer", "noise_takers", "wash_like")}


@pytest.mark.parametrize("absent", ["market_makers", "icebergs", "informed", "arbitrageurs"])
@pytest.mark.parametrize("name", ["placer", "noise_takers", "wash_like"])
def test_sending_a_group_home_changes_nobody_elses_draws(absent: str, name: str, everyone: dict) -> None:
    assert diary(world_without(absent), name) == everyone[name]


def test_who_is_sent_home_does_nothing() -> None:
    world = world_without(*(name for name in AGENTS if name not in ("passive", "market_makers")))
    world.clock.run(30 * SECOND)
    assert world.markets[0].exchange.orders
    assert world.markets[0].exchange.fills == []
    assert world.log.icebergs == world.log.labels == []


def test_without_hedging_makers_keep_what_they_get() -> None:
    world = world_without("hedging")
    world.clock.run(120 * SECOND)
    assert not any(world.ledger.off_venue)
    assert not any(intent == "hedge" for intent in world.log.intents.values())


def test_an_unknown_group_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="no agents called whales; there are market_makers, hedging, passive"):
        world_without("whales")


def test_positions_of_all_sum_to_zero_on_every_market() -> None:
    world = world_without()
    world.clock.run(120 * SECOND)
    for market, positions in zip(world.markets, world.ledger.positions, strict=True):
        assert sum(positions) == 0
        assert any(positions)
        of_fills = [0] * len(positions)
        for fill in market.exchange.fills:
            of_fills[fill.taker] += fill.taker_side * fill.size
            of_fills[fill.maker] -= fill.taker_side * fill.size
        assert of_fills == positions


def test_worlds_are_drawn_by_seed_and_keep_their_name() -> None:
    one, again, other = drawn(CALM, 3), drawn(CALM, 3), drawn(CALM, 4)
    assert one == again
    assert one != other
    assert {one.name, other.name} == {"calm"}
    fast, slow = zip(
        *((world.makers.fast, world.makers.slow) for world in map(drawn, [CALM] * 60, range(60))), strict=True
    )
    assert {*fast} == {*slow} == {2, 3, 4}


def test_drawing_from_the_bag_leaves_the_others_in() -> None:
    bag = OrderBag()
    for order_id in (1, 2, 3):
        bag.add(order_id, BUY, 100)
    assert (bag.index(0.0), bag.index(0.999)) == (0, 2)
    assert bag.take(0) == PlacedOrder(1, BUY, 100)
    assert [bag.look(0).order_id, bag.look(1).order_id] == [3, 2]
    assert bag.take(1).order_id == 2
    assert bag.take(0).order_id == 3
    assert len(bag) == 0


def test_a_liquid_perpetual_quotes_one_tick_and_holds_its_depth() -> None:
    world = make_world(replace(CALM, markets=(PERP,)), seed=7, start_us=0)
    bids, asks = world.markets[0].exchange.bids, world.markets[0].exchange.asks
    spreads, mids, touch, band = [], [], [], []
    for second in range(60, 480):
        world.clock.run(second * SECOND)
        assert bids.best is not None
        assert asks.best is not None
        mid = (bids.best + asks.best) / 2
        spreads.append(asks.best - bids.best)
        mids.append(mid)
        for side in (bids, asks):
            touch.append(side.size_at(side.best or 0))
            band.append(sum(size for price, size in side.depth() if abs(price - mid) <= mid * 1e-3))
            assert abs(next(iter(itertools.islice(side.depth(), len(side.keys) - 1, None)))[0] - mid) / mid * 1e4 > 60
    assert sum(spread == 1 for spread in spreads) > 0.85 * len(spreads)
    assert 5 < mean(band) / mean(touch) < 50
    assert 3 < (max(mids) - min(mids)) / mids[0] * 1e4 < 200


def test_the_alternative_market_quotes_wide() -> None:
    world = make_world(replace(ALT, markets=(PERP,)), seed=7, start_us=0)
    exchange = world.markets[0].exchange
    spreads = []
    for second in range(60, 300):
        world.clock.run(second * SECOND)
        assert exchange.bids.best is not None
        assert exchange.asks.best is not None
        spreads.append((exchange.asks.best - exchange.bids.best) / exchange.bids.best * 1e4)
    assert 2 <= sorted(spreads)[len(spreads) // 2] <= 10


def test_signs_persist_and_makers_are_most_of_the_passive_side() -> None:
    world = make_world(replace(CALM, markets=(PERP,)), seed=7, start_us=0)
    world.clock.run(600 * SECOND)
    kinds = {account.owner: account.kind for account in world.ledger.accounts}
    signs: dict[int, int] = {}
    volume, makers = 0, 0
    for fill in world.markets[0].exchange.fills:
        signs[fill.taker_order] = fill.taker_side
        volume += fill.size
        makers += fill.size if kinds[fill.maker] == "market_maker" else 0
    sequence = list(signs.values())
    assert mean(now == then for now, then in itertools.pairwise(sequence)) > 0.55
    assert {BUY, SELL} == set(sequence)
    assert 0.5 < makers / volume < 0.8
    assert len(world.log.metaorders) > 20
    assert any(iceberg["n_refills"] >= 3 for iceberg in world.log.icebergs)


def test_params_are_values() -> None:
    assert WorldParams() == CALM
