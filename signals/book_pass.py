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
from signals.refills import REFILLS
from signals.table import UTC_US, Input, Signal, Span, Table
from signals.taker_events import FOREVER, TakerEvents, Trades
from signals.taker_flow import TAKER_FLOW
from signals.taker_flow import taker_flow as taker_flow_rows
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]


OUTPUTS = (BOOK_STATE, TAKER_FLOW, TAKER_ORDERS, REFILLS)


def book_pass(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    imbalance_decay: float,
    min_coverage: float,
    book_delay_ms: int,
    trade_delay_ms: int,
    merge_tolerance_ms: int,
    refill_ms: int,
) -> dict[str, pl.DataFrame]:
    """BOOK_STATE and TAKER_FLOW for every second to `span.until`, from its start if the market was recorded
    before, else from the first event of either feed; TAKER_ORDERS and REFILLS of the events of the span.

    Any input may be absent or empty, but for the one row of `instruments` once there are events. Raises
    ValueError if the market's grid is not known or a record does not fit it.
    """
    begin = _beginning(inputs, span)
    instruments = whole(inputs, INSTRUMENTS)
    # A tick of 0: no prices have been seen yet, there is no book and no tape.
    if begin is None or instruments["tick_size"].to_list() == [0.0]:
        return {table.name: table.empty() for table in OUTPUTS}
    ends = bar_ends(end_of_bar(begin.at), microseconds(span.until))
    grid = Grid.of_instrument(instruments)
    venue, symbol = instruments.select("venue", "symbol").row(0)
    names = {"venue": venue, "symbol": symbol}
    market: dict[str, Any] = {**names, "bar_us": SECOND, "min_coverage": min_coverage}

    trades = Trades(chunks(inputs, TRADES, taker_flow.COLUMNS, chunk_rows), grid, ends)
    reader = Book(
        grid, opening=whole(inputs, BOOK_CLOSE, "opening"), first_bar=int(ends[0]) if ends.size else None,
        refill_us=refill_ms * 1_000,
    )  # fmt: skip
    events = TakerEvents(grid, names, merge_tolerance_ms * 1_000)
    bars = []
    for chunk in chunks(inputs, BOOK_UPDATES, book.COLUMNS, chunk_rows):
        orders, carried = trades.up_to(int(chunk["event_ts"].to_physical()[-1])), reader.known_us
        takes = orders.takes()
        bars.append(reader.feed(chunk, takes))
        events.add(orders, takes, reader, chunk, carried)
    orders, carried = trades.up_to(FOREVER), reader.known_us
    takes = orders.takes()
    last = max([*ends[-1:].tolist(), *takes.ts[-1:].tolist(), -1])
    bars.append(reader.finish(last, takes))
    events.add(orders, takes, reader, BOOK_UPDATES.empty(), carried)

    # An event after the last complete bar may have ended bars that are not wanted.
    states = book_state(
        np.concatenate(bars, axis=1)[:, : ends.size], grid,
        delay_us=book_delay_ms * 1_000, imbalance_decay=imbalance_decay, **market,
    )  # fmt: skip
    flows = taker_flow_rows(trades.tape, grid, whole(inputs, GAPS), delay_us=trade_delay_ms * 1_000, **market)
    # That there is a bar at all is known no earlier than the event the bars begin with, of whichever feed.
    known = pl.max_horizontal("known_ts", pl.lit(begin.known).cast(UTC_US))
    made = {
        "book_state": states.with_columns(known_ts=known),
        "taker_flow": flows.with_columns(known_ts=known),
        "taker_orders": events.orders(),
        "refills": events.refills(),
    }
    return {table.name: table.check(made[table.name]) for table in OUTPUTS}


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


def _first_event(inputs: Mapping[str, pl.LazyFrame], table: Table) -> _Beginning | None:
    if table.name not in inputs:
        return None
    first = inputs[table.name].select("event_ts", "known_ts").head(1).collect()
    return None if first.is_empty() else _Beginning(*(int(column[0]) for column in first.cast(pl.Int64)))


BOOK_PASS = Signal(
    name="book_pass",
    version=4,
    meaning="state of the order book and flow of takers, every second; taker orders laid on the book, and refills",
    inputs=(
        Input(INSTRUMENTS),
        Input(BOOK_UPDATES),
        Input(TRADES),
        Input(GAPS),
        Input(BOOK_CLOSE, "opening"),
    ),
    outputs=OUTPUTS,
    compute=book_pass,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "imbalance_decay": 0.5,
        "min_coverage": 0.8,
        "book_delay_ms": 100,
        "trade_delay_ms": 50,
        "merge_tolerance_ms": 20,
        "refill_ms": 300,
    },
)
