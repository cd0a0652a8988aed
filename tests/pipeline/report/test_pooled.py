"""A pooled line has few points, every extreme and every hole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.pooled import pooled, stretches

NAN = float("nan")


def test_a_short_line_stays_as_it_is():
    times, values = pooled(np.array([1.0, 2.0, 3.0]), np.array([5.0, NAN, 7.0]), step=1, most=10)
    assert times.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(values, [5, NAN, 7])


def test_missing_rows_interrupt_the_line():
    times, values = pooled(np.array([1.0, 2.0, 5.0, 6.0]), np.array([1.0, 2.0, 3.0, 4.0]), step=1)
    assert times.tolist() == [1, 2, 3, 5, 6]
    np.testing.assert_array_equal(values, [1, 2, NAN, 3, 4])


def test_a_second_that_stands_out_in_a_day_is_kept():
    values = np.zeros(86_400)
    values[[12_345, 50_000]] = 9, -9
    times, kept = pooled(np.arange(86_400.0), values, step=1)
    assert times.size <= 4_000
    assert kept[times == 12_345] == 9
    assert kept[times == 50_000] == -9


def test_a_hole_of_a_second_in_a_day_is_kept():
    values = np.zeros(86_400)
    values[40_000] = NAN
    times, kept = pooled(np.arange(86_400.0), values, step=1)
    assert times[np.isnan(kept)].tolist() == [40_000]


def test_nothing_known_is_a_line_of_holes():
    times, values = pooled(np.arange(10_000.0), np.full(10_000, NAN), step=1, most=300)
    assert 0 < times.size <= 300
    assert np.isnan(values).all()


def test_no_rows_are_no_line():
    times, values = pooled(np.array([]), np.array([]), step=1)
    assert times.size == values.size == 0


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(NAN)), min_size=1, max_size=400), st.integers(9, 60))
def test_of_any_line_the_extremes_and_a_hole_are_kept_in_order(given_values: list[float], most: int):
    values = np.array(given_values)
    times, kept = pooled(np.arange(values.size, dtype=float), values, step=1, most=most)
    assert times.size <= max(most, 3)
    assert (np.diff(times) > 0).all()
    np.testing.assert_array_equal(kept, values[times.astype(int)])
    assert np.isnan(kept).any() == np.isnan(values).any()
    if not np.isnan(values).all():
        assert np.nanmax(kept) == np.nanmax(values)
        assert np.nanmin(kept) == np.nanmin(values)


@pytest.mark.parametrize(
    ("is_on", "found"),
    [
        ([0, 1, 1, 0, 1], [(20, 40), (50, 60)]),
        ([1, 1, 1, 1, 1], [(10, 60)]),
        ([0, 0, 0, 0, 0], []),
        ([0, 0, 0, 0, 1], [(50, 60)]),
    ],
)
def test_stretches_begin_when_their_first_bar_is_told(is_on: list[int], found: list[tuple[int, int]]):
    times = np.array([10.0, 20, 30, 40, 50])
    starts, ends = stretches(times, np.array(is_on, bool), step=10)
    assert list(zip(starts, ends, strict=True)) == found


def test_stretches_do_not_reach_over_missing_bars():
    starts, ends = stretches(np.array([10.0, 20, 50]), np.array([True, True, True]), step=10)
    assert list(zip(starts, ends, strict=True)) == [(10, 30), (50, 60)]
