"""Chains of refills by hand, and against a loop over a plain list of chains."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.refill_chains import follow_chains

GAP = 10


def chains(*refills, cut=0, kernel=follow_chains):
    """Chain numbers of refills (ts, taken, price) of one side; a place a price."""
    ts, taken, price = np.array(refills, np.int64).reshape(-1, 3).T.copy()
    prices = np.arange(100)
    cuts = np.broadcast_to(np.array(cut, np.int64), ts.shape).copy()
    above, below = np.where(prices < 99, prices + 1, -1), prices - 1
    return kernel(ts, taken, cuts, price, above, below, GAP).tolist()


def test_refills_at_one_price_are_a_chain_while_they_follow_within_the_gap():
    assert chains((0, 0, 50), (10, 9, 50), (20, 19, 50), (31, 30, 50)) == [0, 0, 0, 1]


def test_chains_at_other_prices_are_others():
    assert chains((0, 0, 50), (1, 0, 60), (2, 1, 50), (3, 2, 60)) == [0, 1, 0, 1]


def test_a_chain_moves_a_tick_if_its_last_refill_was_there_before_the_takers_came():
    assert chains((0, 0, 50), (5, 4, 51), (9, 8, 52), (12, 11, 51)) == [0, 0, 0, 0]
    assert chains((0, 0, 50), (5, 0, 51)) == [0, 1], "both prices were swept by one taker"
    assert chains((0, 0, 50), (5, 4, 52)) == [0, 1], "two ticks are too far"


def test_a_chain_that_moved_stands_at_its_old_price_no_more():
    assert chains((0, 0, 50), (2, 1, 51), (4, 3, 53), (6, 5, 50)) == [0, 0, 1, 0]
    assert chains((0, 0, 50), (2, 1, 51), (4, 1, 50)) == [0, 0, 1]


def test_the_chain_at_the_price_itself_comes_before_those_beside_it():
    assert chains((0, 0, 50), (1, 0, 51), (3, 2, 50)) == [0, 1, 0]


def test_of_two_chains_beside_it_the_later_goes_on():
    assert chains((0, 0, 50), (1, 0, 52), (3, 2, 51)) == [0, 1, 1]
    assert chains((0, 0, 52), (1, 0, 50), (3, 2, 51)) == [0, 1, 1]


def test_a_cut_ends_every_chain():
    assert chains((0, 0, 50), (2, 1, 50), (4, 3, 50), cut=(0, 0, 3)) == [0, 0, 1]
    assert chains((0, 0, 50), (2, 1, 51), cut=(0, 1)) == [0, 1]


def slow(ts, taken, cut, place, _above, _below, gap):
    """The rules over a list of (price, last refill), newest first, one entry a chain."""
    alive, numbers, begun = {}, [], 0
    for i in range(ts.size):
        able = {n: (p, j) for n, (p, j) in alive.items() if ts[i] - ts[j] <= gap and ts[j] >= cut[i]}
        exact = [n for n, (p, _) in able.items() if p == place[i]]
        beside = [(j, n) for n, (p, j) in able.items() if abs(p - place[i]) == 1 and ts[j] < taken[i]]
        if exact:
            number = exact[0]
        elif beside:
            number = max(beside)[1]
        else:
            number, begun = begun, begun + 1
        alive[number] = (place[i], i)
        numbers.append(number)
    return np.array(numbers, np.int64)


STEPS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(1, 6), st.integers(0, 20)), max_size=60)


@given(STEPS)
def test_the_kernel_is_the_plain_loop(steps):
    ts = np.cumsum([step[0] for step in steps])
    refills = [(t, t - back, price) for t, (_, back, price, _) in zip(ts.tolist(), steps, strict=True)]
    cut = np.maximum.accumulate([0, *(t - back for t, (*_, back) in zip(ts.tolist(), steps, strict=True))])[1:]
    assert chains(*refills, cut=cut) == chains(*refills, cut=cut, kernel=slow)
