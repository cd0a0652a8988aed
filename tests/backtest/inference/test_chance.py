"""What chance alone gives: known answers."""

import numpy as np
import pytest

from backtest.inference.chance import exceedance, touch_probability, zero_edge_win_rate
from tests.backtest.inference.series import ar1


def test_wins_without_an_edge():
    assert zero_edge_win_rate(stop=2.4, target=1) == pytest.approx(0.706, abs=5e-4)
    assert zero_edge_win_rate(stop=1, target=1) == 0.5
    with pytest.raises(ValueError, match="above 0"):
        zero_edge_win_rate(stop=0, target=1)


@pytest.mark.parametrize(("vol", "expected"), [(0.3, 0.203), (0.5, 0.445), (0.8, 0.633)])
def test_a_price_touched(vol, expected):
    assert touch_probability(distance=0.01, annual_vol=vol, seconds=6 * 3_600) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("half_life", "expected"), [(0, 0.047), (10, 0.059), (30, 0.079), (120, 0.121), (360, 0.143)])
def test_memory_exceeds_its_own_window(half_life, expected):
    x = ar1((200_000,), 0.5 ** (1 / half_life) if half_life else 0.0, 1)
    assert exceedance(x, window=360, threshold=2.0) == pytest.approx(expected, abs=0.01)


def test_a_random_walk_exceeds_most():
    walk = np.cumsum(np.random.default_rng(2).normal(size=200_000))
    assert exceedance(walk, window=360, threshold=2.0) == pytest.approx(0.157, abs=0.01)


def test_exceedance_by_hand():
    """Window 3. Before 9: 1 2 3, z = 7. Before 2: 2 3 9, sd 3.79, z = -0.70. Half exceed 2."""
    assert exceedance(np.array([1.0, 2, 3, 9, 2]), window=3, threshold=2.0) == 0.5
    assert np.isnan(exceedance(np.array([1.0, np.nan, 3, 9]), window=3, threshold=2.0))
    with pytest.raises(ValueError, match="above 0"):
        touch_probability(distance=0.0, annual_vol=1, seconds=1)
