"""The heatmap of a lake: its cells are what SQL says, its window and its scale are what was asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.report.book_heat import LEVELS, UNKNOWN, BookHeat, Scale, _columns, book_heat, quantised
from pipeline.report.exact_size import exact_sql
from pipeline.report.heat_figure import code_of, round_sizes
from pipeline.report.heat_note import heat_note
from pipeline.timerange import TimeRange
from signals.bars import SECOND
from tests.pipeline.lakes import MARKET
from tests.pipeline.report.heats import heat_of

_MIDNIGHT = datetime(2024, 3, 6, tzinfo=UTC)
_EVER = TimeRange()


def _cells(heat: BookHeat, every: int = 1) -> Iterator[tuple[int, int, datetime, float]]:
    """Column, row, a time in it and a price in it."""
    columns, rows = heat.levels.shape
    for cell in range(0, columns * rows, every):
        column, row = divmod(cell, rows)
        ts = heat.since + timedelta(seconds=heat.width_s * (column + 0.5))
        yield column, row, ts, heat.low_px + heat.height_px * (row + 0.5)


def _assert_cells_are_what_sql_says(heat: BookHeat, sql, every: int = 1) -> None:
    known = 0
    for column, row, ts, price in _cells(heat, every):
        level = heat.levels[column, row]
        if level != UNKNOWN:
            ((size,),) = sql.sql(exact_sql(heat, ts, price)).fetchall()
            assert quantised(np.array([size], np.float32), heat.scale.low, heat.scale.high) == [level], (ts, price)
            known += size > 0
    assert known > 3


def test_every_cell_is_what_sql_says_also_past_midnight(lake_midnight: Lake, sql_midnight):
    heat = book_heat(lake_midnight, MARKET, _EVER, rows=12)
    assert (heat.since, heat.until) == (_MIDNIGHT - timedelta(seconds=3), _MIDNIGHT + timedelta(seconds=3))
    _assert_cells_are_what_sql_says(heat, sql_midnight)


def test_columns_of_more_than_a_second_where_these_would_be_too_many(
    lake_midnight: Lake, sql_midnight, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pipeline.report.book_heat.MAX_COLUMNS", 3)
    heat = book_heat(lake_midnight, MARKET, _EVER, rows=12)
    # Six seconds from 23:59:57 on: of two seconds these were four, from 23:59:56 on.
    assert (heat.width_s, heat.levels.shape[0], heat.since) == (3, 2, _MIDNIGHT - timedelta(seconds=3))
    _assert_cells_are_what_sql_says(heat, sql_midnight)


@pytest.mark.parametrize(
    ("start", "seconds", "wanted"),
    [
        (0, 86_400, (0, 1, 86_400)),
        (0, 86_401, (0, 2, 43_201)),
        (5, 86_401, (4, 2, 43_201)),
        (7, 604_800, (0, 8, 75_601)),
    ],
)
def test_columns_begin_at_whole_multiples_of_their_width(start, seconds, wanted):
    made = _columns(start * SECOND, (start + seconds) * SECOND)
    assert (made.origin // SECOND, made.width_us // SECOND, made.count) == wanted


@pytest.mark.slow
def test_cells_of_a_real_recording_are_what_sql_says(lake_2024: Lake, sql_2024):
    _assert_cells_are_what_sql_says(book_heat(lake_2024, MARKET, _EVER), sql_2024, every=1_999)


def test_a_part_is_the_same_as_in_the_whole(lake_midnight: Lake):
    """The book of a part is read from the beginning of the day, or from the close of the day before."""
    whole = book_heat(lake_midnight, MARKET, _EVER, rows=12)
    for first, last in ((1, 4), (3, 6), (4, 5)):
        time = TimeRange(whole.since + timedelta(seconds=first), whole.since + timedelta(seconds=last))
        part = book_heat(lake_midnight, MARKET, time, rows=12)
        assert (part.since, part.until) == (time.since, time.until)
        sizes = [heat.levels > 0 for heat in (part, whole)]
        assert part.low_px == whole.low_px
        assert np.array_equal(sizes[0], sizes[1][first:last])


def test_nothing_to_draw_is_none(lake_small: Lake):
    assert book_heat(lake_small, MARKET, TimeRange.of("2030-01-01", None)) is None
    assert book_heat(lake_small, Market("binance-usdm", "ETHUSDT"), _EVER) is None


@pytest.mark.slow
def test_the_picture_holds_the_mids_and_twenty_bps_more(lake_2024: Lake):
    heat = book_heat(lake_2024, MARKET, _EVER)
    assert heat.levels.shape[1] == 200
    assert heat.outside <= 0.01
    wide = book_heat(lake_2024, MARKET, _EVER, around_bps=200)
    assert wide.outside == 0
    assert wide.low_px < heat.low_px * 0.983 < heat.high_px * 1.017 < wide.high_px


def test_levels_are_equal_factors_and_ends_are_kept():
    sizes = np.array([-1, 0, 0.5, 1, 1.0001, 9.99, 10, 99.9, 100, 1e9], np.float32)
    assert quantised(sizes, 1.0, 100.0).tolist() == [UNKNOWN, 0, 1, 1, 1, 32, 32, 63, 63, 63]
    step = 100 ** (1 / LEVELS)
    middles = step ** (np.arange(LEVELS) + 0.5)
    assert quantised(middles.astype(np.float32), 1.0, 100.0).tolist() == list(range(1, LEVELS + 1))
    scale = Scale(1.0, 100.0, 0, 0)
    assert [scale.size(level) for level in (1, LEVELS)] == pytest.approx([step**0.5, 100 / step**0.5])


def test_the_ends_of_the_scale_are_where_the_colours_end():
    scale = Scale(2.0, 200.0, 0, 0)
    assert (code_of(2.0, scale), code_of(200.0, scale)) == (1.5, LEVELS + 1.5)
    assert round_sizes(scale) == [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0]
    assert round_sizes(Scale(0.03, 3e4, 0, 0)) == [0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0]


def test_unknown_stretches_are_told_apart():
    levels = np.zeros((6, 2), np.uint8)
    levels[[0, 3, 4]] = UNKNOWN
    heat = heat_of(levels, width_s=10)
    seconds = [[(edge - heat.since).seconds for edge in pair] for pair in heat.unknown()]
    assert seconds == [[0, 10], [30, 50]]
    assert "not known in 30 s" in heat_note(heat)


@pytest.mark.parametrize(("seconds", "price"), [(-1, 60_001.0), (6, 60_001.0), (0, 59_999.0), (0, 60_005.0)])
def test_no_sql_for_what_is_not_in_the_picture(seconds, price):
    heat = heat_of(np.zeros((6, 2), np.uint8))
    with pytest.raises(ValueError, match="expected a time from"):
        exact_sql(heat, heat.since + timedelta(seconds=seconds), price)


def test_sql_names_the_bucket_of_a_price_on_its_edge():
    heat = heat_of(np.zeros((6, 20), np.uint8), low_px=0.7, height_px=0.1)
    query = exact_sql(heat, heat.since, 0.7 + 0.1 + 0.1)  # 0.8999999999999999
    assert "price >= 0.9 and price < 1.0" in query
