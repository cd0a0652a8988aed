"""Digits, round sizes and shape of sizes: by hand, and on sizes of known laws."""

import numpy as np
import pytest

from signals.size_digits import BENFORD, SizeCounts, is_round, trailing


def counts(*lots, minute=None, minutes=1):
    lots = np.array(lots, np.int64)
    return SizeCounts.of(lots, np.zeros(lots.size, np.int64) if minute is None else np.array(minute), minutes)


def test_first_digits_by_hand():
    made = counts(1, 19, 199, 2, 999, 1_000, 9)
    assert made.digits.tolist() == [[4, 1, 0, 0, 0, 0, 0, 0, 2]]


def test_only_ones_are_far_from_benford():
    """Ones: 1 - 0.301 too many, 0.699 in all too few: 2 * 0.699 / 9."""
    assert counts(1, 10, 13).first_digit_distance()[0] == pytest.approx(2 * (1 - np.log10(2)) / 9)


def test_sizes_spread_evenly_over_decades_are_benfords():
    made = counts(*np.floor(10 ** np.linspace(3, 6, 30_000, endpoint=False)).astype(int))
    assert made.first_digit_distance()[0] < 1e-3
    assert BENFORD.sum() == pytest.approx(1)


def test_round_sizes_by_hand():
    assert is_round(np.array([5, 10, 11, 20, 100, 0])).tolist() == [False, True, False, True, True, False]
    assert counts(5, 10, 11, 20, 1).round_share()[0] == 2 / 3
    assert np.isnan(counts(5).round_share()[0])


def test_even_last_digits_are_round_once_in_ten():
    assert counts(*range(10, 1_000)).round_share()[0] == pytest.approx(0.1)


def test_lognormal_sizes_fit_and_equal_ones_have_no_shape():
    sizes = np.rint(np.exp(np.random.default_rng(1).normal(9, 1, 20_000))).astype(int)
    assert counts(*sizes).lognormal_distance()[0] < 0.02
    assert counts(*([100] * 50 + [100_000] * 50)).lognormal_distance()[0] > 0.3
    assert np.isnan(counts(7, 7).lognormal_distance()[0])


def test_windows_sum_the_minutes_that_stand():
    values = np.array([1, 2, 4, 8])
    stands = np.array([True, False, True, True])
    assert trailing(values, stands, 2).tolist() == [1, 1, 4, 12]
    assert trailing(values[:, None], stands, 9)[:, 0].tolist() == [1, 1, 5, 13]


def test_a_window_forgets_the_minute_that_left():
    made = counts(1, 2, 3, minute=[0, 1, 2], minutes=3).over(np.ones(3, bool), 2).at(np.array([2]))
    assert made.digits[0, :3].tolist() == [0, 1, 1]
