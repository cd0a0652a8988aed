"""The kernel does what its Python text says. What it says is checked on rows in test_chain_ends.py."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.chain_ends import what_followed

ORDERS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([-1, 1]), st.integers(1, 5), st.integers(0, 2), st.booleans()),
    max_size=20,
)
WATCHED = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 5), st.sampled_from([-1, 1]), st.integers(1, 5)), max_size=5
)


@given(WATCHED, ORDERS)
def test_compiled_and_plain_agree(watched, orders):
    after, lasting, side, px = np.array(watched, np.int64).reshape(-1, 4).T.copy()
    ts, order_side, first, walked, whole = np.array(sorted(orders), np.int64).reshape(-1, 5).T.copy()
    given_ = (after, after + lasting, side, px, ts, order_side, first, first + order_side * walked, whole.astype(bool))
    assert what_followed(*given_).tolist() == what_followed.py_func(*given_).tolist()
