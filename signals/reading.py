"""Reading a signal's inputs: whole if they are small, else in pieces."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from signals.table import Input, Role, Table


def whole(inputs: Mapping[str, pl.LazyFrame], table: Table, role: Role = "own") -> pl.DataFrame:
    """A small input at once; no rows if it is absent."""
    name = Input(table, role).name
    return inputs[name].collect() if name in inputs else table.empty()


def chunks(
    inputs: Mapping[str, pl.LazyFrame], table: Table, columns: Sequence[str], chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """The rows of an input in order, at most `chunk_rows` at once; none if it is absent."""
    if table.name not in inputs:
        return
    rows, offset = inputs[table.name].select(columns), 0
    while (chunk := rows.slice(offset, chunk_rows).collect()).height:
        yield chunk
        offset += chunk.height
