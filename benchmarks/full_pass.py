"""The whole book pass against a pass over the book alone: what everything that is read off one reading costs.

`python -m benchmarks.full_pass LAKE [ROUNDS]` takes the first market-day in the lake with a book. Both contenders read
the same Parquet in the same chunks and make frames: one book_state, the other all tables of the pass. CPU time,
interleaved.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from benchmarks.measure import cpu_seconds, interleave, machine, versions
from benchmarks.report import table
from pipeline.lake import Lake, scan_parts
from pipeline.steps import CHUNK_ROWS
from signals.bars import SECOND, bar_ends, end_of_bar, microseconds
from signals.book import COLUMNS, Book
from signals.book_pass import BOOK_PASS
from signals.book_state import book_state
from signals.grid import Grid
from signals.reading import chunks
from signals.table import Span

Inputs = Mapping[str, pl.LazyFrame]

BOOK: Final = "book alone"
WHOLE: Final = "whole pass"


def inputs_of(root: Path) -> Inputs:
    """The first market-day with a book: its partitions as the signal finds them."""
    lake = Lake(root)
    day = min(lake.live("book_updates"), key=lambda file: (str(file.market), file.day))
    found = {}
    for source in BOOK_PASS.inputs:
        dated = "date" in source.table.partition
        files = lake.live(source.table.name, day.market, day.day) if dated else lake.live(source.table.name, day.market)
        if files and source.role == "own":
            paths = [(root / source.table.name / file.path, day.market) for file in files]
            found[source.name] = scan_parts(source.table, paths)
    return found


def book_alone(inputs: Inputs, span: Span) -> pl.DataFrame:
    """Rows of BOOK_STATE, as the pass makes them."""
    instruments = inputs["instruments"].collect()
    grid, params = Grid.of_instrument(instruments), BOOK_PASS.params
    first = int(inputs["book_updates"].select(pl.col("event_ts").first().cast(pl.Int64)).collect().item())
    ends = bar_ends(end_of_bar(first), microseconds(span.until))
    reader = Book(grid, first_bar=int(ends[0]))
    bars = [reader.feed(chunk) for chunk in chunks(inputs, BOOK_PASS.inputs[1].table, COLUMNS, CHUNK_ROWS)]
    made = np.concatenate([*bars, reader.finish(int(ends[-1]))], axis=1)
    venue, symbol = instruments.select("venue", "symbol").row(0)
    return book_state(
        made[:, : ends.size],
        grid,
        venue=venue,
        symbol=symbol,
        bar_us=SECOND,
        delay_us=params["book_delay_ms"] * 1_000,
        imbalance_decay=params["imbalance_decay"],
        min_coverage=params["min_coverage"],
    )


def main(root: Path, rounds: int) -> None:
    inputs = inputs_of(root)
    ts = pl.col("event_ts")
    start, until = inputs["book_updates"].select(ts.first().alias("first"), ts.last().alias("last")).collect().row(0)
    span = Span(start.replace(hour=0, minute=0, second=0, microsecond=0), until)

    def book() -> Mapping[str, float]:
        return {BOOK: cpu_seconds(lambda: book_alone(inputs, span))}

    def everything() -> Mapping[str, float]:
        work = lambda: BOOK_PASS.compute(inputs, span=span, chunk_rows=CHUNK_ROWS, **BOOK_PASS.params)  # noqa: E731
        return {WHOLE: cpu_seconds(work)}

    spent = interleave([book, everything], rounds)
    rows = [
        [name, f"{one.least:.2f}", f"{one.middle:.2f}", f"{one.least / spent[BOOK].least:.2f}"]
        for name, one in spent.items()
    ]
    counts = [f"{inputs[name].select(pl.len()).collect().item():,} {name}" for name in ("book_updates", "trades")]
    print(machine(), *(f"{name} {number}" for name, number in versions().items()), sep=", ")
    print(f"\n{', '.join(counts)}\n\n{table(['pass', 'CPU s, least', 'median', 'ratio'], rows)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
