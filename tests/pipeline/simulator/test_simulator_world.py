"""The demo world: its agents are independent of each other, and its market looks like one."""

import itertools
from statistics import mean

import pytest

from pipeline.simulator.agents.order_bag import OrderBag, PlacedOrder
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.world import AGENTS, World, demo_world

SECOND = 1_000_000


def diary(world: World, name: str) -> list[tuple[int | None, int]]:
    """Second by second, when `name` acts next and how many uniforms it has taken: the sum of all it drew."""
    entries = []
    for second in range(1, 41):
        world.clock.run(second * SECOND)
        entries.append((world.agents[name].next_time, world.draws[name].taken))
    return entries


@pytest.mark.parametrize("name", ["ladder", "placer", "taker"])
def test_sending_one_agent_home_changes_nobody_elses_draws(name: str) -> None:
    everyone = demo_world(seed=7, start_us=0)
    full = diary(everyone, name)
    following = everyone.draws[name].take(20)
    for absent in sorted(set(AGENTS) - {name}):
        world = demo_world(seed=7, start_us=0, without=[absent])
        assert diary(world, name) == full
        assert world.draws[name].take(20) == following
        assert world.exchange.update_id != everyone.exchange.update_id


def test_without_takers_nothing_trades() -> None:
    world = demo_world(seed=7, start_us=0, without=["taker"])
    world.clock.run(30 * SECOND)
    assert len(world.exchange.orders) > 400
    assert world.exchange.fills == []


def test_an_unknown_agent_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="no agent called whale; there are ladder, placer, canceller, taker"):
        demo_world(seed=7, start_us=0, without=["whale"])


def test_the_fill_log_is_the_truth_about_accounts() -> None:
    world = demo_world(seed=7, start_us=0)
    world.clock.run(60 * SECOND)
    position = {1: 0, 2: 0, 3: 0}
    for fill in world.exchange.fills:
        position[fill.taker] += fill.taker_side * fill.size
        position[fill.maker] -= fill.taker_side * fill.size
    assert sum(position.values()) == 0
    assert position[3] != 0
    assert {fill.taker for fill in world.exchange.fills} == {3}


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


@pytest.mark.parametrize("seed", [7, 8])
def test_the_market_looks_like_a_liquid_perpetual(seed: int) -> None:
    """One tick between the best quotes most of the time, complete depth bands, a touch that is not the whole book."""
    world = demo_world(seed=seed, start_us=0)
    bids, asks = world.exchange.bids, world.exchange.asks
    spreads, mids, touch, band = [], [], [], []
    for second in range(60, 660):
        world.clock.run(second * SECOND)
        assert bids.best is not None
        assert asks.best is not None
        mid = (bids.best + asks.best) / 2
        spreads.append(asks.best - bids.best)
        mids.append(mid)
        for side in (bids, asks):
            distances = [abs(price - mid) / mid * 1e4 for price, _ in side.depth()]
            assert distances[-1] > 60
            assert sum(distance <= 25 for distance in distances) >= 36
            touch.append(side.size_at(side.best or 0))
            band.append(sum(size for price, size in side.depth() if abs(price - mid) <= mid * 1e-3))
    assert sum(spread == 1 for spread in spreads) > 0.8 * len(spreads)
    assert 5 < mean(band) / mean(touch) < 50
    assert 8 < (max(mids) - min(mids)) / mids[0] * 1e4 < 200


def test_signs_persist_and_some_orders_sweep_levels() -> None:
    world = demo_world(seed=7, start_us=0)
    world.clock.run(600 * SECOND)
    prices: dict[int, set[int]] = {}
    signs: dict[int, int] = {}
    for fill in world.exchange.fills:
        prices.setdefault(fill.taker_order, set()).add(fill.price)
        signs[fill.taker_order] = fill.taker_side
    sequence = list(signs.values())
    assert mean(now == then for now, then in itertools.pairwise(sequence)) > 0.7
    assert {BUY, SELL} == set(sequence)
    assert sum(len(levels) >= 3 for levels in prices.values()) >= 5
