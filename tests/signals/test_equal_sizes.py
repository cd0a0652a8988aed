"""What chance would bring: against every way to shuffle sides, and counts a person can check."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.bars import MINUTE, SECOND
from signals.equal_sizes import MICROPAIRS, Orders, alike, candidates, expected, is_opposite, surprise


def orders(*rows):
    """Of (second, side, lots), at one price."""
    ts, side, lots = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return Orders(np.rint(ts * SECOND).astype(np.int64), side, lots, np.full(ts.size, 7))


def pairs(tape, between=8):
    return candidates(tape, np.ones(tape.ts.size, np.int64), 2 * SECOND, between)


def by_chance(tape, minutes=2):
    return (expected(tape, *pairs(tape), minutes, 0) / MICROPAIRS).tolist()


def shuffled(tape) -> float:
    """Opposite pairs on average over every way to deal out the sides of each minute."""
    first, second = pairs(tape)
    minute = tape.ts // MINUTE
    heads, tails = ([*permutations(tape.side[minute == one].tolist())] for one in (0, 1))
    counts = [
        is_opposite(Orders(tape.ts, np.array(head + tail, np.int64), tape.lots, tape.px), first, second).sum()
        for head in heads
        for tail in tails
    ]
    return float(np.mean(counts))


def test_a_minute_by_hand():
    """Two buys and two sells, all of one size, three neighbours a second apart: each is opposite with 2*2*2/(4*3)."""
    tape = orders((1, 1, 5), (2, 1, 5), (3, -1, 5), (4, -1, 5))
    assert by_chance(tape, 1) == pytest.approx([3 * 2 / 3])


def test_a_pair_over_the_minute_by_hand():
    """One buy of two in the first minute, one sell of one in the second: 1/2 * 1 + 1/2 * 0."""
    tape = orders((30, -1, 9), (59, 1, 5), (60, -1, 5))
    assert by_chance(tape) == [0, 0.5]


def test_a_lone_order_has_no_sides_to_shuffle():
    assert by_chance(orders((1, 1, 5)), 1) == [0]


TAPES = st.lists(
    st.tuples(st.integers(56, 63), st.sampled_from([-1, 1]), st.integers(1, 3)), min_size=2, max_size=7
).map(lambda rows: orders(*sorted(rows, key=lambda row: row[0])))


@settings(max_examples=40, deadline=None)
@given(TAPES)
def test_the_expectation_is_the_mean_over_every_shuffle(tape):
    assert sum(by_chance(tape)) == pytest.approx(shuffled(tape), abs=1e-8)


def test_alike_counts_what_lies_strictly_before_and_in_the_window():
    tape = orders((1, 1, 5), (2, 1, 6), (3, 1, 7), (4, 1, 5), (4, 1, 4), (9, 1, 5))
    n_alike, n_before = alike(tape, np.array([3, 5]), 5 * SECOND)
    assert (n_alike.tolist(), n_before.tolist()) == ([2, 2], [3, 2])  # 5 and 6 of three; at 4 both, of two


@settings(max_examples=40, deadline=None)
@given(TAPES, st.integers(1, 9))
def test_alike_in_plain_python(tape, window):
    at = np.arange(tape.ts.size)
    n_alike, n_before = alike(tape, at, window * SECOND)
    for row in at.tolist():
        inside = (tape.ts < tape.ts[row]) & (tape.ts >= tape.ts[row] - window * SECOND)
        same = np.abs(tape.lots - tape.lots[row]) <= 1
        assert (n_alike[row], n_before[row]) == ((inside & same).sum(), inside.sum())


def test_surprise_by_hand():
    """Seen 9 times in 99, counted from one: a tenth. Once: ln 10; in two tries 1 - 0.9^2 = 0.19."""
    made = surprise(np.array([9, 9, 0]), np.array([99, 99, 0]), np.array([1, 2, 1]))
    assert made.tolist() == pytest.approx([np.log(10), -np.log(0.19), 0])


def test_a_rare_size_is_more_surprising_and_more_tries_are_less():
    made = surprise(np.array([0, 1, 1]), np.array([500] * 3), np.array([1, 1, 4]))
    assert made[0] > made[1] > made[2] > 0
