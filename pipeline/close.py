"""The end of a market-day: the book in which the next day opens, and what was missing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.parts import Part, write_part
from pipeline.plan import Step
from pipeline.quality import GapRow, feed_gaps, gap_rows
from pipeline.sources.batch import RECORD_TABLES
from signals.bars import instant
from signals.book import COLUMNS, Book
from signals.grid import Grid
from signals.inputs import BOOK_CLOSE, BOOK_UPDATES, GAPS
from signals.reading import chunks


def close_day(root: Path, step: Step, inputs: Mapping[str, pl.LazyFrame], chunk_rows: int) -> list[Part]:
    """Write BOOK_CLOSE and GAPS of the step's market-day; at most `chunk_rows` updates are held at once."""
    closing, breaks = BOOK_CLOSE.empty(), gap_rows([])
    if step.instrument.tick_size:  # no prices have been seen yet otherwise
        opening = inputs["opening/book_close"].collect()
        book = Book(Grid.of(step.instrument.tick_size, step.instrument.qty_decimals), opening=opening)
        for chunk in chunks(inputs, BOOK_UPDATES, COLUMNS, chunk_rows):
            book.feed(chunk)
        closing = book.close(step.market.venue, step.market.symbol)
        breaks = _broken(book, inputs["book_updates"], step.edges.until)
    feeds = {table.name: inputs[table.name] for table in RECORD_TABLES}
    gaps = pl.concat([breaks, feed_gaps(feeds, step)])
    gaps = (
        gaps.with_columns(venue=pl.lit(step.market.venue), symbol=pl.lit(step.market.symbol))
        .select(GAPS.schema.names())
        .sort(GAPS.key)
    )
    name, lineage = step.fingerprint, step.lineage
    return [
        write_part(root, BOOK_CLOSE, step.market, step.day, name, lineage, closing),
        write_part(root, GAPS, step.market, step.day, name, lineage, gaps),
    ]


def _broken(book: Book, updates: pl.LazyFrame, until: datetime) -> pl.DataFrame:
    """Stretches without a usable book; one that is still open ends with the data."""
    rows: list[GapRow] = []
    for gap in book.breaks:
        ends = instant(gap.to_ts) if gap.to_ts is not None else until
        bridge = updates.filter(pl.col("event_ts") == ends).select(pl.col("known_ts").max()).collect().item()
        rows.append(("book_updates", instant(gap.from_ts), ends, bridge or ends, gap.reason))
    return gap_rows(rows)
