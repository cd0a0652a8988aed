"""Pairs of signs counted one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels import lagged_signs as k

SIGNS = st.lists(st.tuples(st.sampled_from([-1, 1]), st.booleans()), max_size=25)


def sums(signs, since, lags, windows, kernel=k.lagged_sums):
    first, after = np.array(windows, np.int64).reshape(-1, 2).T.copy()
    return kernel(np.array(signs, np.int8), np.array(since, np.int64), np.array(lags, np.int64), first, after)


def stretches(breaks):
    """First place of the stretch of each place; a break begins a new one."""
    since, begin = [], 0
    for place, is_break in enumerate(breaks):
        begin = place if is_break else begin
        since.append(begin)
    return since


def test_by_hand():
    """+ + - + + at lag 1: products + - - +, earlier + + - +, later + - + +; at lag 2: - + -."""
    found = sums([1, 1, -1, 1, 1], [0] * 5, [1, 2], [(0, 5), (2, 5)])
    assert found[:, 0, 0].tolist() == [0, 2, 2, 4]
    assert found[:, 0, 1].tolist() == [-1, 1, 1, 3]
    assert found[:, 1, 0].tolist() == [0, 0, 2, 2]
    assert found[:, 1, 1].tolist() == [-1, -1, 1, 1]


def test_a_pair_lies_on_one_stretch():
    assert sums([1, 1, 1, 1], [0, 0, 2, 2], [1, 2], [(0, 4)])[k.PAIRS, 0].tolist() == [2, 0]


def test_a_window_shorter_than_the_lag_has_no_pairs_and_spoils_no_later_one():
    found = sums([1] * 6, [0] * 6, [3], [(0, 2), (1, 3), (2, 6)])
    assert found[k.PAIRS, :, 0].tolist() == [0, 0, 1]


@given(SIGNS, st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=5))
def test_it_is_what_counting_gives(tape, cuts):
    signs, since = [sign for sign, _ in tape], stretches([is_break for _, is_break in tape])
    bound = [sorted(min(cut, len(tape)) for cut in column) for column in zip(*cuts, strict=True)] or [[], []]
    windows = [(first, max(first, after)) for first, after in zip(*bound, strict=True)]
    found = sums(signs, since, [1, 2, 7], windows)
    np.testing.assert_array_equal(found, sums(signs, since, [1, 2, 7], windows, kernel=k.lagged_sums.py_func))
    for w, (first, after) in enumerate(windows):
        for column, lag in enumerate((1, 2, 7)):
            pairs = [(signs[t - lag], signs[t]) for t in range(first + lag, after) if t - lag >= since[t]]
            wanted = [sum(a * b for a, b in pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs), len(pairs)]
            assert found[:, w, column].tolist() == wanted
