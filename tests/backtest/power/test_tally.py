"""What trades came to, by hand; funding against the cash of each settlement."""

import numpy as np
import pytest

from backtest.power.market import Costs
from backtest.power.plays import Plays
from backtest.power.tally import funding_bps, gross_bps, is_found, tally
from backtest.trading.funding_cash import Stamps, crossed, funding_cash
from signals.bars import MINUTE
from tests.backtest.power.markets import FIRST, market

COSTS = Costs(fees_bps=9.0, spread_bps=1.0)


def plays(entered, left, side) -> Plays:
    n = len(entered)
    return Plays(*(np.array(one, np.int64) for one in (entered, left, side)), np.full(n, 0.01), np.full(n, 0.03), 2)


def test_gross_is_from_the_minute_after_the_entry_to_the_minute_after_the_exit():
    """Bought at 100, sold at 102; sold at 104, bought back at 103."""
    seen = market([90, 100, 99, 102, 50, 104, 60, 103])
    assert gross_bps(plays([0, 4], [2, 6], [1, -1]), seen).tolist() == pytest.approx([200.0, 1e4 / 104])


def test_a_tally_by_hand():
    seen = market([90, 100, 99, 102, 50, 104, 60, 107])
    made = tally(plays([0, 4], [2, 6], [1, -1]), seen, COSTS, first_min=0, sample_days=())
    assert (made.n, made.n_open, made.wins) == (2, 2, 1)
    assert made.gross_bps == pytest.approx(200 - 3e4 / 104)
    assert made.net_bps == pytest.approx(made.gross_bps - 20)
    assert made.mean_bps == pytest.approx(made.gross_bps / 2)
    assert made.chance_wins == pytest.approx(0.25)


def test_funding_is_the_cash_of_the_settlements_crossed():
    rng = np.random.default_rng(4)
    times = FIRST + MINUTE * np.array([3, 4, 10, 20])
    stamps = Stamps(times, rng.normal(scale=1e-3, size=4), rng.uniform(90, 110, 4))
    seen = market(rng.uniform(90, 110, 30), stamps=stamps)
    made = plays([1, 2, 8, 11], [2, 3, 25, 12], [1, -1, -1, 1])  # filled a minute later: twice at a settlement
    wanted = []
    for entered, left, side in zip(made.entered + 1, made.left + 1, made.side, strict=True):
        met = crossed(stamps.times, int(seen.ends[entered]), int(seen.ends[left]))
        wanted.append(funding_cash(side, stamps.ref_px[met], stamps.rates[met]) / seen.mid[entered] * 1e4)
    assert [bool(cash) for cash in wanted] == [True, False, True, False]
    np.testing.assert_allclose(funding_bps(made, seen), wanted, rtol=1e-9)


def test_samples_follow_one_another_and_the_rest_is_left_out():
    """Two days and a half after a first day: a sample of two days is one, of which all five trades win."""
    n = 1440 * 7 // 2
    mid = 100 + np.arange(n) * 0.01 + np.sin(np.arange(n))
    at = 1440 + 200 * np.arange(5)
    made = tally(plays(at, at + 150, np.ones(5)), market(mid), COSTS, first_min=1440, sample_days=(1, 2))
    assert made.found == {1: (1, 2), 2: (1, 1)}


def test_few_trades_find_nothing_and_noise_is_found_as_often_as_is_said():
    assert not is_found(np.full(4, 5.0))
    assert is_found(np.array([5.0, 6.0, 5.0, 6.0, 5.0, 6.0]))
    assert not is_found(np.array([-5.0, -6.0, -5.0, -6.0, -5.0, -6.0]))
    rng = np.random.default_rng(1)
    found = sum(is_found(rng.standard_t(4, 400)) for _ in range(1_000))
    assert 10 <= found <= 42  # 2.5 %


def test_no_trades():
    made = tally(plays([], [], []), market(np.ones(4)), COSTS, first_min=0, sample_days=(1,))
    assert (made.n, made.gross_bps, made.found) == (0, 0.0, {1: (0, 0)})
    assert np.isnan(made.mean_bps)
