"""Medians and their median distances against NumPy on every window."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.trailing_mad import trailing_mad

WINDOWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30)
VALUES = st.one_of(st.integers(-4, 4).map(float), st.floats(-1e3, 1e3))


def edges(steps, size):
    """First and after of windows that only move forward."""
    first, after = np.cumsum(np.array(steps, np.int64).reshape(-1, 2), axis=0).T
    after = np.minimum(first + after, size)
    return np.minimum(first, after), after


def plain(x, first, after):
    windows = [x[a:b] for a, b in zip(first, after, strict=True)]
    medians = np.array([np.median(w) if w.size else np.nan for w in windows])
    mads = [np.median(np.abs(w - m)) if w.size else np.nan for w, m in zip(windows, medians, strict=True)]
    return medians, np.array(mads)


def of(values, *windows):
    first, after = np.array(windows, np.int64).T
    return [column.tolist() for column in trailing_mad(np.array(values, float), first.copy(), after.copy())]


def test_by_hand():
    # 1 2 2 4 9: median 2, distances 1 0 0 2 7; without the first, 2 2 4 9: median 3, distances 1 1 1 6
    assert of([9, 1, 4, 2, 2], (0, 5)) == [[2], [1]]
    assert of([1, 9, 4, 2, 2], (0, 5), (1, 5)) == [[2, 3], [1, 1]]


def test_values_that_hardly_differ_have_no_distance():
    assert of([1, 1, 1, 5, 1], (0, 5)) == [[1], [0]]


def test_an_empty_window_has_no_median():
    assert np.isnan(of([1, 2], (0, 0), (2, 2))).all()
    assert of([1, 2, 3], (0, 1), (2, 3))[0] == [1, 3], "a value that never was in a window does no harm"


@settings(deadline=None)
@given(st.lists(VALUES, max_size=40), WINDOWS)
def test_they_are_those_of_each_window_to_the_bit(values, steps):
    x = np.array(values)
    first, after = edges(steps, x.size)
    for fast, slow in zip(trailing_mad(x, first, after), plain(x, first, after), strict=True):
        np.testing.assert_array_equal(fast, slow)


def test_a_long_window_and_the_compiled_form():
    x = np.log(np.random.default_rng(3).geometric(0.3, 3_000))
    after = np.arange(x.size)
    first = np.maximum(after - 400, 0)
    fast = trailing_mad(x, first, after)
    for one, slow in zip(fast, plain(x, first, after), strict=True):
        np.testing.assert_array_equal(one, slow)
    for one, same in zip(fast, trailing_mad.py_func(x, first, after), strict=True):
        np.testing.assert_array_equal(one, same)
