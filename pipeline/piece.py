"""A staged piece as a file: quick to write and to read, for it is a cache.

Columns that say the same in every row (half of them) are kept once. What remains is not compressed: that would cost
more than all the rest of staging.
"""

from os import SEEK_END
from pathlib import Path
from typing import Final

import polars as pl

_AT_BYTES: Final = 8
_PLAIN: Final = b"ARROW1"
"""How a piece of before ends: all columns in full."""
_ROWS: Final = "line"
"""Kept in full in any case: it tells how many rows there are."""


def write_piece(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame of at least one row, among its columns `line`."""
    path.parent.mkdir(exist_ok=True)
    alike = [name for name in frame.columns if name != _ROWS and is_alike(frame[name])]
    with path.open("wb") as file:
        frame.drop(alike).write_ipc(file, compression="uncompressed")
        at = file.tell()
        frame.head(1).write_ipc(file, compression="uncompressed")
        file.write(at.to_bytes(_AT_BYTES, "little"))


def read_piece(path: Path) -> pl.DataFrame:
    """The frame as it was written."""
    with path.open("rb") as file:  # not mapped: the file may be written again or removed meanwhile
        file.seek(-_AT_BYTES, SEEK_END)
        last = file.read()
        file.seek(0)
        if last.endswith(_PLAIN):
            return pl.read_ipc(file.read())
        differing, first = pl.read_ipc(file.read(int.from_bytes(last, "little"))), pl.read_ipc(file.read()[:-_AT_BYTES])
    alike = [column for column in first if column.name not in differing.columns]
    return differing.hstack([repeated(column, differing.height) for column in alike]).select(first.columns)


def is_alike(column: pl.Series) -> bool:
    """Whether surely all values of a column are the same, or none is there."""
    if column.dtype.is_nested():
        return False
    nulls = column.null_count()
    if nulls or column.is_empty():
        return nulls == column.len()
    if column.dtype == pl.Boolean:
        return bool(column.all()) or not column.any()
    if column.dtype == pl.String:
        return column[0] == column[-1] and bool((column == column[0]).all())
    return column.dtype.is_integer() and column.min() == column.max()


def repeated(column: pl.Series, rows: int) -> pl.Series:
    """The first value of a column, for so many rows."""
    return column.new_from_index(0, rows)
