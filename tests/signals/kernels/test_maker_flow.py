"""Sums of taker orders by minute, as makers see them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels import maker_flow as k


def add(orders, half_lives=(60,), bars=3, kernel=k.add_orders):
    """orders: (bar, side, lots, cap, microseconds left to the bar's end)."""
    bar, side, lots, cap, left = np.array(orders, np.int64).reshape(-1, 5).T.copy()
    sums, decayed = np.zeros((k.ROWS, bars), np.int64), np.zeros((len(half_lives), bars))
    kernel(bar, side.astype(np.int8), lots, cap, left, np.array(half_lives, np.int64), sums, decayed)
    return sums, decayed


def test_makers_receive_the_opposite():
    sums, _ = add([(0, 1, 20, k.NO_CAP, 0), (0, -1, 5, k.NO_CAP, 0), (2, -1, 7, k.NO_CAP, 0)])
    assert sums[k.NET].tolist() == [-15, 0, 7]
    assert sums[k.COUNTED].tolist() == [-15, 0, 7]
    assert sums[k.CAPPED].tolist() == [0, 0, 0]


def test_beyond_its_cap_an_order_does_not_count():
    sums, decayed = add([(0, 1, 20, 8, 0), (0, -1, 5, 8, 0)])
    assert sums[:, 0].tolist() == [-15, -3, 12]
    assert decayed[0, 0] == -3


def test_flow_halves_every_half_life_to_the_end_of_the_bar():
    _, decayed = add([(0, 1, 8, k.NO_CAP, 60), (0, 1, 8, k.NO_CAP, 0)], half_lives=(60, 20))
    assert decayed[:, 0].tolist() == [-12, -9]


ORDERS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([-1, 1]), st.integers(0, 9), st.integers(1, 9), st.integers(0, 99)),
    max_size=20,
)


@given(ORDERS)
def test_the_compiled_form_is_the_plain_one(orders):
    for fast, plain in zip(add(orders, (7, 60)), add(orders, (7, 60), kernel=k.add_orders.py_func), strict=True):
        np.testing.assert_array_equal(fast, plain)


@given(ORDERS)
def test_buyers_instead_of_sellers_turn_every_sign(orders):
    (sums, decayed), (turned, turned_decayed) = add(orders), add([(b, -s, *rest) for b, s, *rest in orders])
    np.testing.assert_array_equal(turned, sums * np.array([[-1], [-1], [1]]))
    np.testing.assert_array_equal(turned_decayed, -decayed)
