"""Prints that a tape of aggregates lacks: their ids count on by one, so a jump is a loss.

Ids of single prints prove nothing: venues leave out fills that were no match on the book.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import polars as pl

from pipeline.quality import GapRow, gap_rows
from signals.inputs.trading import TRADES
from signals.reading import chunks

_COLUMNS: Final = ("trade_id", "event_ts", "known_ts", "is_aggregate")
_ID: Final = pl.col("trade_id").cast(pl.Int64, strict=False)


def tape_breaks(inputs: Mapping[str, pl.LazyFrame], chunk_rows: int) -> pl.DataFrame:
    """Rows of GAPS without their market: from the last print before each jump to the first after it.

    Jumps that begin at one moment are one row, up to the last of their ends. Nothing is said of what lies before the
    day's first print.
    """
    tape = inputs.get(TRADES.name)
    if tape is None or not tape.select(pl.col("is_aggregate").any()).collect().item():
        return gap_rows([])
    jumps = gap_rows(list(_jumps(chunks(inputs, TRADES, _COLUMNS, chunk_rows)))).sort("from_ts", "to_ts")
    return jumps.unique("from_ts", keep="last", maintain_order=True)


def _jumps(tape: Iterator[pl.DataFrame]) -> Iterator[GapRow]:
    before: tuple[int, datetime] | None = None
    for chunk in tape:
        prints = chunk.filter("is_aggregate").select(_ID.alias("id"), "event_ts", "known_ts").drop_nulls("id")
        prints = prints.sort("id", maintain_order=True).with_columns(
            last=pl.col("id").shift(1, fill_value=before[0] if before else None),
            from_ts=pl.col("event_ts").shift(1, fill_value=before[1] if before else None),
        )
        found = prints.filter(pl.col("id") - pl.col("last") > 1).select("from_ts", "event_ts", "known_ts")
        for began, ended, known in found.rows():
            yield "trades", min(began, ended), max(began, ended), known, "sequence_break"
        if prints.height and (before is None or prints["id"][-1] > before[0]):
            before = prints["id"][-1], prints["event_ts"][-1]
