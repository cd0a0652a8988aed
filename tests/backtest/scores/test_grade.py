"""Verdicts: the best column reached, and poor below the acceptable one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.scores.grade import Bounds, Target, at_least, below, verdict
from backtest.scores.targets import target_of

CORRELATION = at_least("correlation", 0.6, 0.8, is_open=True)
BAND = Target("band_coverage", Bounds(0.8, 0.97), Bounds(0.87, 0.93))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.81, "good"), (0.8, "acceptable"), (0.6, "acceptable"), (0.59, "poor"), (0.1, "poor"), (None, "no value")],
)
def test_more_is_better(value, expected):
    assert CORRELATION.verdict(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, "good"), (3, "acceptable"), (9.9, "acceptable"), (10, "poor")])
def test_less_is_better(value, expected):
    assert below("abs_lag_min", 10, 3).verdict(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0.9, "good"), (0.87, "good"), (0.95, "acceptable"), (0.98, "poor"), (0.79, "poor")]
)
def test_a_range_is_missed_on_both_sides(value, expected):
    assert BAND.verdict(value) == expected


def test_nothing_measured_is_no_value_with_or_without_a_target():
    assert [verdict(None, CORRELATION), verdict(math.nan, CORRELATION), verdict(None, None)] == ["no value"] * 3
    assert verdict(0.5, None) == "no target"


def test_targets_are_written_as_they_are_meant():
    assert str(CORRELATION) == ">= 0.6; good > 0.8"
    assert str(BAND) == "0.8 to 0.97; good 0.87 to 0.93"


def test_bounds_that_hold_nothing_are_refused():
    with pytest.raises(ValueError, match="low up to high"):
        Bounds(2, 1)
    with pytest.raises(ValueError, match="at least one bound"):
        Bounds()


def test_a_coarse_feed_is_asked_less():
    assert str(target_of("replenishment", "f1", 0)) == ">= 0.65; good > 0.8"
    assert str(target_of("replenishment", "f1", 10)) == ">= 0.65; good > 0.8"
    assert str(target_of("replenishment", "f1", 100)) == str(target_of("replenishment", "f1", 1_000))
    assert str(target_of("replenishment", "f1", 100)) == ">= 0.45; good > 0.6"
    assert target_of("replenishment", "no such metric", 0) is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_better_value_never_gets_a_worse_verdict(one, other):
    tiers = ["poor", "acceptable", "good"]
    low, high = sorted((one, other))
    assert tiers.index(CORRELATION.verdict(low)) <= tiers.index(CORRELATION.verdict(high))
