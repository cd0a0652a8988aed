"""Every second of a book has its place; what is not known there is NaN, and so is what is outside."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from backtest.mids import Mids
from signals.bars import SECOND
from signals.table import UTC_US

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def book(*rows):
    """Rows of (second, state, mid)."""
    at, state, mid = zip(*rows, strict=True)
    times = pl.Series([BEGIN + timedelta(seconds=second) for second in at]).cast(UTC_US)
    bid, ask = ([one + side for one in mid] for side in (-1, 1))
    return pl.DataFrame({"bar_end": times, "state": state, "bid_px": bid, "ask_px": ask})


def test_a_second_without_a_row_or_an_ok_book_has_no_mid():
    mids = Mids.of(book((3, "RESYNC", 9.0), (0, "OK", 2.0), (2, "OK", 4.0)))  # in whatever order
    assert np.exp(mids.log_mid).tolist() == pytest.approx([2, np.nan, 4, np.nan], nan_ok=True)
    assert mids.last - mids.first == 3 * SECOND


def test_no_row_is_one_place_without_a_mid():
    mids = Mids.of(book((0, "OK", 2.0)).clear())
    assert np.isnan(mids.at(np.array([-1, 0, 1]))).all()
    assert mids.known(np.array([0]), 5).tolist() == [0]


def test_an_instant_has_the_place_of_the_first_second_that_is_not_before_it():
    mids = Mids(10 * SECOND, np.zeros(3))
    assert mids.place(np.array([10 * SECOND - 1, 10 * SECOND, 10 * SECOND + 1, 99 * SECOND])).tolist() == [0, 0, 1, 89]


def test_outside_nothing_is_known():
    assert np.isnan(Mids(0, np.zeros(3)).at(np.array([-1, 0, 2, 3]))).tolist() == [True, False, False, True]


def test_known_places_are_counted_up_to_and_with_the_end():
    mids = Mids(0, np.array([0.0, np.nan, 0.0, 0.0]))
    assert mids.known(np.array([0, 1, 2, 3, 9]), 2).tolist() == [1, 1, 1, 2, 0]
    assert mids.known(np.array([3]), 100).tolist() == [3]
