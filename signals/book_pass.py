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
from signals.book_ledger import LedgerRules
from signals.book_state import BOOK_STATE, book_state
from signals.grid import Grid
from signals.inputs.bookkeeping import BOOK_CLOSE, GAPS, INSTRUMENTS
from signals.inputs.trading import BOOK_UPDATES, TRADES
from signals.known import Known
from signals.quote_events import QuoteEvents
from signals.quote_ledger import QUOTE_LEDGER, LedgerBars, blind, decided_at, quote_ledger
from signals.quote_pulls import QUOTE_PULLS, quote_pulls
from signals.reading import chunks, whole
from signals.refills import REFILLS
from signals.table import UTC_US, Input, Signal, Span, Table
from signals.taker_events import FOREVER, TakerEvents, Trades
from signals.taker_flow import TAKER_FLOW
from signals.taker_flow import taker_flow as taker_flow_rows
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]


OUTPUTS = (BOOK_STATE, TAKER_FLOW, TAKER_ORDERS, REFILLS, QUOTE_LEDGER, QUOTE_PULLS)

TRADE_COLUMNS = (*taker_flow.COLUMNS, "print_type", "is_rpi")
"""What the pass reads of TRADES."""


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
    pull_band_bps: int,
    match_tolerance_ms: int,
    restore_ms: int,
    pull_min_ticks: int,
    pull_min_bps: float,
    pull_spread_share: float,
    pull_max_traded_share: float,
    depth_s: int,
) -> dict[str, pl.DataFrame]:
    """BOOK_STATE and TAKER_FLOW for every second to `span.until`, from its start if the market was recorded
    before, else from the first event of either feed; TAKER_ORDERS, REFILLS and QUOTE_PULLS of the events of the span.
    QUOTE_LEDGER ends with the last second that is over by `match_tolerance_ms`.

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

    gaps = whole(inputs, GAPS)
    tolerance_us, restore_us = match_tolerance_ms * 1_000, restore_ms * 1_000
    rules = LedgerRules(pull_band_bps, tolerance_us, restore_us, pull_min_ticks, pull_min_bps)
    untaped = blind(gaps, tolerance_us)
    trades = Trades(chunks(inputs, TRADES, TRADE_COLUMNS, chunk_rows), grid, ends)
    reader = Book(
        grid, opening=whole(inputs, BOOK_CLOSE, "opening"), first_bar=int(ends[0]) if ends.size else None,
        refill_us=refill_ms * 1_000, ledger=rules, blind=untaped,
    )  # fmt: skip
    events = TakerEvents(grid, names, merge_tolerance_ms * 1_000)
    quotes = QuoteEvents(ends, reader, trades.known, tolerance_us=tolerance_us, restore_us=restore_us)
    parts = []
    for chunk in chunks(inputs, BOOK_UPDATES, book.COLUMNS, chunk_rows):
        until, carried = int(chunk["event_ts"].to_physical()[-1]), reader.known_us
        orders, fills = trades.up_to(until)
        takes = orders.takes()
        parts.append(reader.feed(chunk, takes, fills))
        events.add(orders, takes, reader, chunk, carried)
        quotes.add(chunk, until)
    (orders, fills), carried = trades.up_to(FOREVER), reader.known_us
    takes = orders.takes()
    last = max([microseconds(span.until), *takes.ts[-1:].tolist()])
    parts.append(reader.finish(last, takes, fills))
    events.add(orders, takes, reader, BOOK_UPDATES.empty(), carried)
    quotes.add(BOOK_UPDATES.empty(), last)
    bars = np.concatenate(parts, axis=1)

    # An event after the last complete bar may have ended bars that are not wanted.
    states = book_state(
        bars[:, : ends.size], grid,
        delay_us=book_delay_ms * 1_000, imbalance_decay=imbalance_decay, **market,
    )  # fmt: skip
    flows = taker_flow_rows(trades.tape, grid, gaps, delay_us=trade_delay_ms * 1_000, **market)
    decided = decided_at(ends, tolerance_us)
    told = int(np.searchsorted(decided, microseconds(span.until), "right"))
    ledger = quote_ledger(
        LedgerBars.of(bars, reader.ledger.last_bar(), pull_band_bps).head(told),
        np.maximum(quotes.known()[:told], _gaps_known(gaps).before(decided[:told])),
        untaped, grid,
        tolerance_us=tolerance_us, delay_us=max(book_delay_ms, trade_delay_ms) * 1_000, depth_s=depth_s,
        min_coverage=min_coverage, **names,
    )  # fmt: skip
    pulls = quote_pulls(
        quotes.pulls, _spreads(bars), gaps, grid,
        tolerance_us=tolerance_us, restore_us=restore_us, book_delay_us=book_delay_ms * 1_000,
        trade_delay_us=trade_delay_ms * 1_000, max_traded_share=pull_max_traded_share,
        spread_share=pull_spread_share, spread_s=depth_s, **names,
    )  # fmt: skip
    # That there is a bar at all is known no earlier than the event the bars begin with, of whichever feed.
    known = pl.max_horizontal("known_ts", pl.lit(begin.known).cast(UTC_US))
    made = {
        "book_state": states.with_columns(known_ts=known),
        "taker_flow": flows.with_columns(known_ts=known),
        "taker_orders": events.orders(),
        "refills": events.refills(),
        "quote_ledger": ledger.with_columns(known_ts=known),
        "quote_pulls": pulls,
    }
    return {table.name: table.check(made[table.name]) for table in OUTPUTS}


def _gaps_known(gaps: pl.DataFrame) -> Known:
    """From when gaps of the tape are known, by their beginning."""
    is_missing = pl.col("reason").is_in(taker_flow.TAPE_MISSING)
    missing = gaps.filter(pl.col("table_name") == "trades", is_missing).sort("from_ts")
    known = Known(by_day=True)
    known.feed(*(missing[name].to_physical().to_numpy() for name in ("from_ts", "known_ts")))
    return known


def _spreads(bars: Ints) -> tuple[Ints, Ints]:
    """Ends of the bars with the book OK, and their spreads in ticks."""
    from signals.kernels import book_fields as k  # numba is imported only to compute

    is_ok = bars[k.STATE] == k.OK
    return bars[k.BAR_END, is_ok], (bars[k.ASK_PX] - bars[k.BID_PX])[is_ok]


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
    meaning="state of the order book and flow of takers, every second; taker orders laid on the book, and refills; "
    "what of the quotes near the mid was withdrawn",
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
        "pull_band_bps": 10,
        "match_tolerance_ms": 100,
        "restore_ms": 500,
        "pull_min_ticks": 2,
        "pull_min_bps": 1.0,
        "pull_spread_share": 0.25,
        "pull_max_traded_share": 0.2,
        "depth_s": 60,
    },
)
