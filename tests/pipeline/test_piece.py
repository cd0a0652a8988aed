"""A staged piece is read as it was written."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as some
from polars.testing import assert_frame_equal

from pipeline.piece import is_alike, read_piece, write_piece

_ALIKE = (
    pl.Series([7, 7]), pl.Series([None, None], dtype=pl.Float64), pl.Series(["a", "a"]), pl.Series([False, False]),
    pl.Series([True]), pl.Series([], dtype=pl.Int64),
)  # fmt: skip
_NOT_ALIKE = (
    pl.Series([7, 8]), pl.Series([7, None]), pl.Series([None, "a"]), pl.Series(["a", "b", "a"]),
    pl.Series([True, False]), pl.Series([True, None]), pl.Series([0.0, -0.0]), pl.Series([[1], [1]]),
)  # fmt: skip


@pytest.mark.parametrize("column", _ALIKE, ids=str)
def test_one_value_may_stand_for_all(column: pl.Series):
    assert is_alike(column)


@pytest.mark.parametrize("column", _NOT_ALIKE, ids=str)
def test_no_value_may_stand_for_others(column: pl.Series):
    assert not is_alike(column)


def _frame(lines: list[int], words: list[str | None], numbers: list[int | None], levels: list[list[float]]):
    moment = pl.Series([datetime(2025, 1, 1, tzinfo=UTC)] * len(lines), dtype=pl.Datetime("us", "UTC"))
    return pl.DataFrame(
        {
            "event_ts": moment,
            "word": pl.Series(words, dtype=pl.String),
            "line": pl.Series(lines, dtype=pl.Int64),
            "nothing": pl.Series([None] * len(lines), dtype=pl.Int64),
            "levels": pl.Series(levels, dtype=pl.List(pl.Float64)),
            "number": pl.Series(numbers, dtype=pl.Int64),
            "flag": pl.Series([True] * len(lines)),
        }
    )


@given(some.data())
def test_a_piece_comes_back_with_its_columns_in_order(tmp_path_factory, data: some.DataObject):
    rows = data.draw(some.integers(1, 4))
    frame = _frame(*(
        data.draw(some.lists(one, min_size=rows, max_size=rows))
        for one in (
            some.just(3), some.sampled_from(["a", "b", None]), some.sampled_from([1, 2, None]),
            some.lists(some.sampled_from([0.0, -0.0, 0.1]), max_size=3),
        )
    ))  # fmt: skip
    path = tmp_path_factory.mktemp("piece") / "book_updates" / "one.arrow"
    write_piece(frame, path)
    assert_frame_equal(read_piece(path), frame)


def test_a_piece_of_before_is_read_too(tmp_path):
    frame = _frame([1, 2], ["a", None], [5, 5], [[0.1], []])
    frame.write_ipc(tmp_path / "old.arrow", compression="lz4")
    assert_frame_equal(read_piece(tmp_path / "old.arrow"), frame)


def test_what_never_changes_takes_no_room(tmp_path):
    rows = 100_000
    frame = pl.DataFrame({"line": range(rows)}).with_columns(source=pl.lit("tardis"), nothing=pl.lit(None, pl.Int64))
    write_piece(frame, tmp_path / "table" / "one.arrow")
    assert (tmp_path / "table" / "one.arrow").stat().st_size < 8 * rows + 4_096
