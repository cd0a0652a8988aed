"""What a stress does to the book world."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.simulator.crowd import ImpossibleStress
from pipeline.simulator.presets import CALM
from pipeline.simulator.simulate import START, microseconds
from pipeline.simulator.stress import Target, plan
from pipeline.simulator.survey import Surveyed, survey
from pipeline.simulator.world import World, make_world

SECOND = 1_000_000
AT = 60


def running(name: str) -> World:
    """A world that is about to see it."""
    start = microseconds(START)
    world = make_world(CALM, seed=1, start_us=start - 60 * SECOND)
    plan(name, Target(world, [], []), start + AT * SECOND)
    return world


def stressed(name: str, seconds: int) -> Surveyed:
    start = microseconds(START)
    return survey(running(name), start_us=start, end_us=start + seconds * SECOND)


def test_depth_is_gone_for_a_minute_and_comes_back() -> None:
    depth = (stressed("flash_crash", 150).seconds.select(pl.col("bid_depth") + pl.col("ask_depth"))).to_series()
    before = depth[30:AT].mean()
    assert depth[AT + 5 : AT + 55].mean() < 0.1 * before
    assert depth[AT + 75 :].mean() > 0.8 * before


def test_all_know_of_a_jump() -> None:
    steps = stressed("jump", 75).steps
    mid = (steps["bid"] + steps["ask"]) / 2
    assert mid[-1] / mid[AT * 10 - 1] - 1 == pytest.approx(-0.03, abs=0.002)


def test_prices_of_a_currency_that_lost_its_peg_are_higher_until_it_is_back() -> None:
    world = running("depeg")
    perp, spot = (market.exchange for market in world.markets)
    ratios = []
    for seconds in (AT - 1, AT + 120, AT + 420):
        world.clock.run(microseconds(START) + seconds * SECOND)
        ratios.append(spot.twice_mid / perp.twice_mid)
    assert ratios[1] / ratios[0] == pytest.approx(1 / 0.97, abs=0.002)
    assert ratios[2] / ratios[0] == pytest.approx(1, abs=0.002)


def test_a_cascade_of_liquidations_ends_with_deleveraged_hedges_who_sell_spot() -> None:
    world = running("liquidation_cascade")
    world.clock.run(microseconds(START) + (AT + 120) * SECOND)
    labels = pl.DataFrame(world.log.labels)
    counts = dict(labels.group_by("kind").len().iter_rows())
    assert counts["liquidation"] > 90
    assert counts["adl"] > 20
    (traders, positions) = (
        [a.owner for a in world.ledger.accounts if a.kind == "basis_trader"],
        world.ledger.positions,
    )
    closed = labels.filter(pl.col("kind") == "adl")
    assert set(closed["owner"]) <= set(traders)
    assert sum(positions[0]) == 0
    carried = [abs(positions[0][owner] + positions[1][owner]) for owner in traders]
    assert max(carried) < 2_000  # legs that are under way


def test_a_cascade_needs_somebody_with_leverage() -> None:
    world = make_world(replace(CALM, without=("leveraged",)), seed=1, start_us=0)
    with pytest.raises(ValueError, match="needs leveraged and basis_traders"):
        plan("liquidation_cascade", Target(world, [], []), 0)


def test_a_depeg_needs_a_market_of_its_own_currency() -> None:
    world = make_world(replace(CALM, markets=CALM.markets[:1]), seed=1, start_us=0)
    with pytest.raises(ImpossibleStress, match="needs a second market"):
        plan("depeg", Target(world, [], []), 0)


def test_a_stress_there_is_not() -> None:
    with pytest.raises(ValueError, match="no stress called flood"):
        plan("flood", Target(make_world(CALM, seed=1, start_us=0), [], []), 0)
