"""Measurements of slow facts: known answers, and whether the coarse world has them."""

import numpy as np
import polars as pl
import pytest

from backtest.stylised.fact import Fact, Measured
from backtest.stylised.series import autocorrelation, half_life, persistence, tail_index
from backtest.stylised.slow import (
    FUNDING_ATOM,
    funding_atom,
    inventory_return,
    returns,
    slow_facts,
    volatility_memory,
    volume_volatility,
)
from pipeline.simulator.coarse import simulate_coarse

RNG = np.random.default_rng(7)


def ar1(phi: float, n: int) -> np.ndarray:
    x, shocks = np.zeros(n), RNG.standard_normal(n)
    for i in range(1, n):
        x[i] = phi * x[i - 1] + shocks[i]
    return x


def test_a_fact_holds_within_its_range_and_not_outside() -> None:
    fact = Fact("f", 1.0, 2.0, "apples", "", "")
    assert [Measured(fact, value).is_in_range for value in (0.9, 1.0, 2.0, 2.1, float("nan"))] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_autocorrelation_by_hand() -> None:
    """Deviations -1, 1, -1, 1: products at lag 1 sum to -3, at lag 2 to 2, of 4."""
    assert autocorrelation(np.array([0.0, 2.0, 0.0, 2.0]), 2) == pytest.approx([1.0, -0.75, 0.5])
    assert np.isnan(autocorrelation(np.ones(4), 1)).all()
    with pytest.raises(ValueError, match="need 0 <= lags < 4"):
        autocorrelation(np.ones(4), 4)


def test_an_ar1_is_recognised() -> None:
    x = ar1(0.7, 50_000)
    assert persistence(x) == pytest.approx(0.7, abs=0.01)
    slow = ar1(0.5 ** (1 / 20), 300_000)
    assert half_life(slow, 1_000) == pytest.approx(20.0, rel=0.1)


def test_half_lives_that_cannot_be_said() -> None:
    assert half_life(np.arange(1_000.0), 10) == float("inf")
    assert np.isnan(half_life(np.ones(100), 10))


@pytest.mark.parametrize("index", [2.0, 3.0, 4.5])
def test_the_tail_of_pareto_draws_is_their_exponent(index: float) -> None:
    draws = RNG.random(200_000) ** (-1 / index) * RNG.choice([-1.0, 1.0], 200_000)
    assert tail_index(draws, 0.01) == pytest.approx(index, rel=0.08)


def test_no_tail_from_a_handful() -> None:
    with pytest.raises(ValueError, match="from 5 values says nothing"):
        tail_index(np.arange(1.0, 501.0), 0.01)


def test_returns_do_not_overlap() -> None:
    minutes = pl.DataFrame({"perp_mid": np.exp([0.0, 9.0, 1.0, 9.0, 3.0])})
    assert returns(minutes, 2) == pytest.approx([1.0, 2.0])


def test_the_atom_is_the_rate_to_eight_decimals() -> None:
    funding = pl.DataFrame({"rate": [1e-4, 0.00010000, 0.00010001, -1e-4, 0.000100004]})
    assert funding_atom(funding) == pytest.approx(3 / 5)


def test_the_rhythm_of_the_day_is_no_memory() -> None:
    """Independent returns whose size goes up and down with the hour."""
    minute = np.arange(40 * 1440)
    size = 1e-4 * (1.0 + 0.8 * np.cos(2 * np.pi * minute / 1440))
    price = np.exp(np.cumsum(size * RNG.standard_normal(minute.size)))
    assert abs(volatility_memory(pl.DataFrame({"perp_mid": price}))) < 0.01


def test_volume_that_is_variance_agrees_with_it_fully() -> None:
    hourly = np.repeat(np.exp(RNG.standard_normal(50)), 60)
    price = np.exp(np.cumsum(np.concatenate([[0.0], 1e-4 * np.sqrt(hourly) * np.tile([1.0, -1.0], 1500)])))
    volume = np.concatenate([[9.0], hourly])
    minutes = pl.DataFrame({"perp_mid": price, "buy_qty": volume, "sell_qty": volume})
    assert volume_volatility(minutes) == pytest.approx(1.0)


def test_inventory_against_the_price_is_minus_one() -> None:
    path = np.cumsum(RNG.standard_normal(101))
    found = inventory_return(pl.DataFrame({"perp_mid": np.exp(0.01 * path)}), pl.DataFrame({"makers_qty": -3.0 * path}))
    assert found == pytest.approx(-1.0)


@pytest.mark.parametrize("preset", ["calm", "alt"])
def test_the_coarse_world_has_the_slow_facts(preset: str) -> None:
    world = simulate_coarse(days=150, seed=1, preset=preset)
    measured = slow_facts(world.minutes, world.funding, world.truth)
    assert len(measured) == 10
    assert [one.fact.name for one in measured if not one.is_in_range] == []


def test_without_leverage_the_funding_hardly_leaves_the_interest() -> None:
    world = simulate_coarse(days=60, seed=1, without=["leveraged"])
    assert funding_atom(world.funding) > FUNDING_ATOM.high
