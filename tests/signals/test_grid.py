"""Prices and quantities become integers and come back as the very double of their text."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.grid import Grid


@given(st.sampled_from(["0.1", "0.01", "0.5", "0.25", "5", "0.00000001", "1e-07", "25"]), st.integers(1, 10**8))
def test_a_price_comes_back_as_its_text(tick, ticks):
    from decimal import Decimal

    text = float(Decimal(tick) * ticks)
    grid = Grid.of(float(tick), 0)
    assert grid.ticks(np.array([text])).tolist() == [ticks]
    assert grid.price(np.array([ticks])).tolist() == [text]


@given(st.integers(0, 8), st.integers(0, 10**14))
def test_a_quantity_comes_back_as_its_text(decimals, lots):
    text = float(f"{lots}e-{decimals}")
    grid = Grid.of(1.0, decimals)
    assert grid.whole_lots(np.array([text])).tolist() == [lots]
    assert grid.qty(np.array([lots])).tolist() == [text]


@given(st.sampled_from([0.1, 0.01, 0.25, 5.0, 1e-7]), st.integers(0, 8), st.integers(-(10**14), 10**14))
def test_a_notional_comes_back_as_ticks_times_lots(tick, decimals, tick_lots):
    grid = Grid.of(tick, decimals)
    assert grid.tick_lots(grid.quote(np.array([tick_lots]))).tolist() == [tick_lots]


def test_lots_of_either_sign_come_back_and_no_number_is_none():
    grid = Grid.of(0.1, 3)
    lots = np.array([-7, 0, 3, 10**12 + 1])
    assert grid.signed_lots(grid.qty(lots)).tolist() == lots.tolist()
    assert grid.signed_lots(np.array([float("nan")])).tolist() == [0]


def test_281451_ticks_of_a_tenth_are_28145_1():
    assert Grid.of(0.1, 3).price(np.array([281451]))[0] == 28145.1


@pytest.mark.parametrize("price", [28145.15, 0.0, -0.1, float("nan"), float("inf"), 1e300])
def test_a_price_off_the_grid_is_refused_in_words(price):
    with pytest.raises(ValueError, match=r"positive multiples of 0.1, got .* in row 1"):
        Grid.of(0.1, 3).ticks(np.array([1.0, price]))


@pytest.mark.parametrize("qty", [0.0005, -1.0, float("nan"), 1e300])
def test_a_quantity_finer_than_a_lot_is_refused_in_words(qty):
    with pytest.raises(ValueError, match=r"multiples of 0.001, 0 or more, got"):
        Grid.of(0.1, 3).whole_lots(np.array([qty]))


@pytest.mark.parametrize(("tick", "decimals"), [(0.0, 3), (-1.0, 3), (0.1, -1), (0.1, 16), (float("nan"), 3)])
def test_a_grid_that_is_none_is_refused(tick, decimals):
    with pytest.raises(ValueError, match="need tick_size"):
        Grid.of(tick, decimals)


def test_an_instrument_must_state_its_grid():
    with pytest.raises(ValueError, match="expected one row of instruments, got 0"):
        Grid.of_instrument(pl.DataFrame({"tick_size": [], "qty_decimals": []}))
    with pytest.raises(ValueError, match="no tick_size"):
        Grid.of_instrument(pl.DataFrame({"tick_size": [None], "qty_decimals": [3]}))
