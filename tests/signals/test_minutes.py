"""What seconds and events say of whole minutes, by hand: two minutes that end at 60 and 120 s."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.bars import MINUTE, SECOND
from signals.minutes import Minutes

ENDS = np.array([60, 120, 180], np.int64) * SECOND


def minutes(*pairs):
    ts = np.array([round(at * SECOND) for at, _ in pairs], np.int64)
    return Minutes.of(ENDS, ts, np.array([value for _, value in pairs], np.float64))


def same(got, *wanted):
    np.testing.assert_array_equal(got, np.array(wanted, np.float64))


def test_an_event_at_an_end_is_of_the_next_minute():
    found = minutes((0, 1.0), (59.9, 2.0), (60, 4.0), (119, -8.0))
    same(found.total(), 3, -4, np.nan)
    same(found.mean(), 1.5, -2, np.nan)
    same(found.last(), 2, -8, np.nan)
    same(found.largest(), 2, 4, np.nan)
    assert found.count.tolist() == [2, 2, 0]


def test_what_is_no_number_is_no_value():
    found = minutes((10, np.nan), (20, 3.0), (130, np.nan))
    same(found.mean(), 3, np.nan, np.nan)
    assert found.count.tolist() == [1, 0, 0]


def test_nothing_is_carried_over_what_has_no_value():
    found = minutes((10, 1.0), (50, np.nan), (70, 2.0))
    same(found.last(), np.nan, 2, np.nan)
    assert found.stated.tolist() == [1, 1, 0]


def test_at_the_end_means_the_bar_that_ends_then():
    ends = [60 - 1e-6, 120 - 2, 180 - 1e-6]
    same(minutes(*zip(ends, (1.0, 2.0, np.nan), strict=True)).at_end(), 1, np.nan, np.nan)


def test_without_values_nothing_is_said():
    found = minutes()
    for made in (found.total(), found.mean(), found.last(), found.at_end(), found.largest()):
        same(made, np.nan, np.nan, np.nan)


def test_what_has_no_value_is_passed_over_by_sum_and_largest():
    found = minutes((10, 1.0), (20, np.nan), (30, -4.0), (70, np.nan), (80, 2.0))
    same(found.total(), -3, 2, np.nan)
    same(found.mean(), -1.5, 2, np.nan)
    same(found.largest(), 1, 2, np.nan)


def test_the_last_event_of_all_counts():
    same(minutes((179.9, 5.0)).total(), np.nan, np.nan, 5)


def test_the_count_is_of_weights():
    ends, ts = ENDS, np.array([0, 59, 60]) * SECOND
    found = Minutes.of(ends, ts, np.array([1.0, np.nan, 2.0]), np.array([3, 5, 0]))
    assert found.count.tolist() == [3, 0, 0]
    assert found.stated.tolist() == [1, 1, 0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(-9, 9)), max_size=30))
def test_a_loop_over_the_events_says_the_same(pairs):
    pairs = sorted(pairs, key=lambda pair: pair[0])
    found = minutes(*((at, float(value)) for at, value in pairs))
    for row, end in enumerate((ENDS // SECOND).tolist()):
        inside = [value for at, value in pairs if end - MINUTE // SECOND <= at < end]
        assert found.count[row] == len(inside)
        same(found.total()[row : row + 1], sum(inside) if inside else np.nan)
        same(found.largest()[row : row + 1], max(inside) if inside else np.nan)
        same(found.last()[row : row + 1], inside[-1] if inside else np.nan)
