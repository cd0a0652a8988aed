"""What a stress does to the book world."""

import polars as pl
import pytest

from pipeline.simulator.presets import CALM
from pipeline.simulator.simulate import START, microseconds
from pipeline.simulator.stress import Target, plan
from pipeline.simulator.survey import Surveyed, survey
from pipeline.simulator.world import make_world

SECOND = 1_000_000
AT = 60


def stressed(name: str, seconds: int) -> Surveyed:
    start = microseconds(START)
    world = make_world(CALM, seed=1, start_us=start - 60 * SECOND)
    plan(name, Target(world, [], []), start + AT * SECOND)
    return survey(world, start_us=start, end_us=start + seconds * SECOND)


def test_depth_is_gone_for_a_minute_and_comes_back() -> None:
    depth = (stressed("flash_crash", 150).seconds.select(pl.col("bid_depth") + pl.col("ask_depth"))).to_series()
    before = depth[30:AT].mean()
    assert depth[AT + 5 : AT + 55].mean() < 0.1 * before
    assert depth[AT + 75 :].mean() > 0.8 * before


def test_all_know_of_a_jump() -> None:
    steps = stressed("jump", 75).steps
    mid = (steps["bid"] + steps["ask"]) / 2
    assert mid[-1] / mid[AT * 10 - 1] - 1 == pytest.approx(-0.03, abs=0.002)


def test_a_stress_there_is_not() -> None:
    with pytest.raises(ValueError, match="no stress called flood"):
        plan("flood", Target(make_world(CALM, seed=1, start_us=0), [], []), 0)
