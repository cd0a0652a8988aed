"""Distances of histograms from a fitted normal: by hand, and against plain sums."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from signals.kernels.size_shape import distance_to_normal


def distance(*counts) -> float:
    return distance_to_normal(np.array([counts], np.int64))[0]


def test_by_hand():
    """Two bins of one: mean 0.5, deviation 0.5. At the edge between them both curves say a half; at the last edge,
    1.5 (two deviations up), the normal has 0.9772 of 1: distance 0.0228."""
    assert distance(1, 1) == pytest.approx(1 - NormalDist().cdf(2))


def test_one_filled_bin_has_no_shape():
    assert math.isnan(distance(0, 7, 0))
    assert math.isnan(distance(0, 0))


def test_a_normal_shape_is_near_and_two_heaps_are_far():
    centre = np.arange(-40, 41) / 10
    bell = np.rint(1e6 * np.exp(-(centre**2) / 2)).astype(np.int64)
    assert distance(*bell) < 0.001
    assert distance(*(np.abs(centre) > 3.5).astype(int)) > 0.2


def test_plain_sums_give_the_same():
    rng = np.random.default_rng(5)
    for counts in rng.integers(0, 30, (20, 12)):
        values = np.repeat(np.arange(12), counts)
        fitted = NormalDist(values.mean(), values.std())
        shares = [abs((values <= place).mean() - fitted.cdf(place + 0.5)) for place in range(12)]
        assert distance(*counts) == pytest.approx(max(shares), rel=1e-12)


def test_the_compiled_form_is_the_plain_one():
    counts = np.random.default_rng(6).integers(0, 50, (9, 15))
    np.testing.assert_allclose(distance_to_normal(counts), distance_to_normal.py_func(counts), rtol=1e-14)
