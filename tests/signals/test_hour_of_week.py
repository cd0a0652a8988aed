"""The usual size in an hour of the week, by hand and against its definition told slowly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.hour_of_week import typical_before

WEEK = 168 * 60
LAST = 59
"""The last minute of an hour of the week; the one after it is of the next."""


def slow(x, first_minute, window):
    hour = [(first_minute + i) // 60 % 168 for i in range(len(x))]
    found = np.full(len(x), np.nan)
    for i in range(len(x)):
        past = [abs(x[j]) for j in range(max(i - window, 0), i) if hour[j] == hour[i] and not np.isnan(x[j])]
        if past and not np.isnan(x[i]):
            found[i] = np.median(past)
    return found


def test_the_hours_minutes_before_by_hand():
    """Nothing before the first; then 2; of 2 and 4 the middle; a minute without a value has none, and is none."""
    found = typical_before(np.array([-2.0, 4, 1, np.nan, 5]), 0, 0, 100)
    np.testing.assert_equal(found, [np.nan, 2, 3, np.nan, 2])


def test_another_hour_says_nothing_and_the_same_hour_a_week_later_does():
    x = np.full(WEEK + 2, np.nan)
    x[:2], x[WEEK:] = (3, 7), (1, 1)
    found = typical_before(x, LAST, 0, 2 * WEEK)  # position 0 is the last minute of its hour
    np.testing.assert_equal(found[[0, 1, WEEK, WEEK + 1]], [np.nan, np.nan, 3, 7])


def test_what_lies_beyond_the_window_is_forgotten():
    x = np.array([9.0, 1, 1, 1])
    np.testing.assert_equal(typical_before(x, 0, 0, 2), [np.nan, 9, 5, 1])


VALUES = st.lists(st.one_of(st.just(np.nan), st.integers(-9, 9).map(float)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.integers(0, 2 * WEEK), st.integers(1, 40), st.integers(0, 59))
def test_the_usual_size_is_what_its_definition_says(x, minute, window, begin):
    begin = min(begin, len(x))
    np.testing.assert_equal(typical_before(np.array(x), minute, begin, window), slow(x, minute, window)[begin:])


def test_over_weeks_it_is_what_its_definition_says():
    draw = np.random.default_rng(3)
    x = np.where(draw.random(3 * WEEK) < 0.02, draw.normal(size=3 * WEEK), np.nan)
    np.testing.assert_equal(typical_before(x, 7_200, 0, 2 * WEEK), slow(x.tolist(), 7_200, 2 * WEEK))
