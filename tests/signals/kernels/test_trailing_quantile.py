"""Quantiles of moving windows against sorting every window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.trailing_quantile import kth_of_windows, trailing_medians, trailing_quantile

WINDOWS = st.lists(st.integers(0, 3), min_size=1, max_size=30)


def slow_quantile(values, first, after, percentile, least):
    """Rank ceil(p n), counted in hundredths of a percent."""
    found = []
    for a, b in zip(first, after, strict=True):
        window = sorted(values[a:b])
        rank = -(-len(window) * round(percentile * 100) // 10_000)
        found.append(window[rank - 1] if len(window) >= max(least, 1) and rank > 0 else None)
    return found


@given(
    st.lists(st.integers(-3, 3), max_size=40),
    WINDOWS,
    WINDOWS,
    st.sampled_from([0.5, 50.0, 99.5, 100.0]),
    st.integers(0, 4),
)
def test_it_is_what_sorting_each_window_finds(values, starts, sizes, percentile, least):
    steps = min(len(starts), len(sizes))
    first = np.minimum(np.cumsum(starts[:steps]), len(values))
    after = np.maximum.accumulate(np.minimum(first + sizes[:steps], len(values)))
    found, has = trailing_quantile(np.array(values, np.int64), first, after, percentile=percentile, least=least)
    assert [x if ok else None for x, ok in zip(found.tolist(), has, strict=True)] == slow_quantile(
        values, first, after, percentile, least
    )


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=40), st.integers(1, 9))
def test_the_median_is_the_usual_one(values, window):
    at = np.arange(len(values)) + 1
    first = np.maximum(at - window, 0)
    lower, upper, has = trailing_medians(np.array(values), first, at)
    assert has.all()
    expected = [np.median(values[a:b]) for a, b in zip(first, at, strict=True)]
    np.testing.assert_array_equal((lower + upper) / 2, expected)


@pytest.mark.parametrize(("n", "rank"), [(1, 1), (199, 199), (200, 199), (201, 200), (400, 398), (500, 498)])
def test_the_percentile_is_the_nearest_rank(n, rank):
    """ceil(0.995 n): of 500 values the three largest lie at or above it."""
    found, has = trailing_quantile(np.arange(1, n + 1), np.array([0]), np.array([n]), percentile=99.5, least=1)
    assert (found.tolist(), has.tolist()) == ([rank], [True])


def test_the_compiled_form_is_the_plain_one():
    draw = np.random.default_rng(3)
    rank, at = draw.integers(0, 37, 300), np.arange(300)
    first, k = np.maximum(at - 50, 0), draw.integers(0, 60, 300)
    np.testing.assert_array_equal(
        kth_of_windows(rank, 37, first, at, k), kth_of_windows.py_func(rank, 37, first, at, k)
    )


def test_no_values_have_no_quantile():
    none = np.empty(0)
    at = np.zeros(2, np.int64)
    assert not trailing_quantile(none, at, at, percentile=99.5, least=0)[1].any()
    assert not trailing_medians(none, at, at)[2].any()
