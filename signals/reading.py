"""Reading a signal's inputs: whole if they are small, else in pieces."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

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
    if name not in inputs:
        return
    rows, offset = inputs[name].select(columns), 0
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(rows.slice(0, chunk_rows).collect)
        while (chunk := coming.result()).height:
            offset += chunk.height
            coming = thread.submit(rows.slice(offset, chunk_rows).collect)
            yield chunk
