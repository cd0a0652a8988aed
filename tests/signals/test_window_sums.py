"""Sums over windows of rows against adding them up."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.window_sums import running, values_before, within


@given(st.lists(st.integers(-(10**12), 10**12), max_size=20), st.data())
def test_they_are_the_sums_of_the_rows(values, data):
    edges = data.draw(st.lists(st.tuples(st.integers(0, len(values)), st.integers(0, len(values))), max_size=5))
    first, after = np.array([sorted(pair) for pair in edges], np.int64).reshape(-1, 2).T
    found = within(running(np.array(values, np.int64)), first, after)
    assert found.tolist() == [sum(values[a:b]) for a, b in zip(first, after, strict=True)]


def test_values_before_a_position_within_a_window():
    values = np.array([1.0, np.nan, 3.0, 4.0])
    assert values_before(values, np.arange(5), 2).tolist() == [0, 1, 1, 1, 2]
