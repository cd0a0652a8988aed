"""The end of a market-day: the book in which the next day opens, and what was missing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.book_mismatch import check_rows, mismatches
from pipeline.parts import Part, write_part
from pipeline.plan import Step
from pipeline.quality import GapRow, active_slots, feed_gaps, gap_rows
from pipeline.recording import day_start
from pipeline.sources.batch import CORE_TABLES
from pipeline.tape_breaks import tape_breaks
from signals.bars import instant
from signals.book import COLUMNS, Book
from signals.grid import Grid
from signals.inputs.bookkeeping import BOOK_CHECKS, BOOK_CLOSE, GAPS
from signals.inputs.trading import BOOK_UPDATES
from signals.reading import chunks

_MOMENT = ("event_ts", "known_ts")


def close_day(root: Path, step: Step, inputs: Mapping[str, pl.LazyFrame], chunk_rows: int) -> list[Part]:
    """Write BOOK_CLOSE, BOOK_CHECKS and GAPS of a market-day; at most `chunk_rows` updates are held at once."""
    closing, checks, breaks = BOOK_CLOSE.empty(), BOOK_CHECKS.empty(), gap_rows([])
    updates = chunks(inputs, BOOK_UPDATES, COLUMNS, chunk_rows)
    if step.instrument.tick_size:  # no prices have been seen yet otherwise
        opening = inputs["opening/book_close"].collect()
        book = Book(Grid.of(step.instrument.tick_size, step.instrument.qty_decimals), opening=opening, is_checked=True)
        active = {BOOK_UPDATES.name: active_slots(_fed(book, updates), step.silence_s)}
        closing = book.close(step.market.venue, step.market.symbol)
        compared = book.checks.finish() if book.checks else []
        checks = check_rows(compared, step.market)
        breaks = pl.concat([_broken(book, inputs["book_updates"], step.edges.until), mismatches(compared, step.day)])
    else:
        active = {BOOK_UPDATES.name: active_slots(updates, step.silence_s)}
    for table in CORE_TABLES:
        if table is not BOOK_UPDATES:
            active[table.name] = active_slots(chunks(inputs, table, _MOMENT, chunk_rows), step.silence_s)
    tape = pl.concat([tape_breaks(inputs, chunk_rows), _holes(step)]).sort("table_name", "from_ts", "to_ts")
    tape = tape.unique(["table_name", "from_ts"], keep="last", maintain_order=True)
    gaps = pl.concat([breaks, tape, feed_gaps(active, step)])
    gaps = (
        gaps.with_columns(venue=pl.lit(step.market.venue), symbol=pl.lit(step.market.symbol))
        .select(GAPS.schema.names())
        .sort(GAPS.key)
    )
    name, lineage = step.fingerprint, step.lineage
    return [
        write_part(root, BOOK_CLOSE, step.market, step.day, name, lineage, closing),
        write_part(root, BOOK_CHECKS, step.market, step.day, name, lineage, checks),
        write_part(root, GAPS, step.market, step.day, name, lineage, gaps),
    ]


def _holes(step: Step) -> pl.DataFrame:
    """What a recorder knows that it missed, within the day."""
    start, until = day_start(step.day), step.edges.until
    rows: list[GapRow] = []
    for hole in step.holes:
        begin, end = max(instant(hole.begin), start), min(instant(hole.end), until)
        if begin < end:
            rows.append((hole.table, begin, end, instant(hole.known), "sequence_break"))
    return gap_rows(rows)


def _fed(book: Book, updates: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The updates, read once: each is fed to the book and handed on."""
    for chunk in updates:
        book.feed(chunk)
        yield chunk


def _broken(book: Book, updates: pl.LazyFrame, until: datetime) -> pl.DataFrame:
    """Stretches without a usable book; one that is still open ends with the data."""
    rows: list[GapRow] = []
    for gap in book.breaks:
        ends = instant(gap.to_ts) if gap.to_ts is not None else until
        bridge = updates.filter(pl.col("event_ts") == ends).select(pl.col("known_ts").max()).collect().item()
        rows.append(("book_updates", instant(gap.from_ts), ends, bridge or ends, gap.reason))
    return gap_rows(rows)
