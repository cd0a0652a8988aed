"""Smiles: what is asked of them is on the curve that the quotes were taken from, and nothing lies beyond the quotes."""

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels import smiles as k

N = NormalDist()


def of(points: list[tuple[float, float]]) -> tuple[list[float], bool]:
    """The measures of one smile of (log-moneyness, std), and whether it was repaired."""
    ks, stds = (np.array(column, float) for column in zip(*points, strict=True))
    made, repaired = k.smiles(ks, stds, np.array([0]), np.array([len(points)]))
    return made[:, 0].tolist(), bool(repaired[0])


def flat(std: float, *ks: float) -> list[tuple[float, float]]:
    return [(one, std) for one in ks]


def test_a_flat_smile_is_flat():
    (atm, call, put, slope), repaired = of(flat(0.2, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3))
    assert [atm, call, put] == pytest.approx([0.2] * 3)
    assert slope == pytest.approx(0, abs=1e-12)
    assert not repaired


def test_at_the_money_total_variance_is_linear_between_neighbours():
    (atm, *_), _ = of([(-0.3, 0.2), (-0.1, 0.1), (0.2, 0.2), (0.5, 0.2)])
    assert atm == pytest.approx(sqrt(0.01 + (0.04 - 0.01) / 3))


def test_25_delta_is_where_the_delta_on_the_curve_is_25_percent():
    """On w = a + b k between two far quotes N(std / 2 - k / std) = 0.25 has one root, found here by halving."""
    a, b = 0.04, -0.02
    points = [(x, sqrt(a + b * x)) for x in (-0.4, -0.2, 0.0, 0.1, 0.4)]
    (_, call, put, _), repaired = of(points)
    assert not repaired
    for found, wanted in ((call, 0.25), (put, 0.75)):
        low, high = -0.4, 0.4
        for _ in range(200):
            middle = (low + high) / 2
            std = sqrt(a + b * middle)
            low, high = (middle, high) if N.cdf(std / 2 - middle / std) > wanted else (low, middle)
        assert found == pytest.approx(sqrt(a + b * low), rel=1e-9)


def test_nothing_lies_beyond_the_quotes():
    (atm, call, put, _), _ = of(flat(0.2, -0.3, -0.05, 0.05))
    assert atm == pytest.approx(0.2)
    assert np.isnan(call)  # a quarter of a delta is at k = +0.155
    assert put == pytest.approx(0.2)
    (atm, *_), _ = of(flat(0.2, 0.1, 0.2))
    assert np.isnan(atm)


def test_a_butterfly_below_zero_makes_the_wings_linear_in_delta():
    """The quote in the middle of the call wing is far too dear, so that calls are not convex in strike."""
    points = [(-0.3, 0.2), (-0.1, 0.2), (0.0, 0.2), (0.1, 0.2), (0.15, 0.35), (0.3, 0.2)]
    (_, call, _, _), repaired = of(points)
    assert repaired
    deltas = {N.cdf(std / 2 - at / std): std for at, std in points}
    below, above = max(d for d in deltas if d <= 0.25), min(d for d in deltas if d >= 0.25)
    share = (0.25 - below) / (above - below)
    assert call == pytest.approx(deltas[below] + share * (deltas[above] - deltas[below]))


def test_the_slope_is_that_of_a_parabola_through_the_quotes_near_the_money():
    points = [(x, 0.2 - 0.3 * x + 0.5 * x * x) for x in (-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15)]
    (_, _, _, slope), _ = of(points)
    assert slope == pytest.approx(-0.3)
    outside = [(-0.6, 0.9), *points, (0.6, 0.9)]
    assert of(outside)[0][3] == pytest.approx(-0.3)


def test_too_few_quotes_near_the_money_have_no_slope():
    assert np.isnan(of(flat(0.2, -0.3, -0.1, 0.1, 0.3))[0][3])


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 2)), min_size=2, max_size=9))
@settings(max_examples=60, deadline=None)
def test_whatever_the_quotes_a_measure_lies_among_them(points):
    points.sort()
    (atm, call, put, _), _ = of(points)
    least, most = min(std for _, std in points), max(std for _, std in points)
    for value in (atm, call, put):
        assert np.isnan(value) or least * (1 - 1e-9) <= value <= most * (1 + 1e-9)


def test_many_expiries_are_as_each_alone():
    ks = np.array([-0.2, -0.1, 0.1, 0.2, -0.3, 0.0, 0.3])
    stds = np.array([0.3, 0.2, 0.2, 0.3, 0.1, 0.1, 0.1])
    made, repaired = k.smiles(ks, stds, np.array([0, 4]), np.array([4, 7]))
    for place, stretch in enumerate((slice(0, 4), slice(4, 7))):
        alone, is_repaired = of(list(zip(ks[stretch], stds[stretch], strict=True)))
        np.testing.assert_equal(made[:, place], alone)
        assert repaired[place] == is_repaired
