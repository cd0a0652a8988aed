"""Our book over a recording: its bars, the rows of book_state, and where the time went."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.measure import Stopwatch, cpu_seconds, watch
from benchmarks.recording import SYMBOL, VENUE, Recording
from pipeline.steps import CHUNK_ROWS
from signals.bars import SECOND
from signals.book import COLUMNS, Book
from signals.book_levels import BookLevels
from signals.book_pass import BOOK_PASS
from signals.book_state import book_state
from signals.grid import Grid
from signals.kernels import book as book_kernel
from signals.kernels import book_rows

Ints = NDArray[np.int64]

KERNEL: Final = "our kernel"
WHOLE: Final = "our book, all columns of book_state"
PREPARATION: Final = "- of it: floats to integers"
MARKS: Final = "- of it: chain marks"
WINDOW: Final = "- of it: laying the dense window"
ROWS: Final = "- of it: book_state from bars"


def chunks(recording: Recording) -> list[pl.DataFrame]:
    """The columns the book reads, cut as a signal step reads them."""
    updates = recording.updates.select(COLUMNS)
    return [updates.slice(start, CHUNK_ROWS) for start in range(0, updates.height, CHUNK_ROWS)]


def bars(recording: Recording, frames: list[pl.DataFrame]) -> Ints:
    """All bars of the recording, as of `Book.feed`."""
    book = Book(recording.grid, first_bar=recording.first_bar)
    return np.concatenate([*(book.feed(frame) for frame in frames), book.finish(recording.until)], axis=1)


def states(made: Ints, grid: Grid) -> pl.DataFrame:
    """Bars as rows of BOOK_STATE, with the parameters of the product."""
    params = BOOK_PASS.params
    return book_state(
        made,
        grid,
        venue=VENUE,
        symbol=SYMBOL,
        bar_us=SECOND,
        delay_us=params["book_delay_ms"] * 1_000,
        imbalance_decay=params["imbalance_decay"],
        min_coverage=params["min_coverage"],
    )


def spent(recording: Recording, frames: list[pl.DataFrame]) -> Mapping[str, float]:
    """CPU seconds of one pass, by part."""
    with (
        watch(book_kernel, "advance") as kernel,
        watch(book_rows, "whole_rows") as rows,
        watch(Book, "_mark_messages") as marks,
        watch(BookLevels, "_place") as window,
    ):
        finishing = Stopwatch()

        def whole() -> None:
            made = bars(recording, frames)
            finishing.seconds = cpu_seconds(lambda: states(made, recording.grid))

        total = cpu_seconds(whole)
    return {
        KERNEL: kernel.seconds,
        WHOLE: total,
        PREPARATION: rows.seconds,
        MARKS: marks.seconds,
        WINDOW: window.seconds,
        ROWS: finishing.seconds,
    }
