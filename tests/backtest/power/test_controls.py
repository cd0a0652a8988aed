"""Controls do what their names say, and see what they are for."""

import numpy as np
import pytest

from backtest.power.controls import CONTROLS, Draw, all_plays
from backtest.power.plays import Plays
from backtest.power.tally import gross_bps
from tests.backtest.power.markets import QUICK, pressed

DRAW = Draw(seed=5, leak_min=3)
DAYS = 120


@pytest.fixture(scope="module")
def made() -> dict[float, tuple[dict[str, Plays], dict[str, np.ndarray]]]:
    """Plays and gross by control, without pressure and with a strong one."""
    found = {}
    for bps in (0.0, 40.0):
        market, held = pressed(DAYS, seed=2, bps=bps)
        plays = all_plays(market, held, QUICK, DRAW)
        found[bps] = plays, {name: gross_bps(one, market) for name, one in plays.items()}
    return found


def t(gross: np.ndarray) -> float:
    return float(gross.mean() / gross.std() * gross.size**0.5)


def test_all_are_there_and_trade(made):
    for plays, gross in made.values():
        assert list(plays) == list(CONTROLS)
        assert min(one.size for one in gross.values()) > 60
        for one in plays.values():
            assert (one.left > one.entered).all()
            assert (one.entered[1:] > one.left[:-1]).all()  # one at a time


def test_a_pressure_is_seen_by_the_rule_and_none_where_there_is_none(made):
    assert abs(t(made[0.0][1]["rule"])) < 2.5
    assert t(made[40.0][1]["rule"]) > 10


def test_flipped_is_the_rule_turned_round(made):
    for plays, gross in made.values():
        np.testing.assert_allclose(gross["flipped"], -gross["rule"])
        assert plays["flipped"].chance_wins() == pytest.approx(1 - plays["rule"].chance_wins(), abs=1e-6)


def test_permuted_labels_are_chance_with_and_without_pressure(made):
    """Their side makes no more than the other."""
    for _, gross in made.values():
        mine, other = gross["permuted"], gross["permuted_other"]
        error = (mine.var() / mine.size + other.var() / other.size) ** 0.5
        assert abs(mine.mean() - other.mean()) < 2.5 * error


def test_days_in_random_order_lose_what_inventory_adds(made):
    _, gross = made[40.0]
    assert gross["rule"].mean() > 1.5 * gross["permuted_days"].mean()


def test_the_leak_sees_an_edge_where_there_is_none_to_be_seen_in_public():
    """Takers who know the minute's news make makers long before the price is down."""
    market, held = pressed(DAYS, seed=2, bps=0.0)
    informed = np.exp(-2e-4 * np.cumsum(market.received))
    moved = type(market)(market.ends, market.mid * informed, market.received, market.stamps)
    gross = {name: gross_bps(one, moved) for name, one in all_plays(moved, held, QUICK, DRAW).items()}
    assert t(gross["leak"]) > 4
    assert abs(t(gross["rule"])) < 3


def test_draws_turn_on_the_seed_alone():
    market, held = pressed(10, seed=1, bps=0.0)
    one, again, other = (all_plays(market, held, QUICK, Draw(seed, 3)) for seed in (1, 1, 2))
    for name in CONTROLS:
        assert one[name].entered.tolist() == again[name].entered.tolist()
    assert one["permuted"].entered.tolist() != other["permuted"].entered.tolist()
    assert one["rule"].entered.tolist() == other["rule"].entered.tolist()
