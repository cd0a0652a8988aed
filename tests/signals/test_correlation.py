"""Correlations of hand-made markets: mids a minute apart, returns in percent."""

import numpy as np
import pytest

from signals.correlation import CORRELATION_SIGNAL
from tests.signals.minute_frames import book, made
from tests.signals.tape_frames import column
from tests.signals.test_volatility import mids

OWN = [1, 2, 3, 1, 2, 3]
OTHER = [1, 3, 2, 1, 3, 2]


def rows(own, other=None, *, until=6, **params):
    inputs = {"book_state": own} | ({} if other is None else {"reference/book_state": other})
    options = {"window_min": 6, "short_window_min": 3} | params
    return made(CORRELATION_SIGNAL, inputs, until=until, **options)["correlation"]


def last(own, other=None, **options) -> dict:
    return rows(own, other, **options).row(-1, named=True)


def test_every_column_by_hand():
    # Deviations -1, 0, 1 and -1, 1, 0: 1 over sqrt(2 * 2), in the short window and, twice, in the long one.
    row = last(book(mids(OWN)), book(mids(OTHER)))
    assert row["correlation"] == pytest.approx(0.5)
    assert row["short_correlation"] == pytest.approx(0.5)
    assert (row["n_returns"], row["coverage"], row["short_coverage"], row["reference"]) == (6, 1, 1, "v/s")


def test_the_sign_is_that_of_moving_together():
    assert last(book(mids(OWN)), book(mids(OWN)))["correlation"] == pytest.approx(1)
    assert last(book(mids(OWN)), book(mids([-one for one in OWN])))["correlation"] == pytest.approx(-1)


def test_without_a_reference_there_are_rows_of_nulls():
    found = rows(book(mids(OWN)))
    assert column(found, "correlation") == column(found, "reference") == [None] * 6
    assert column(found, "coverage") == [0] * 6


def test_a_minute_that_one_market_lacks_is_in_neither():
    other = list(OTHER)
    other[2] = None
    row = last(book(mids(OWN)), book(mids(other)))
    assert (row["n_returns"], row["correlation"]) == (4, None)
    assert row["short_coverage"] == 2 / 3
    row = last(book(mids(OWN)), book(mids(other)), min_coverage=0.5)
    # Minutes 1, 2, 5 and 6 are left: 1, 2, 2, 3 against 1, 3, 3, 2 about 2 and 2.25.
    assert row["correlation"] == pytest.approx(np.corrcoef([1, 2, 2, 3], [1, 3, 3, 2])[0, 1])


def test_a_market_that_does_not_move_has_no_correlation():
    row = last(book(mids(OWN)), book([100] * 7))
    assert (row["n_returns"], row["correlation"]) == (6, None)


def test_a_row_waits_for_both_markets():
    own, other = book(mids(OWN), late={2: 100}), book(mids(OTHER), late={4: 500})
    known = column(rows(own, other), "known_ts")
    assert known == pytest.approx([60.1, 220.1, 220.1, 740.1, 740.1, 740.1])


def test_windows_are_two_and_in_order():
    with pytest.raises(ValueError, match="below window_min"):
        rows(book(mids(OWN)), window_min=3, short_window_min=6)
