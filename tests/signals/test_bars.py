"""Bars are half-open and stamped with their end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.bars import DAY, bar_ends, end_of_bar, latest_before, latest_in_day


def test_an_event_on_the_edge_belongs_to_the_bar_it_opens():
    assert [end_of_bar(ts, 10) for ts in (0, 9, 10, 11)] == [10, 10, 20, 20]
    assert bar_ends(10, 35, 10).tolist() == [10, 20, 30]
    assert bar_ends(10, 9, 10).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 99)), max_size=20), st.integers(-1, 50))
def test_latest_before_is_the_maximum_over_earlier_events(events, carried):
    events.sort(key=lambda event: event[0])
    ts, known = np.array(events, np.int64).reshape(-1, 2).T.copy()
    ends = bar_ends(10, 60, 10)
    expected = [max([carried, *(k for t, k in events if t < end)]) for end in ends]
    assert latest_before(ends, ts, known, carried).tolist() == expected


TIMES = st.integers(-DAY // 10, 2 * DAY).map(lambda ts: ts // (DAY // 8) * (DAY // 8))


@given(st.lists(st.tuples(TIMES, st.integers(0, 99)), max_size=20), st.integers(0, DAY))
def test_latest_in_day_is_the_maximum_over_the_day_so_far_and_what_reaches_into_it(events, reach):
    events.sort(key=lambda event: event[0])
    ts, known = np.array(events, np.int64).reshape(-1, 2).T.copy()
    ends = bar_ends(DAY // 8, 2 * DAY, DAY // 8)
    begins = [(end - 1) // DAY * DAY - reach for end in ends]
    expected = [max([-1, *(k for t, k in events if b <= t < e)]) for b, e in zip(begins, ends, strict=True)]
    assert latest_in_day(ends, ts, known, reach).tolist() == expected
