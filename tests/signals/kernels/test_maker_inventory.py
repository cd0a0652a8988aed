"""The leak by hand and against a plain sum; ranks against counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.maker_inventory import leak, mid_ranks, shares_below

ONES = np.ones(6)


def test_what_is_held_halves_and_what_comes_adds_up():
    held, known = leak(np.array([8.0, 0, 0, 4, 0, 0]), ONES, 0.5, 99, 6)
    assert held.tolist() == [8, 4, 2, 5, 2.5, 1.25]
    assert known.tolist() == [0.5, 0.75, 0.875, 0.9375, 0.96875, 0.984375]


def test_without_a_leak_it_is_the_plain_sum():
    assert leak(np.array([-2.0, 0.5, 0, 0, 0, 0]), ONES, 1.0, 99, 6)[0].tolist() == [-2, -1.5, -1.5, -1.5, -1.5, -1.5]


def test_what_is_not_known_lowers_the_confidence_and_not_at_once_for_ever():
    _, known = leak(np.zeros(6), np.array([1.0, 1, 0, 0.5, 1, 1]), 0.5, 99, 6)
    assert known.tolist() == [0.5, 0.75, 0.375, 0.4375, 0.71875, 0.859375]


def test_a_day_remembers_its_memory_and_nothing_before():
    flow = np.array([1024.0, 0, 8, 0, 0, 0, 0, 0])
    for memory, second_day in ((1, [0, 0, 0, 0]), (3, [2, 1, 0.5, 0.25]), (4, [66, 33, 16.5, 8.25])):
        held, _ = leak(flow, np.ones(8), 0.5, memory, 4)
        assert held.tolist() == [1024, 512, 264, 132, *second_day]


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=40), st.integers(1, 12), st.integers(1, 15))
def test_it_is_the_sum_of_what_is_left_of_every_flow(flow, day, memory):
    held, _ = leak(np.array(flow), np.ones(len(flow)), 0.75, memory, day)
    for i in range(len(flow)):
        begin = max(i // day * day - memory, 0)
        assert held[i] == pytest.approx(sum(0.75 ** (i - j) * flow[j] for j in range(begin, i + 1)), abs=1e-12)


NUMBERS = st.lists(st.one_of(st.just(np.nan), st.integers(0, 4).map(float)), min_size=1, max_size=30)


@given(NUMBERS, st.integers(1, 8), st.integers(0, 29))
def test_a_rank_counts_the_smaller_and_half_of_the_equal(x, window, begin):
    begin = min(begin, len(x))
    found = mid_ranks(np.array(x), window, begin)
    for i in range(begin, len(x)):
        past = [y for y in x[max(i - window, 0) : i] if y == y]
        smaller, equal = sum(y < x[i] for y in past), sum(y == x[i] for y in past)
        expected = (smaller + equal / 2) / len(past) if past and x[i] == x[i] else np.nan
        assert found[i - begin] == pytest.approx(expected, nan_ok=True)


def test_the_compiled_forms_are_the_plain_ones():
    x = np.random.default_rng(4).normal(size=60).round(1)
    for fast, plain in zip(leak(x, np.ones(60), 0.9, 9, 20), leak.py_func(x, np.ones(60), 0.9, 9, 20), strict=True):
        np.testing.assert_array_equal(fast, plain)
    ranks = np.random.default_rng(5).integers(-1, 9, 60)
    np.testing.assert_array_equal(shares_below(ranks, 9, 20, 5), shares_below.py_func(ranks, 9, 20, 5))


def counted(x, window, begin):
    """`mid_ranks` by counting all that lies in the window: the slow twin."""
    rank = np.full(x.size - begin, np.nan)
    for i in range(begin, x.size):
        past = x[max(i - window, 0) : i]
        values = np.count_nonzero(past == past)
        if values and x[i] == x[i]:
            rank[i - begin] = (np.count_nonzero(past < x[i]) + np.count_nonzero(past <= x[i])) / (2 * values)
    return rank


@pytest.mark.parametrize(("window", "begin"), [(300, 0), (300, 300), (300, 450), (2_000, 100)])
def test_ranks_kept_in_a_tree_are_those_counted_to_the_bit(window, begin):
    rng = np.random.default_rng(6)
    x = np.where(rng.random(900) < 0.1, np.nan, rng.normal(size=900).round(2))
    np.testing.assert_array_equal(mid_ranks(x, window, begin), counted(x, window, begin))


def test_ranks_are_the_same_over_the_seams_of_blocks():
    x = np.random.default_rng(7).normal(size=40_000).round(2)
    whole = mid_ranks(x, 50, 0)
    np.testing.assert_array_equal(whole[30_000:], mid_ranks(x, 50, 30_000))
    at = np.array([16_383, 16_384, 16_385, 32_768, 32_770])
    np.testing.assert_array_equal(whole[at], [counted(x[i - 50 : i + 1], 50, 50)[0] for i in at])
