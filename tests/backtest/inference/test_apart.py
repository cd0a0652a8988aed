"""Of stretches in order, those are taken that do not overlap the last one taken."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.inference.apart import apart


def test_one_that_begins_when_another_ends_does_not_overlap_it():
    assert apart(np.array([0, 1, 2, 3, 5]), np.array([2, 9, 4, 4, 6])).tolist() == [0, 2, 4]


def test_of_two_that_begin_together_the_first_is_taken():
    assert apart(np.array([0, 0, 0]), np.array([3, 1, 1])).tolist() == [0]


def test_there_may_be_none():
    assert apart(np.array([], np.int64), np.array([], np.int64)).size == 0


def slow_apart(begin, end):
    chosen, free = [], -1
    for place, (first, last) in enumerate(zip(begin, end, strict=True)):
        if first >= free:
            chosen.append(place)
            free = last
    return chosen


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=30))
def test_like_going_through_all_of_them(stretches):
    begin, length = np.array(sorted(stretches), np.int64).reshape(-1, 2).T
    assert apart(begin, begin + length).tolist() == slow_apart(begin, begin + length)
