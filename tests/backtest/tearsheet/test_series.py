"""Rows become places one step apart, and what is not known keeps its place."""

from dataclasses import replace

import numpy as np
import polars as pl

from backtest.tearsheet.series import series_of
from signals.bars import DAY, SECOND
from tests.backtest.tearsheet.markets import FLOW, SIZE

BASE = 19_700 * DAY
EVENTS = replace(FLOW, is_event=True)


def frame(*rows):
    schema = {"at": pl.Int64, "known": pl.Int64, "value": pl.Float64}
    return pl.DataFrame(
        [(BASE + round(a * SECOND), BASE + round(k * SECOND), v) for a, k, v in rows], schema, orient="row"
    )


def test_a_hole_keeps_its_place():
    found = series_of(frame((1, 1.1, 5.0), (2, 2.1, None), (4, 4.1, 7.0)), FLOW, until=BASE + 10 * SECOND)
    np.testing.assert_array_equal(found.value, [5, np.nan, np.nan, 7])
    assert ((found.at - BASE) // SECOND).tolist() == [1, 2, 3, 4]
    assert found.known[[0, 3]].tolist() == [BASE + 1_100_000, BASE + 4_100_000]
    assert (found.rows, found.nulls, found.merged) == (3, 1, 0)


def test_rows_after_the_last_book_are_not_used():
    found = series_of(frame((1, 1.1, 5.0), (2, 2.1, 6.0)), FLOW, until=BASE + SECOND)
    assert found.rows == 1


def test_events_of_a_second_are_one_known_with_the_last():
    rows = frame((1.2, 3.0, 1.0), (1.9, 2.5, 1.0), (2.5, 2.6, -1.0))
    found = series_of(rows, EVENTS, until=BASE + 10 * SECOND)
    np.testing.assert_array_equal(found.value, [2, -1])
    assert ((found.at - BASE) // SECOND).tolist() == [2, 3]
    assert found.known.tolist() == [BASE + 3 * SECOND, BASE + 2_600_000]
    assert found.merged == 1
    assert found.delay_ms == 600.0  # of 1,800, 600 and 100 ms


def test_sizes_of_a_second_are_averaged():
    found = series_of(frame((1.2, 3.0, 1.0), (1.9, 2.5, 3.0)), replace(SIZE, is_event=True), until=BASE + 9 * SECOND)
    np.testing.assert_array_equal(found.value, [2])


def test_no_number_is_no_value():
    found = series_of(frame((1, 1.1, float("nan")), (2, 2.1, float("inf"))), FLOW, until=BASE + 10 * SECOND)
    assert np.isnan(found.value).all()
    assert found.nulls == 2


def test_without_rows_there_are_no_places():
    found = series_of(frame(), FLOW, until=BASE)
    assert found.at.size == found.value.size == 0


def test_stretches_apart_are_counted_where_something_is_seen():
    found = series_of(frame(*((s, s, 1.0) for s in range(1, 101))), FLOW, until=BASE + 200 * SECOND)
    seen = np.zeros(100, bool)
    seen[:35] = True
    assert found.apart(10, seen) == 4
    assert found.apart(1, seen) == 35
    assert found.steps(0.3) == 1
