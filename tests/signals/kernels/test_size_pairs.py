"""Pairs of orders of one size: by hand, and against the definition in plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.size_pairs import size_pairs


def ints(*values):
    return np.array(values, np.int64)


def pairs(ts, lots, px, reach, gap=500, between=8, day=10_000):
    found = size_pairs(ints(*ts), ints(*lots), ints(*px), ints(*reach), gap, between, day)
    return list(zip(*found.tolist(), strict=True))


def test_by_hand():
    """0 and 1: a lot apart; 0 and 2: two lots; 1 and 2: a lot; 3 is half a second after 2."""
    assert pairs([0, 100, 200, 700], [5, 6, 7, 7], [10] * 4, [1] * 4) == [(0, 1), (1, 2)]


def test_the_gap_is_less_than_the_longest():
    assert pairs([0, 499], [5, 5], [10, 10], [1, 1]) == [(0, 1)]
    assert pairs([0, 500], [5, 5], [10, 10], [1, 1]) == []


def test_no_more_than_so_many_between():
    assert pairs([0, 1, 2, 3], [5, 9, 20, 5], [10] * 4, [1] * 4, between=2) == [(0, 3)]
    assert pairs([0, 1, 2, 3], [5, 9, 20, 5], [10] * 4, [1] * 4, between=1) == []


def test_the_price_moves_by_at_most_the_reach_of_the_first():
    assert pairs([0, 1], [5, 5], [10, 13], [3, 0]) == [(0, 1)]
    assert pairs([0, 1], [5, 5], [10, 13], [2, 9]) == []


def test_a_pair_is_of_one_day():
    assert pairs([9_999, 10_000], [5, 5], [10, 10], [1, 1]) == []


ORDERS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 4), st.integers(1, 4), st.integers(1, 2)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(ORDERS, st.integers(0, 3), st.integers(1, 300))
def test_the_definition_in_plain_python(orders, between, gap):
    orders = sorted(orders, key=lambda order: order[0])
    ts, lots, px, reach = zip(*orders, strict=True) if orders else ((),) * 4
    wanted = [
        (i, j)
        for j in range(len(ts))
        for i in range(j)
        if j - i - 1 <= between
        and ts[j] - ts[i] < gap
        and ts[j] // 400 == ts[i] // 400
        and abs(lots[j] - lots[i]) <= 1
        and abs(px[j] - px[i]) <= reach[i]
    ]
    assert pairs(ts, lots, px, reach, gap, between, day=400) == wanted


def test_more_pairs_than_the_first_room():
    n = 3_000
    found = size_pairs(np.arange(n), np.full(n, 5), np.full(n, 9), np.full(n, 1), 500, 0, 10**9)
    assert found.shape == (2, n - 1)


def test_the_compiled_form_is_the_plain_one():
    rng = np.random.default_rng(3)
    ts = np.sort(rng.integers(0, 5_000, 300))
    arguments = (ts, rng.integers(1, 9, 300), rng.integers(1, 4, 300), np.ones(300, np.int64), 90, 4, 2_000)
    np.testing.assert_array_equal(size_pairs(*arguments), size_pairs.py_func(*arguments))
