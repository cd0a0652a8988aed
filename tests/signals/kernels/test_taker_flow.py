"""Merging of prints into taker orders, and sums by bar, against a plain loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels import taker_flow as k


def add(prints, bars=3, state=None, out=None):
    """prints: (ts, bar, side, ticks, lots, order id)."""
    out = np.zeros((k.COLUMNS, bars), np.int64) if out is None else out
    state = np.zeros(k.FIELDS, np.int64) if state is None else state
    ts, bar, side, px, lots, order = np.array(prints, np.int64).reshape(-1, 6).T.copy()
    return k.add_prints(ts, bar, side.astype(np.int8), px, lots, order, state, out), out


def orders(*prints):
    return int(add([(ts, 0, side, px, 1, order) for ts, side, px, order in prints])[1][k.ORDERS, 0])


def test_prints_of_one_id_are_one_order_however_they_look():
    assert orders((1, 1, 10, 7), (2, 1, 9, 7), (3, 1, 9, 8)) == 2


def test_without_ids_equal_time_side_and_a_price_that_never_comes_back():
    assert orders((1, 1, 10, -1), (1, 1, 10, -1), (1, 1, 11, -1)) == 1
    assert orders((1, 1, 10, -1), (1, 1, 9, -1)) == 2
    assert orders((1, -1, 10, -1), (1, -1, 9, -1)) == 1
    assert orders((1, -1, 10, -1), (1, -1, 11, -1)) == 2
    assert orders((1, 1, 10, -1), (1, -1, 10, -1)) == 2
    assert orders((1, 1, 10, -1), (2, 1, 10, -1)) == 2


def test_an_id_on_one_side_only_falls_back_to_time_side_and_price():
    assert orders((1, 1, 10, 7), (1, 1, 10, -1)) == 1
    assert orders((1, 1, 10, 7), (2, 1, 10, -1)) == 2


def test_an_uncounted_print_does_not_part_an_order():
    assert orders((1, 1, 10, -1), (1, 0, 90, -1), (1, 1, 11, -1)) == 1


def test_a_notional_no_integer_holds_is_refused():
    assert add([(1, 0, 1, 2**31, 2**31, -1)])[0] == 0
    assert add([(1, 0, 1, 2**30, 2**30, -1)] * 3)[0] == 2


def plain(prints):
    out, before = [[0] * 3 for _ in range(k.COLUMNS)], None
    for ts, bar, side, px, lots, order in prints:
        if side == 0:
            continue
        if before and before[3] >= 0 and order >= 0:
            same = before[3] == order
        else:
            same = (
                before is not None and before[:2] == (ts, side) and (px >= before[2] if side > 0 else px <= before[2])
            )
        before = (ts, side, px, order)
        if 0 <= bar < 3:
            out[k.BUY if side > 0 else k.SELL][bar] += lots
            out[k.PRINTS][bar] += 1
            out[k.ORDERS][bar] += not same
            out[k.NET][bar] += side * px * lots
    return out


PRINTS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.just(0),
        st.integers(-1, 1),
        st.integers(1, 4),
        st.integers(1, 3),
        st.sampled_from([-1, 5, 6]),
    ),
    max_size=30,
)


@given(PRINTS, st.integers(0, 30))
def test_cut_anywhere_the_sums_are_those_of_a_plain_loop(prints, cut):
    prints = [(ts, ts // 2 - 1, *rest[1:]) for ts, *rest in sorted(prints, key=lambda p: p[0])]
    state, out = np.zeros(k.FIELDS, np.int64), np.zeros((k.COLUMNS, 3), np.int64)
    add(prints[:cut], state=state, out=out)
    add(prints[cut:], state=state, out=out)
    assert out.tolist() == plain(prints)
