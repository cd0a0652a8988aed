"""Ranks among what ended some time before, against plain counting."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.lagged_ranks import lagged_ranks

NAN = float("nan")


def ranks(values, **options):
    return lagged_ranks(np.array(values, float), *(options[k] for k in ("window", "lag", "least", "begin"))).tolist()


def test_by_hand():
    # the last value, 3, against 1 3 9 (the 7 just before is left out): one smaller, one equal, of three
    assert ranks([1, 3, 9, 7, 3], window=3, lag=2, least=3, begin=4) == [0.5]
    assert ranks([1, 3, 9, 7, 3], window=3, lag=1, least=3, begin=4) == [1 / 6]


def test_too_few_to_compare_with_or_no_value_is_no_rank():
    assert np.isnan(ranks([1, NAN, 9, 7, 3], window=3, lag=2, least=3, begin=4)).all()
    assert np.isnan(ranks([1, 2, 9, 7, NAN], window=3, lag=2, least=1, begin=4)).all()
    assert np.isnan(ranks([4, 4], window=3, lag=2, least=0, begin=0)).all(), "nothing lies before"


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.just(NAN), st.integers(0, 5)), min_size=1, max_size=30),
    st.integers(1, 6), st.integers(1, 4), st.integers(0, 4), st.integers(0, 30),
)  # fmt: skip
def test_they_are_plain_counts(values, window, lag, least, begin):
    x, begin = np.array(values, float), min(begin, len(values))
    plain = []
    for i in range(begin, x.size):
        past = x[max(i - lag - window + 1, 0) : max(i - lag + 1, 0)]
        past = past[~np.isnan(past)]
        stands = x[i] == x[i] and past.size >= max(least, 1)
        plain.append((np.sum(past < x[i]) + np.sum(past == x[i]) / 2) / past.size if stands else NAN)
    fast = lagged_ranks(x, window, lag, least, begin)
    np.testing.assert_allclose(fast, plain, rtol=1e-15)
    np.testing.assert_array_equal(fast, lagged_ranks.py_func(x, window, lag, least, begin))
