"""A pressure that is asked for is the one there is, and what nobody's price moves stays what it was."""

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from pipeline.simulator.coarse import CoarseMarket, simulate_coarse

ASKED = (0.0, 5.0, 20.0, 100.0)


@pytest.fixture(scope="module")
def worlds() -> dict[float, CoarseMarket]:
    return {asked: simulate_coarse(days=40, seed=1003, pressure_sd_bps=asked) for asked in ASKED}


@pytest.mark.parametrize("asked", ASKED)
def test_the_pressure_is_the_one_asked_for(worlds: dict[float, CoarseMarket], asked: float) -> None:
    truth = worlds[asked].truth
    assert truth["pressure_bps"].std(ddof=0) == pytest.approx(asked, rel=0.01)
    if asked:  # against the sign of the inventory, and in proportion to it
        slope = -asked / truth["makers_qty"].std(ddof=0)
        np.testing.assert_allclose(truth["pressure_bps"], slope * truth["makers_qty"], rtol=0.01, atol=1e-9)


def test_worlds_are_paired(worlds: dict[float, CoarseMarket]) -> None:
    """Value, spot and takers are the same; who answers the premium is not, and the makers with them."""
    for one in worlds.values():
        for table, names in (("truth", ("value", "regime", "takers_qty")), ("minutes", ("spot_mid",))):
            assert_frame_equal(getattr(one, table).select(names), getattr(worlds[0.0], table).select(names))
    assert not worlds[100.0].truth["leveraged_qty"].equals(worlds[0.0].truth["leveraged_qty"])


def test_a_pressure_of_0_is_the_world_without_it(worlds: dict[float, CoarseMarket]) -> None:
    without = simulate_coarse(days=40, seed=1003, without=["inventory_pressure"])
    assert_frame_equal(worlds[0.0].minutes, without.minutes)


def test_the_premium_is_answered_so_makers_hold_less_under_pressure(worlds: dict[float, CoarseMarket]) -> None:
    held = [worlds[asked].truth["makers_qty"].std() for asked in ASKED]
    assert held == sorted(held, reverse=True)  # type: ignore[type-var]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="pressure of 0 bps or more, not switched off, got -1"):
        simulate_coarse(days=1, seed=1, pressure_sd_bps=-1.0)
    with pytest.raises(ValueError, match="not switched off, got 5"):
        simulate_coarse(days=1, seed=1, without=["inventory_pressure"], pressure_sd_bps=5.0)
    with pytest.raises(ValueError, match="got nan"):
        simulate_coarse(days=1, seed=1, pressure_sd_bps=float("nan"))
    with pytest.raises(ValueError, match="expected makers who hold something, to press the price by 5 bps, got none"):
        simulate_coarse(days=1, seed=1, without=["makers"], pressure_sd_bps=5.0)
