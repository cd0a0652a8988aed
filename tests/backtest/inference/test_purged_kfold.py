"""Splits in time: nothing that trains touches what is tested."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.inference.purged_kfold import (
    Samples,
    chronological,
    combinatorial,
    least_embargo,
    paths,
    purged_kfold,
    walk_forward,
)


def evenly(n, look_back, label):
    known = np.arange(n)
    return Samples(known - look_back, known, known + label)


@st.composite
def samples(draw):
    n = draw(st.integers(6, 40))
    known = np.sort(np.array(draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))))
    back = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    ahead = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)))
    return Samples(known - back, known, known + ahead)


def test_folds_by_hand():
    """Ten samples, labels of 2, looking back 1, two folds, embargo 2.

    Tested 0-4: the block is [0, 6], 5 and 6 decide in it, 7 looks back to 6, 8 is embargoed; 9 is free.
    Tested 5-9: the block is [5, 11]; labels of 3 and 4 end at 5 and 6; 0, 1, 2 are free.
    """
    found = [(train.tolist(), test.tolist()) for train, test in purged_kfold(evenly(10, 1, 2), folds=2, embargo=2)]
    assert found == [([9], [0, 1, 2, 3, 4]), ([0, 1, 2], [5, 6, 7, 8, 9])]


@given(samples(), st.integers(3, 6), st.integers(1, 2), st.integers(0, 10))
def test_no_label_or_look_back_that_trains_overlaps_a_tested_label(times, groups, tested, embargo):
    seen = []
    for train, test in combinatorial(times, groups=groups, tested=tested, embargo=embargo):
        seen.extend(test)
        for i in train:
            overlaps = (times.begin[i] <= times.end[test]) & (times.end[i] >= times.known[test])
            assert not overlaps.any()
    assert (np.bincount(seen, minlength=times.known.size) == comb(groups - 1, tested - 1)).all()


@given(samples(), st.integers(2, 5), st.integers(0, 10))
def test_what_is_kept_from_training_touches_the_block_or_its_embargo(times, folds, embargo):
    for train, test in purged_kfold(times, folds=folds, embargo=embargo):
        left_out = np.setdiff1d(np.arange(times.known.size), np.concatenate([train, test]))
        first, last = times.known[test].min(), times.end[test].max()
        for i in left_out:
            assert times.end[i] >= first
            assert times.begin[i] <= last or times.known[i] <= last + embargo


def test_two_blocks_leave_the_middle_between_their_embargoes():
    """Blocks of 4 in 16, labels of 1: testing the first [0, 4] and third [8, 12] leaves 6, 7 less end 8, and 14, 15."""
    splits = list(combinatorial(evenly(16, 0, 1), groups=4, tested=2, embargo=1))
    train, test = splits[1]
    assert test.tolist() == [0, 1, 2, 3, 8, 9, 10, 11]
    assert train.tolist() == [6, 14, 15]


def test_paths_use_every_test_once():
    """6 groups, 2 tested: 15 splits, 5 paths (Lopez de Prado 2018, 12.3)."""
    found = paths(6, 2)
    assert found.shape == (5, 6)
    used = sorted((int(split), group) for path in found for group, split in enumerate(path))
    assert len(set(used)) == 30
    assert found[0].tolist() == [0, 0, 1, 2, 3, 4]


def test_the_embargo_is_the_longest_reach():
    assert least_embargo(evenly(100, 7, 3)) == 7
    assert least_embargo(evenly(100, 2, 5)) == 5
    assert least_embargo(evenly(1_000, 2, 5)) == 11


def test_walking_forward_by_hand():
    """Labels of 2: at 4 those of 0 and 1 have ended; at 8 those up to 5, of which a window of 4 leaves 4 and 5."""
    expanding = [(a.tolist(), b.tolist()) for a, b in walk_forward(evenly(10, 0, 2), starts=[1, 4, 8], window=None)]
    assert expanding == [([0, 1], [4, 5, 6, 7]), ([0, 1, 2, 3, 4, 5], [8, 9])]
    rolling = list(walk_forward(evenly(10, 0, 2), starts=[4, 8], window=4))
    assert rolling[1][0].tolist() == [4, 5]


@given(samples(), st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True), st.integers(1, 30) | st.none())
def test_walking_forward_never_trains_on_what_was_not_known(times, starts, window):
    for train, test in walk_forward(times, starts=sorted(starts), window=window):
        assert times.end[train].max() < times.known[test].min()


def test_three_parts_in_time():
    train, validation, test = chronological(evenly(10, 0, 2))
    assert (train.tolist(), validation.tolist(), test.tolist()) == ([0, 1, 2, 3], [], [8, 9])
    train, validation, test = chronological(evenly(100, 0, 2))
    assert (train.size, validation.size, test.size) == (58, 18, 20)


def test_refused():
    at = np.array([0, 1, 2])
    with pytest.raises(ValueError, match="known < end"):
        Samples(at, at, at)
    with pytest.raises(ValueError, match="order of known"):
        Samples(at[::-1], at[::-1], at[::-1] + 1)
    with pytest.raises(ValueError, match="of every sample"):
        Samples(at[:2], at, at + 1)
    with pytest.raises(ValueError, match="tested < groups"):
        list(combinatorial(evenly(9, 0, 1), groups=3, tested=3, embargo=0))
    with pytest.raises(ValueError, match="ascend"):
        list(walk_forward(evenly(9, 0, 1), starts=[3, 3], window=None))
    with pytest.raises(ValueError, match="cut in three"):
        chronological(evenly(2, 0, 1))
