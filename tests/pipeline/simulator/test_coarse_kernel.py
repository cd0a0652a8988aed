"""The loops of the coarse world against their slow twins, and a market small enough to follow by hand."""

import numpy as np
import pytest

from pipeline.simulator.coarse_flow import half_lives, outside, takers, value
from pipeline.simulator.coarse_kernel import Here, Outside, market_path, remember, value_path, volumes
from pipeline.simulator.coarse_parameters import CALM, PRESETS
from pipeline.simulator.coarse_tables import MAKERS

ALL = Here(1, 1, 1, 1)


def by_hand(flow: list[float]) -> Outside:
    """Only takers, no premium of its own; the first maker gets all that makers get, which is half."""
    n = len(flow)
    weight = np.zeros((n, MAKERS))
    weight[:, 0] = 1.0
    return Outside(np.array(flow), np.zeros(n), np.zeros(n), np.full(n, 0.5), weight, np.zeros(n))


def test_a_maker_halves_what_it_holds_and_meets_its_share() -> None:
    here = Here(leveraged=0, basis_traders=0, makers=1, inventory_pressure=1)
    market = market_path(CALM, here, by_hand([-4.0, 0.0, 2.0]), np.full(MAKERS, 1.0))
    assert market.inventory[:, 0].tolist() == [2.0, 1.0, -0.5]
    assert market.makers_perp.tolist() == [2.0, 2.0, 1.0]
    assert market.passive.tolist() == [2.0, 2.0, 1.0]
    assert market.pressure == pytest.approx([-CALM.pressure * held / CALM.volume for held in (2.0, 1.0, -0.5)])


def test_inventory_without_pressure_leaves_the_price_alone() -> None:
    here = Here(leveraged=0, basis_traders=0, makers=1, inventory_pressure=0)
    market = market_path(CALM, here, by_hand([-4.0, 0.0, 2.0]), np.full(MAKERS, 1.0))
    assert np.all(market.over_spot == CALM.premium_mean)
    assert market.inventory[:, 0].tolist() == [2.0, 1.0, -0.5]


def test_basis_traders_sell_what_is_dear_and_buy_what_is_cheap() -> None:
    here = Here(leveraged=0, basis_traders=1, makers=0, inventory_pressure=0)
    for premium, sign in ((60.0, -1), (-60.0, 1)):
        dear = by_hand([0.0] * 600)._replace(premium=np.full(600, premium))
        market = market_path(CALM, here, dear, np.full(MAKERS, 1.0))
        assert np.sign(market.basis[-1]) == sign
        assert abs(market.over_spot[-1]) < abs(market.over_spot[0])
        assert market.passive[-1] == pytest.approx(-market.basis[-1])


def test_a_high_rate_drives_leveraged_traders_out() -> None:
    here = Here(leveraged=1, basis_traders=0, makers=0, inventory_pressure=0)
    dear = by_hand([0.0] * 600)._replace(premium=np.full(600, 25.0))
    market = market_path(CALM, here, dear, np.full(MAKERS, 1.0))
    assert market.leveraged[-1] < 0.99 * CALM.leverage_held * CALM.leverage * CALM.volume


def test_a_memory_starts_where_it_will_stay_and_halves() -> None:
    assert remember(np.array([8.0, 0.0, 0.0]), 1.0).tolist() == [8.0, 4.0, 2.0]
    long = remember(np.random.default_rng(1).standard_normal(200_000), 20.0)
    assert long.std() == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("preset", PRESETS)
def test_kernels_do_what_their_python_does(preset: str) -> None:
    p, n = PRESETS[preset], 1_000
    worth = value(p, 3, n)
    rng = np.random.default_rng(0)
    given = rng.standard_normal(n), rng.standard_normal(n), rng.random(n)
    for fast, slow in zip(value_path(p, *given), value_path.py_func(p, *given), strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-12)
    given = worth.vol, *given[:2]
    np.testing.assert_allclose(volumes(p, *given), volumes.py_func(p, *given), rtol=1e-12)
    np.testing.assert_allclose(remember(given[1], 7.0), remember.py_func(given[1], 7.0), rtol=1e-12)
    comes = outside(p, 3, worth, takers(p, 3, worth, ()).net)
    lives = half_lives(p, 3)
    for fast, slow in zip(market_path(p, ALL, comes, lives), market_path.py_func(p, ALL, comes, lives), strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-9)
