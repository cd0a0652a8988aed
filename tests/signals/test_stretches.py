"""Time inside stretches, by hand: bars of ten that end at 10, 20 and 30."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.stretches import time_inside

ENDS = np.array([10, 20, 30], np.int64)


def inside(*stretches):
    begins, lengths = (np.array(part, np.int64) for part in zip(*stretches, strict=True))
    return time_inside(begins, lengths, ENDS, 10).tolist()


def test_a_stretch_over_several_bars_is_shared_out():
    assert inside((5, 20)) == [5, 10, 5]


def test_the_end_of_a_bar_is_of_the_next():
    assert inside((10, 1), (29, 5)) == [0, 1, 1]


def test_without_stretches_nothing_is_inside():
    nothing = np.empty(0, np.int64)
    assert time_inside(nothing, nothing, ENDS, 10).tolist() == [0, 0, 0]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=6))
def test_counting_every_instant_says_the_same(pieces):
    """Pieces: how long after the one before a stretch begins, and how long it lasts."""
    stretches, now = [], 0
    for pause, length in pieces:
        stretches.append((now + pause, length))
        now += pause + length
    instants = {at for begin, length in stretches for at in range(begin, begin + length)}
    assert inside(*stretches) == [len(instants & {*range(end - 10, end)}) for end in ENDS.tolist()]
