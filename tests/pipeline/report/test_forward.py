"""Returns begin after a signal was known and never reach over holes of the book."""

import numpy as np
import polars as pl

from backtest.mids import Mids
from pipeline.report.forward import forward_returns
from signals.table import UTC_US

SECOND = 1_000_000


def mids(*prices: float | None, first: int = 100) -> Mids:
    """A book a second from `first` on; None: not OK."""
    rows = {
        "bar_end": [SECOND * (first + at) for at in range(len(prices))],
        "state": ["STALE" if price is None else "OK" for price in prices],
        "bid_px": [None if price is None else price - 1 for price in prices],
        "ask_px": [None if price is None else price + 1 for price in prices],
    }
    return Mids.of(
        pl.DataFrame(rows, schema={"bar_end": pl.Int64, "state": pl.String, "bid_px": pl.Float64, "ask_px": pl.Float64})
        .with_columns(pl.col("bar_end").cast(UTC_US))
    )  # fmt: skip


def returns(book: Mids, *known_s: float, horizon: int) -> list[float]:
    return np.exp(forward_returns(book, np.array([round(SECOND * at) for at in known_s]), horizon)).round(9).tolist()


def test_a_return_begins_at_the_first_book_that_ends_after_it_was_known():
    book = mids(100, 200, 400, 800)
    assert returns(book, 100.0, 100.05, 101.0, horizon=1) == [2, 2, 2]
    assert returns(book, 100.0, 100.05, horizon=2) == [4, 4]


def test_the_move_of_the_second_in_which_it_was_known_is_not_in_it():
    """Known at 100.05: the jump from second 100 to 101 was over before an order could be there."""
    assert returns(mids(100, 900, 900, 900), 100.05, horizon=1) == [1]


def test_what_begins_or_ends_outside_is_not_known():
    book = mids(100, 200, 400)
    assert np.isnan(forward_returns(book, np.array([99, 101, 102, 500]) * SECOND, 2)).tolist() == [
        True,
        True,
        True,
        True,
    ]
    assert returns(book, 100, horizon=2) == [4]


def test_an_end_without_a_book_is_not_known():
    book = mids(100, None, 400, 800)
    assert np.isnan(forward_returns(book, np.array([100, 101]) * SECOND, 1)).all()
    assert returns(book, 100, horizon=2) == [4]


def test_more_than_a_minute_without_a_book_is_not_spanned():
    assert returns(mids(100, *[None] * 60, 200), 100, horizon=61) == [2]
    assert np.isnan(forward_returns(mids(100, *[None] * 61, 200), np.array([100 * SECOND]), 62)).all()


def test_a_second_without_a_row_has_no_book():
    rows = pl.DataFrame({"bar_end": [0, 2 * SECOND], "state": ["OK"] * 2, "bid_px": [1.0, 2.0], "ask_px": [1.0, 2.0]})
    book = Mids.of(rows.with_columns(pl.col("bar_end").cast(UTC_US)))
    assert book.size == 3
    assert np.isnan(book.log_mid).tolist() == [False, True, False]
