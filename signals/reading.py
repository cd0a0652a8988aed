"""Reading a signal's inputs: whole if they are small, else in pieces."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from signals.ahead import one_ahead
from signals.table import Input, Role, Table


def whole(
    inputs: Mapping[str, pl.LazyFrame], table: Table, role: Role = "own", columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """A small input at once, all of its columns or those named; no rows if it is absent."""
    rows = inputs.get(Input(table, role).name, table.empty().lazy())
    return rows.select(columns or table.schema.names()).collect()


def chunks(
    inputs: Mapping[str, pl.LazyFrame], table: Table, columns: Sequence[str], chunk_rows: int, role: Role = "own"
) -> Iterator[pl.DataFrame]:
    """The rows of an input in order, at most `chunk_rows` at once; none if it is absent.

    A thread reads a chunk while the one before is in use.
    """
    name = Input(table, role).name
    if name in inputs:
        yield from one_ahead(_slices(inputs[name].select(columns), chunk_rows))


def _slices(rows: pl.LazyFrame, chunk_rows: int) -> Iterator[pl.DataFrame]:
    offset = 0
    while (chunk := rows.slice(offset, chunk_rows).collect()).height:
        yield chunk
        offset += chunk.height
