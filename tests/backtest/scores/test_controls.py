"""Negative controls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.scores.controls import most_by_chance, turned
from tests.backtest.events import events


def test_turned_events_keep_length_and_place_and_stay_in_the_whole():
    found = events((1, 100.0, 0, 10), (-1, 101.0, 90, 100))
    for moved in turned(found, found, times=5, seed=2):
        assert (moved["end_ts"] - moved["start_ts"]).equals(found["end_ts"] - found["start_ts"])
        assert moved["price"].equals(found["price"])
        assert (moved["start_ts"] != found["start_ts"]).all()
        assert moved["start_ts"].dt.epoch("us").is_between(0, 100_000_000).all()


def test_turns_are_the_same_for_the_same_seed():
    found = events((1, 100.0, 0, 10), (1, 100.0, 50, 60))
    once, again = ([one["start_ts"].to_list() for one in turned(found, found, times=3, seed=5)] for _ in range(2))
    assert once == again
    assert list(turned(found.clear(), found, times=3, seed=5)) == []


def test_most_by_chance_is_the_poisson_percentile():
    assert [most_by_chance(mean) for mean in (0.0, 1.0, 5.0, 100.0)] == [0, 3, 9, 117]
    with pytest.raises(ValueError, match="0 or more"):
        most_by_chance(-1)


@given(st.floats(0, 400), st.floats(0, 400))
def test_more_expected_allow_more(one, other):
    low, high = sorted((one, other))
    assert most_by_chance(low) <= most_by_chance(high)
