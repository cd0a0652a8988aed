"""The latest record of a feed before each bar's end: an as-of join by event time, backward only."""

from collections.abc import Mapping, Sequence

import polars as pl

from signals.reading import chunks
from signals.table import Input

_SECOND = pl.col("event_ts").dt.truncate("1s")
_IS_LAST = (_SECOND.shift(-1) != _SECOND).fill_null(True)
"""The last record of its second: no other is the latest at the end of a second."""


def latest(
    inputs: Mapping[str, pl.LazyFrame],
    source: Input,
    values: Sequence[str],
    ends: pl.Series,
    *,
    stated: pl.Expr,
    chunk_rows: int,
) -> pl.DataFrame:
    """A row per bar end: known_ts, age_ms and `values` of the last record with event_ts before it; null if none.

    Records for which `stated` does not hold are passed over. `ends` are whole seconds, ascending; of millions of
    records at most one a second is held.
    """
    columns = ("event_ts", "known_ts", *values)
    pieces = [
        chunk.filter(stated).filter(_IS_LAST)
        for chunk in chunks(inputs, source.table, columns, chunk_rows, source.role)
    ]
    records = pl.concat([source.table.empty().select(columns), *pieces])
    bars = ends.alias("bar_end").to_frame()
    found = bars.join_asof(records, left_on="bar_end", right_on="event_ts", allow_exact_matches=False, coalesce=False)
    age_ms = (pl.col("bar_end") - pl.col("event_ts")).dt.total_microseconds() / 1_000
    return found.select("known_ts", age_ms.alias("age_ms"), *values)
