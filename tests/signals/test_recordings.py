"""Minutes of a real market, second by second, against the plain book and the counted facts."""

import functools

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from signals.bars import DAY, SECOND
from signals.book import COLUMNS, Book
from signals.grid import Grid
from tests.signals.book_frames import fast, slow, states
from tests.signals.recordings import usdm
from tests.signals.test_book_pass import instruments, run

FILES = {
    2023: ("binance-2023-04-05/usdm_btcusdt_20230404.dat.gz", "binance-2023-04-05/usdm_btcusdt_20230405.dat.gz"),
    2024: ("binance-2024-08-08/usdm_btcusdt_20240808.gz",),
}
GRID = Grid.of(0.1, 3)


@functools.cache
def recording(year):
    """(book updates, trades, first and last whole second)."""
    book, trades = usdm(*FILES[year])
    first, last = (int(book["event_ts"][row].timestamp()) for row in (0, -1))
    return book, trades, first + 1, last


@functools.cache
def truth(year) -> pl.DataFrame:
    book, _, first, last = recording(year)
    return slow(book, first_bar=first, until=last, decimals=3)


def assert_true(got, year):
    assert_frame_equal(got, truth(year), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("year", FILES)
def test_every_second_is_that_of_the_plain_book(year):
    book, _, first, last = recording(year)
    got = fast(book, first_bar=first, until=last, grid=GRID)
    assert got["state"].to_list().count("OK") > 340
    assert_true(got, year)


@pytest.mark.parametrize("year", FILES)
def test_cuts_and_window_change_nothing(year):
    book, _, first, last = recording(year)
    cuts = np.sort(np.random.default_rng(7).integers(0, book.height, 300)).tolist()
    for cells in (256, 1 << 14):
        assert_true(fast(book, first_bar=first, until=last, grid=GRID, cuts=cuts, max_cells=cells), year)


def test_one_row_at_a_time():
    book, _, first, _ = recording(2023)
    start = book["is_snapshot"].arg_max()
    piece = book[start : start + 4_000]
    last = int(piece["event_ts"][-1].timestamp())
    got = fast(piece, first_bar=first, until=last, grid=GRID, cuts=range(1, piece.height))
    assert_frame_equal(got, slow(piece, first_bar=first, until=last, decimals=3), rel_tol=1e-12, abs_tol=1e-12)


def test_the_second_day_opens_in_the_close_of_the_first():
    book, _, first, last = recording(2023)
    midnight = last * SECOND // DAY * DAY
    is_before = pl.col("event_ts").cast(pl.Int64) < midnight
    day1 = Book(GRID, first_bar=first * SECOND)
    bars = [day1.feed(book.filter(is_before)), day1.finish(midnight)]
    day2 = Book(GRID, first_bar=midnight + SECOND, opening=day1.close("v", "s"))
    bars += [day2.feed(book.filter(~is_before)), day2.finish(last * SECOND)]
    assert_true(states(np.concatenate(bars, axis=1), GRID), 2023)
    assert [gap.reason for gap in day1.breaks + day2.breaks] == ["no_snapshot"]


def test_the_counted_facts_of_2023():
    book, trades, _, _ = recording(2023)
    assert trades.filter(~pl.col("is_off_market")).height == 12_934
    inputs = {"instruments": instruments(qty_decimals=3), "book_updates": book, "trades": trades}
    out = run(inputs, start=1680652700, until=1680653214, chunk_rows=50_000)
    at = pl.col("bar_end").cast(pl.Int64) == 1680652701 * SECOND
    state, flow = (out[name].filter(at).row(0, named=True) for name in ("book_state", "taker_flow"))
    assert [state[name] for name in ("bid_px", "bid_qty", "ask_px", "ask_qty")] == [28145.10, 3.194, 28145.20, 6.957]
    assert (state["bid_depth_10bps_qty"], state["ask_depth_10bps_qty"]) == (298.528, 239.397)
    assert [flow[name] for name in ("buy_qty", "sell_qty", "n_prints")] == [0.014, 0.050, 8]
    whole = trades.filter(~pl.col("is_off_market"), pl.col("event_ts").cast(pl.Int64) < 1680653214 * SECOND)
    assert out["taker_flow"]["n_prints"].sum() == whole.height
    assert float(out["taker_flow"]["buy_qty"].sum()) == pytest.approx(
        whole.filter(pl.col("taker_side") == 1)["qty"].sum()
    )


def test_the_columns_read_are_enough():
    book, _, first, _ = recording(2024)
    piece = book[:5_000]
    assert_frame_equal(
        fast(piece.select(COLUMNS), first_bar=first, until=first + 3, grid=GRID),
        fast(piece, first_bar=first, until=first + 3, grid=GRID),
    )
