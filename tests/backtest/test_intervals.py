"""Intervals: the known vector, edges, and what a bootstrap covers."""

import numpy as np
import pytest

from backtest.intervals import bootstrap_ratio, wilson


def test_wilson() -> None:
    assert wilson(12, 17) == pytest.approx((0.469, 0.867), abs=5e-4)


def test_wilson_at_the_edges() -> None:
    low, high = wilson(0, 10)
    assert (low, high) == (0.0, pytest.approx(0.2775, abs=5e-4))
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="0 <= hits <= n, got 3 of 2"):
        wilson(3, 2)


def test_a_ratio_of_equal_cases_is_certain() -> None:
    assert bootstrap_ratio([1.0, 1.0, 1.0], [4.0, 4.0, 4.0]) == (0.25, 0.25)
    assert bootstrap_ratio([], []) == (0.0, 1.0)


def test_a_bootstrapped_share_is_about_a_normal_one() -> None:
    """400 equal cases, a quarter of them hits: +- 1.96 sqrt(.25 .75 / 400) = 0.0424."""
    low, high = bootstrap_ratio(np.arange(400) % 4 == 0, np.ones(400))
    assert (low, high) == (pytest.approx(0.25 - 0.0424, abs=0.005), pytest.approx(0.25 + 0.0424, abs=0.005))
