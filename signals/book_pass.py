"""The book pass: one reading of a market-day's book updates and trades for everything that is read off them.

Book and tape are read chunk by chunk; what is carried between chunks is one book and one print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals import book, taker_flow
from signals.bars import SECOND, bar_ends, end_of_bar, microseconds
from signals.book import Book
from signals.book_state import BOOK_STATE, book_state
from signals.grid import Grid
from signals.inputs import BOOK_CLOSE, BOOK_UPDATES, GAPS, INSTRUMENTS, TRADES
from signals.reading import chunks, whole
from signals.table import UTC_US, Input, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW, Tape
from signals.taker_flow import taker_flow as taker_flow_rows

Ints = NDArray[np.int64]


def book_pass(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    imbalance_decay: float,
    min_coverage: float,
    book_delay_ms: int,
    trade_delay_ms: int,
) -> dict[str, pl.DataFrame]:
    """BOOK_STATE and TAKER_FLOW for every second to `span.until`, from its start if the market was recorded
    before, else from the first event of either feed.

    Any input may be absent or empty, but for the one row of `instruments` once there are events. Raises
    ValueError if the market's grid is not known or a record does not fit it.
    """
    begin = _beginning(inputs, span)
    ends = np.empty(0, np.int64) if begin is None else bar_ends(end_of_bar(begin.at), microseconds(span.until))
    if begin is None or not ends.size:
        return {table.name: table.empty() for table in (BOOK_STATE, TAKER_FLOW)}
    instruments = whole(inputs, INSTRUMENTS)
    if instruments["tick_size"].to_list() == [0.0]:  # no prices have been seen yet: there is no book and no tape
        return {table.name: table.empty() for table in (BOOK_STATE, TAKER_FLOW)}
    grid = Grid.of_instrument(instruments)
    venue, symbol = instruments.select("venue", "symbol").row(0)
    market: dict[str, Any] = {"venue": venue, "symbol": symbol, "bar_us": SECOND, "min_coverage": min_coverage}

    bars = _book_bars(inputs, grid, ends, chunk_rows)
    states = book_state(bars, grid, delay_us=book_delay_ms * 1_000, imbalance_decay=imbalance_decay, **market)
    tape = Tape(grid, ends)
    for chunk in chunks(inputs, TRADES, taker_flow.COLUMNS, chunk_rows):
        tape.feed(chunk)
    flows = taker_flow_rows(tape, grid, whole(inputs, GAPS), delay_us=trade_delay_ms * 1_000, **market)
    # That there is a bar at all is known no earlier than the event the bars begin with, of whichever feed.
    known = pl.max_horizontal("known_ts", pl.lit(begin.known).cast(UTC_US))
    made = ((BOOK_STATE, states), (TAKER_FLOW, flows))
    return {table.name: table.check(rows.with_columns(known_ts=known)) for table, rows in made}


@dataclass(frozen=True, slots=True)
class _Beginning:
    """Where the bars begin and from when that is known, microseconds."""

    at: int
    known: int


def _beginning(inputs: Mapping[str, pl.LazyFrame], span: Span) -> _Beginning | None:
    """The start of a span that continues a recording, else the first event; None if there is none."""
    start = microseconds(span.start)
    if span.is_continued:
        return _Beginning(start, start)
    firsts = [first for table in (BOOK_UPDATES, TRADES) if (first := _first_event(inputs, table)) is not None]
    if not firsts:
        return None
    first = min(firsts, key=lambda event: (event.at, event.known))
    return _Beginning(max(first.at, start), first.known)


def _book_bars(inputs: Mapping[str, pl.LazyFrame], grid: Grid, ends: Ints, chunk_rows: int) -> Ints:
    """The bars `ends` of the book, as of `Book.feed`."""
    opening = whole(inputs, BOOK_CLOSE, "opening")
    reader = Book(grid, opening=opening, first_bar=int(ends[0]))
    parts = [reader.feed(chunk) for chunk in chunks(inputs, BOOK_UPDATES, book.COLUMNS, chunk_rows)]
    parts.append(reader.finish(int(ends[-1])))
    # An event after the last complete bar may have ended bars that are not wanted.
    return np.concatenate(parts, axis=1)[:, : ends.size]


def _first_event(inputs: Mapping[str, pl.LazyFrame], table: Table) -> _Beginning | None:
    if table.name not in inputs:
        return None
    first = inputs[table.name].select("event_ts", "known_ts").head(1).collect()
    return None if first.is_empty() else _Beginning(*(int(column[0]) for column in first.cast(pl.Int64)))


BOOK_PASS = Signal(
    name="book_pass",
    version=1,
    meaning="state of the order book and flow of takers, every second",
    inputs=(
        Input(INSTRUMENTS),
        Input(BOOK_UPDATES),
        Input(TRADES),
        Input(GAPS),
        Input(BOOK_CLOSE, "opening"),
    ),
    outputs=(BOOK_STATE, TAKER_FLOW),
    compute=book_pass,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"imbalance_decay": 0.5, "min_coverage": 0.8, "book_delay_ms": 100, "trade_delay_ms": 50},
)
