"""Trades a person can follow: decided at a minute's end, filled at the mid of the next."""

import numpy as np
import pytest

from backtest.placebo.control_rows import Entries, Exits
from backtest.power.plays import by_plain_exits, by_rule
from backtest.power.rarity import Rarity
from tests.backtest.power.markets import QUICK, market

UNKNOWN = np.nan


def rarity(*z: float) -> Rarity:
    z_level = np.array(z)
    return Rarity(z_level, np.where(z_level >= 2, 1.0, np.where(z_level <= -2, 0.0, 0.5)))


def places(plays) -> list[list[int]]:
    return [plays.entered.tolist(), plays.left.tolist(), plays.side.tolist()]


def test_long_after_the_pullback_and_out_when_the_inventory_is_back():
    """Armed at minute 1, the mid is 1 % below its high at 2, filled at 3; z is 0 at 5, filled at 6."""
    seen = market([100, 100, 99, 98.8, 99.5, 99.6, 99.7, 99.7])
    plays, armed = by_rule(seen, rarity(0, 2.5, 2.5, 2, 1, 0, 0, 0), QUICK)
    assert places(plays) == [[2], [5], [1]]
    assert (armed.at.tolist(), armed.side.tolist()) == ([1], [1])
    assert plays.target.tolist() == pytest.approx([100 / 98.8 - 1])  # back to the high, from the fill
    assert plays.stop.tolist() == [0.015]
    assert plays.chance_wins() == pytest.approx(0.015 / (0.015 + 100 / 98.8 - 1))


def test_the_mirror_image_is_short():
    seen = market([100, 100, 101.1, 101.2, 100.5, 100.6, 100.7, 100.7])
    plays, armed = by_rule(seen, rarity(0, -2.5, -2.5, -2, -1, 0, 0, 0), QUICK)
    assert places(plays) == [[2], [5], [-1]]
    assert armed.side.tolist() == [-1]


def test_what_is_held_at_the_end_is_counted_and_is_no_trade():
    seen = market([100, 100, 99, 98.8, 99.5, 99.6])
    for z in ((0, 2.5, 2.5, 2, 1, 1), (0, 2.5, 2.5, 2, 1, 0)):  # never out; decided in the last minute, never filled
        plays, _ = by_rule(seen, rarity(*z), QUICK)
        assert (plays.entered.size, plays.n_open) == (0, 1)


def test_nothing_happens_where_no_score_is_known():
    plays, armed = by_rule(market([100, 99, 98, 97]), rarity(*[UNKNOWN] * 4), QUICK)
    assert (plays.entered.size, armed.at.size, plays.n_open) == (0, 0, 0)
    assert np.isnan(plays.chance_wins())


def test_plain_exits_and_one_position_at_a_time():
    """In at 0 and out at the target at 2; the entry at 1 is held over, that at 3 is stopped at 5."""
    seen = market([100, 100.5, 101.2, 100, 99, 98, 98, 98])
    plays = by_plain_exits(seen, Entries(np.array([3, 0, 1]), np.array([1, 1, 1])), QUICK.exits)
    assert places(plays) == [[0, 3], [2, 5], [1, 1]]
    assert plays.stop[0] == pytest.approx(0.015 + 0.5 / 100.5)  # filled higher than decided: further from the stop
    assert plays.target[0] == pytest.approx(0.01 - 0.5 / 100.5)


def test_plain_exits_leave_by_time_and_not_at_all_at_the_end():
    exits = Exits(stop=0.5, target=0.5, hold_min=2)
    entries = Entries(np.array([0, 3]), np.array([-1, -1]))
    assert places(by_plain_exits(market(np.ones(8)), entries, exits)) == [[0, 3], [2, 5], [-1, -1]]
    last = by_plain_exits(market(np.ones(6)), entries, exits)
    assert (places(last), last.n_open) == ([[0], [2], [-1]], 1)


def test_trades_do_not_turn_on_what_comes_later():
    rng = np.random.default_rng(2)
    mid, z = 100 * np.exp(np.cumsum(rng.normal(scale=2e-3, size=600))), np.sin(np.arange(600) / 9) * 3
    poisoned = np.where(np.arange(600) < 400, mid, 1e6)
    whole, cut = (by_rule(market(prices), rarity(*z), QUICK)[0] for prices in (mid, poisoned))
    before = whole.left < 398
    assert before.sum() > 3
    assert places(whole)[0][: before.sum()] == places(cut)[0][: before.sum()]
    assert places(whole)[1][: before.sum()] == places(cut)[1][: before.sum()]
