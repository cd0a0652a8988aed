"""Moments of moving windows against NumPy on every window, and their bits against another beginning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.trailing_moments import trailing_moments

VALUES = st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=40)


def arrays(values):
    return np.array([0.0 if v is None else float(v) for v in values]), np.array([v is not None for v in values])


@given(VALUES, st.integers(1, 9), st.integers(0, 20))
def test_they_are_those_of_each_window(values, window, first):
    x, there = arrays(values)
    count, mean, spread = trailing_moments(x, there, window, first)
    for i in range(x.size):
        before = x[max(i - window, 0) : i][there[max(i - window, 0) : i]]
        assert count[i] == before.size
        if before.size:
            assert mean[i] == pytest.approx(before.mean(), abs=1e-12)
            assert spread[i] == pytest.approx(((before - before.mean()) ** 2).sum(), abs=1e-11)


@given(VALUES, st.integers(1, 9), st.integers(0, 20), st.integers(0, 30))
def test_where_the_data_begin_changes_no_bit(values, window, first, cut):
    x, there = arrays(values)
    cut = min(cut, x.size)
    whole = trailing_moments(x / 7, there, window, first)
    part = trailing_moments(x[cut:] / 7, there[cut:], window, first + cut)
    for long, short in zip(whole, part, strict=True):
        np.testing.assert_array_equal(long[cut + window :], short[window:])


def test_a_constant_has_no_spread_at_all():
    x = np.full(1_000, 0.1)
    assert not trailing_moments(x, np.ones(1_000, bool), 360, 7)[2].any()


def test_a_million_steps_do_not_drift():
    x = 1e6 + np.random.default_rng(1).normal(size=1_000_000)
    count, mean, spread = trailing_moments(x, np.ones(x.size, bool), 360, 0)
    last = x[-361:-1]
    assert count[-1] == 360
    assert mean[-1] == pytest.approx(last.mean(), rel=1e-15)
    assert spread[-1] / 359 == pytest.approx(last.var(ddof=1), rel=1e-9)


def test_the_compiled_form_is_the_plain_one():
    x = np.random.default_rng(2).normal(size=200)
    there = np.arange(200) % 7 > 0
    for fast, plain in zip(trailing_moments(x, there, 12, 5), trailing_moments.py_func(x, there, 12, 5), strict=True):
        np.testing.assert_array_equal(fast, plain)
