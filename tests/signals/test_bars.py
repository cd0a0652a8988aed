"""Bars are half-open and stamped with their end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.bars import bar_ends, end_of_bar, latest_before


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
