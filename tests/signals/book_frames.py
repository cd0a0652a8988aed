"""Small hand-made frames of book_updates, and the ways to run them."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl

from signals.bars import SECOND
from signals.book import Book
from signals.book_state import BOOK_STATE, book_state
from signals.grid import Grid
from signals.inputs.trading import BOOK_UPDATES
from tests.signals.plain_book import PlainBook
from tests.signals.recordings import complete

GRID = Grid.of(0.1, 1)


@dataclass
class Message:
    """A book message: time in milliseconds, levels as (price, qty); a usable snapshot has prev == id."""

    at: float
    bids: list = field(default_factory=list)
    asks: list = field(default_factory=list)
    id: int | None = None
    prev: int | None = None
    is_snapshot: bool = False


def snapshot(at, bids, asks, id=None):
    return Message(at, bids, asks, id, id, True)


def updates(messages) -> pl.DataFrame:
    """BOOK_UPDATES of messages, known 100 ms after the event."""
    rows = []
    for number, message in enumerate(messages):
        levels = [(1, *level) for level in message.bids] + [(-1, *level) for level in message.asks]
        for level in levels or [(0, None, None)]:
            rows.append((message.at, number, message.id, message.prev, message.is_snapshot, *level))
    names = ["event_ts", "msg_id", "update_id", "prev_update_id", "is_snapshot", "side", "price", "qty"]
    return complete(
        pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None), BOOK_UPDATES, delay_ms=100
    )


def states(bars: np.ndarray, grid: Grid = GRID) -> pl.DataFrame:
    frame = book_state(
        bars,
        grid,
        venue="v",
        symbol="s",
        bar_us=SECOND,
        delay_us=100_000,
        imbalance_decay=0.5,
        min_coverage=0.8,
    )
    return BOOK_STATE.check(frame)


def fast(frame, *, first_bar, until, cuts=(), grid=GRID, **options) -> pl.DataFrame:
    """BOOK_STATE of a frame fed in pieces cut at `cuts`; bar ends in seconds."""
    book = Book(grid, first_bar=first_bar * SECOND, **options)
    edges = [0, *cuts, frame.height]
    parts = [book.feed(frame[a:b]) for a, b in pairwise(edges)]
    return states(np.concatenate([*parts, book.finish(until * SECOND)], axis=1), grid)


def slow(frame, *, first_bar, until, tick=0.1, decimals=1) -> pl.DataFrame:
    """The same from the plain book."""
    rows = frame.with_columns(pl.col("event_ts", "known_ts").cast(pl.Int64)).to_dicts()
    bars = PlainBook(tick, decimals, first_bar * SECOND).run(rows, until * SECOND)
    frame = pl.DataFrame(bars, schema_overrides={"bar_end": pl.Int64, "known_ts": pl.Int64}, infer_schema_length=None)
    missing = [pl.lit(None).alias(name) for name in BOOK_STATE.schema.names() if name not in frame.columns]
    frame = frame.with_columns(missing).with_columns(venue=pl.lit("v"), symbol=pl.lit("s"))
    return frame.select(BOOK_STATE.schema.names()).cast(dict(BOOK_STATE.schema))
