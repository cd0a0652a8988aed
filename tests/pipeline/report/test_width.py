"""How much of each piece of time lies in stretches."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.width_panel import shares_of


def test_stretches_count_in_the_pieces_they_lie_in():
    shares = shares_of(np.array([1.0, 8, 25]), np.array([3.0, 14, 30]), np.array([0.0, 10, 20, 30]))
    np.testing.assert_allclose(shares, [0.4, 0.4, 0.5])


def test_what_lies_outside_the_edges_counts_nowhere():
    shares = shares_of(np.array([-5.0, 18]), np.array([5.0, 50]), np.array([0.0, 10, 20]))
    np.testing.assert_allclose(shares, [0.5, 0.2])


@given(st.lists(st.booleans(), min_size=12, max_size=120))
def test_shares_are_those_of_the_seconds(is_on: list[bool]):
    """Against counting second by second, in pieces of a twelfth."""
    on = np.array(is_on[: len(is_on) // 12 * 12])
    padded = np.diff(np.concatenate(([0], on.astype(int), [0])))
    starts, ends = np.flatnonzero(padded == 1).astype(float), np.flatnonzero(padded == -1).astype(float)
    if starts.size:
        shares = shares_of(starts, ends, np.linspace(0, on.size, 13))
        np.testing.assert_allclose(shares, on.reshape(12, -1).mean(axis=1))
