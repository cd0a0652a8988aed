"""What is typical of a slot: slots of 1 minute that come again every 3, of which the last 2 are looked at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.bars import MINUTE
from signals.season import Season

SMALL = Season(slot_min=1, period_min=3, periods=2, least=1)
HALF_MINUTE = MINUTE // 2


def typical(season, values, at):
    """Values by the half minute from 0 on; NaN is none."""
    ends = HALF_MINUTE * np.arange(1, len(values) + 1)
    medians, counts = season.typical(ends, np.array(values, float), HALF_MINUTE * np.array(at))
    return medians.tolist(), counts.tolist()


def test_by_hand():
    # minutes:  0     1     2     3       4     5     6
    values = [1, 2, 0, 0, 0, 0, 30, 100, 0, 0, 0, 0, 5]
    assert typical(SMALL, values, [13, 14]) == ([16, 16], [2, 2]), "median of 1, 2, 30, 100: minutes 0 and 3"
    assert typical(SMALL, values, [7, 8]) == ([1.5, 1.5], [1, 1]), "minute 3 has only minute 0 before"
    assert np.isnan(typical(SMALL, values, [1])[0]).all()


def test_the_bar_that_ends_a_slot_is_of_it():
    assert typical(SMALL, [7, 7, 9], [8])[0] == [7], "the third half minute is of minute 1"
    assert SMALL.slot(np.array([1, MINUTE, MINUTE + 1])).tolist() == [0, 0, 1]


def test_too_few_slots_have_no_median():
    nan = float("nan")
    strict = Season(1, 3, 2, least=2)
    values = [1, nan, 0, 0, 0, 0, nan, nan, 0, 0, 0, 0]
    assert typical(SMALL, values, [13]) == ([1], [1])
    medians, counts = typical(strict, values, [13])
    assert np.isnan(medians).all()
    assert counts == [1]


def test_a_week_of_hours_reaches_four_weeks_and_an_hour_back():
    assert Season(60, 10_080, 4, 1).reach_min == 4 * 7 * 1_440 + 60


def test_slots_must_fit():
    with pytest.raises(ValueError, match="slot_min to divide"):
        Season(60, 90, 4, 1)
    with pytest.raises(ValueError, match="min_slots"):
        Season(60, 10_080, 4, 5)


@given(st.lists(st.one_of(st.just(float("nan")), st.integers(0, 9)), min_size=1, max_size=40), st.integers(1, 3))
def test_they_are_medians_of_the_past_slots(values, least):
    season = Season(2, 4, 3, least)
    at = np.arange(1, len(values) + 20)
    medians, counts = season.typical(MINUTE * np.arange(1, len(values) + 1), np.array(values, float), MINUTE * at)
    for end, median, count in zip(at.tolist(), medians, counts, strict=True):
        slots = [(end - 1) // 2 - 2 * back for back in (1, 2, 3)]
        parts = [[v for m, v in enumerate(values) if m // 2 == slot and v == v] for slot in slots]
        assert count == sum(bool(part) for part in parts)
        if count >= least:
            assert median == np.median(np.concatenate(parts))
        else:
            assert np.isnan(median)
