"""Correlations of moving windows against NumPy on every window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.correlations import correlations

PAIRS = st.lists(
    st.tuples(st.one_of(st.just(np.nan), st.integers(-3, 3)), st.one_of(st.just(np.nan), st.integers(-3, 3))),
    min_size=1,
    max_size=25,
)


def arrays(pairs):
    return tuple(np.array([float(pair[one]) for pair in pairs]) for one in (0, 1))


def test_by_hand():
    # Deviations of 1, 2, 3 are -1, 0, 1 and of 1, 3, 2 are -1, 1, 0: 1 over 2.
    found, n = correlations(np.array([9.0, 1, 2, 3]), np.array([-9.0, 1, 3, 2]), 3, 3)
    assert found.tolist() == pytest.approx([0.5], abs=1e-15)
    assert n.tolist() == [3]


@settings(deadline=None)
@given(PAIRS, st.integers(2, 8), st.integers(0, 5))
def test_they_are_those_of_each_window(pairs, window, begin):
    x, y = arrays(pairs)
    begin = min(begin, x.size)
    found, n = correlations(x, y, window, begin)
    assert found.size == x.size - begin
    for i in range(begin, x.size):
        low = max(i - window + 1, 0)
        both = ~np.isnan(x[low : i + 1]) & ~np.isnan(y[low : i + 1])
        a, b = x[low : i + 1][both], y[low : i + 1][both]
        assert n[i - begin] == a.size
        if a.size < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
            assert np.isnan(found[i - begin])
        else:
            assert found[i - begin] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-9)


@settings(deadline=None)
@given(PAIRS, st.integers(2, 8), st.integers(0, 20))
def test_where_the_data_begin_changes_no_bit(pairs, window, cut):
    x, y = (values / 7 for values in arrays(pairs))
    cut = min(cut, max(x.size - window, 0))
    whole = correlations(x, y, window, min(cut + window - 1, x.size))
    part = correlations(x[cut:], y[cut:], window, min(window - 1, x.size - cut))
    for long, short in zip(whole, part, strict=True):
        np.testing.assert_array_equal(long, short)


def test_a_series_and_itself_never_exceed_one():
    x = np.random.default_rng(1).normal(size=500)
    assert np.abs(correlations(x, x, 7, 10)[0]).max() <= 1
    assert np.abs(correlations(x, -x, 7, 10)[0] + 1).max() < 1e-12


def test_the_compiled_form_is_the_plain_one():
    x, y = np.random.default_rng(2).normal(size=(2, 80))
    x[5:9] = np.nan
    for fast, plain in zip(correlations(x, y, 12, 3), correlations.py_func(x, y, 12, 3), strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-12)
