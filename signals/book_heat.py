"""Sizes of the book by price bucket and column of time: what a heatmap shows.

A column holds the most that rested in a bucket at one moment, so that a wall of a second is not averaged away.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.book_messages import BookMessages
from signals.grid import Grid

Ints = NDArray[np.int64]

COLUMNS = ("event_ts", "msg_id", "update_id", "prev_update_id", "is_snapshot", "side", "price", "qty")
"""What is read of BOOK_UPDATES."""

MAX_TICKS = 1 << 24
"""The most ticks that the buckets may span: cells of two sides, 16 bytes a tick."""

_BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class Buckets:
    """`rows` price buckets of `height` ticks each, upwards from tick `base`."""

    base: int
    height: int
    rows: int

    @classmethod
    def over(cls, low: int, high: int, rows: int) -> "Buckets":
        """The narrowest `rows` buckets, on whole multiples of their height, that hold the ticks `low` to `high`."""
        if not 0 < low <= high or rows < 1:
            raise ValueError(f"expected ticks 0 < low <= high and a row or more, got {low}, {high} and {rows} rows")
        height = -(-(high - low + 1) // rows)
        while high >= low // height * height + rows * height:
            height += 1
        if rows * height > MAX_TICKS:
            raise ValueError(f"{rows * height:,} ticks are more than the {MAX_TICKS:,} a heatmap can span")
        return cls(low // height * height, height, rows)


@dataclass(frozen=True, slots=True)
class Columns:
    """`count` columns of `width_us` microseconds each, from `origin` on."""

    origin: int
    width_us: int
    count: int


def largest_sizes(
    frames: Iterable[pl.DataFrame], opening: pl.DataFrame, until: int, *, grid: Grid, buckets: Buckets, columns: Columns
) -> NDArray[np.float32]:
    """The most lots that rested in each bucket during each column, shape (columns, buckets); -1 where the book was
    never usable, and in columns that end after `until`, the time up to which the frames tell all (not before the last
    of their rows).

    frames: one market-day of BOOK_UPDATES in order, cut anywhere; opening: the BOOK_CLOSE of the day before, or no
    rows. Both sides count: a bucket that the mid crosses holds bids and asks. Raises ValueError if a row does not
    fit the grid.
    """
    from signals.kernels import book_heat as kernel  # numba is imported only to compute
    from signals.kernels.book_rows import whole_rows

    heat = _State.of(buckets, columns)
    messages = BookMessages()
    if not opening.is_empty():
        row = opening.row(-1, named=True)
        messages.open(row)
        heat.open(row, grid, is_usable=messages.chain.is_usable)
    flag, px, lots = np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.int64)
    nothing = np.empty(0, np.int64)
    for frame in frames:
        if frame.is_empty():
            continue
        ts = frame["event_ts"].to_physical().to_numpy()
        starts, marks = messages.mark(frame, ts)
        side, price, qty = (frame[name].to_numpy() for name in ("side", "price", "qty"))
        for begin in range(0, ts.size, _BLOCK):
            end = min(begin + _BLOCK, ts.size)
            message = int(np.searchsorted(starts, begin, "right")) - 1
            bad = whole_rows(
                ts, side, price, qty, starts, marks, message, begin, end, grid.scale, grid.tick, grid.lots,
                flag, px, lots,
            )  # fmt: skip
            if bad >= 0:
                raise ValueError(f"book_updates: a row does not fit the grid or goes back in time: {frame.row(bad)}")
            kernel.largest_sizes(ts[begin:end], flag, px, lots, end - begin, -1, *heat.arrays())
    kernel.largest_sizes(nothing, flag, px, lots, 0, max(until, columns.origin), *heat.arrays())
    return heat.out


@dataclass(frozen=True, slots=True)
class _State:
    """The arrays of kernels.book_heat."""

    buckets: Buckets
    columns: Columns
    s: Ints
    cells: Ints
    row_of: NDArray[np.int32]
    total: Ints
    most: Ints
    touched: Ints
    is_touched: NDArray[np.uint8]
    out: NDArray[np.float32]

    @classmethod
    def of(cls, buckets: Buckets, columns: Columns) -> "_State":
        from signals.kernels import book_heat as kernel

        s = np.zeros(kernel.FIELDS, np.int64)
        s[[kernel.NOW, kernel.COLUMN]] = -1
        ticks = buckets.rows * buckets.height
        row_of = np.repeat(np.arange(buckets.rows, dtype=np.int32), buckets.height)
        total, most, touched = (np.zeros(buckets.rows, np.int64) for _ in range(3))
        out = np.full((columns.count, buckets.rows), kernel.UNKNOWN, np.float32)
        marks = np.zeros(buckets.rows, np.uint8)
        return cls(buckets, columns, s, np.zeros((2, ticks), np.int64), row_of, total, most, touched, marks, out)

    def open(self, row: dict[str, list[float] | None], grid: Grid, *, is_usable: bool) -> None:
        """Put the levels of a row of BOOK_CLOSE into the cells."""
        from signals.kernels import book_heat as kernel

        for side, name in enumerate(("bid", "ask")):
            at = grid.ticks(np.array(row[f"{name}_px"] or [], np.float64)) - self.buckets.base
            lots = grid.whole_lots(np.array(row[f"{name}_qty"] or [], np.float64))
            is_inside = (at >= 0) & (at < self.row_of.size)
            self.cells[side, at[is_inside]] = lots[is_inside]
            np.add.at(self.total, self.row_of[at[is_inside]], lots[is_inside])
        self.s[kernel.IS_USABLE] = is_usable

    def arrays(self) -> tuple[object, ...]:
        columns = self.columns
        return (
            columns.origin, columns.width_us, self.buckets.base, self.s, self.cells, self.row_of, self.total,
            self.most, self.touched, self.is_touched, self.out,
        )  # fmt: skip
