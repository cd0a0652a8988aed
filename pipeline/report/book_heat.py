"""The order-book heatmap of a market as levels of colour: columns of time by buckets of price.

Where the book was known, and over which prices the market moved, is read off `book_state`; so the updates are read
once, day by day, and what is held is one book and the picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.fed_rows import fed_parts
from pipeline.market import Market
from pipeline.registry import instruments
from pipeline.timerange import TimeRange
from signals.bars import SECOND, instant, microseconds
from signals.book_heat import COLUMNS, Buckets, Columns, largest_sizes
from signals.book_state import BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import BOOK_CLOSE
from signals.inputs.trading import BOOK_UPDATES
from signals.reading import chunks

if TYPE_CHECKING:
    from pipeline.lake import Lake

LEVELS: Final = 63
"""Levels of size, 1 to LEVELS, each a constant factor above the one before; 0: nothing rested there."""
UNKNOWN: Final = 255
"""In place of a level: the book was not known."""
MAX_COLUMNS: Final = 86_400
ROWS: Final = 200

_DAY: Final = timedelta(days=1)
_CHUNK_ROWS: Final = 1_000_000
_WIDTHS: Final = tuple(s for s in range(1, 86_401) if 86_400 % s == 0)
_SAMPLE: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of the levels, base units: level k holds sizes from low x (high / low) ^ ((k - 1) / LEVELS) on. Smaller
    ones are in the first level, larger ones in the last, and both are counted, in cells."""

    low: float
    high: float
    below: int
    above: int

    def size(self, level: float) -> float:
        """The geometric middle of a level."""
        return float(self.low * (self.high / self.low) ** ((level - 0.5) / LEVELS))


@dataclass(frozen=True, slots=True)
class BookHeat:
    """levels: uint8, shape (columns, rows), time and price upwards; a cell is the most that rested in the bucket at
    one moment of the column, both sides together. Column c covers `width_s` seconds from `since` + c x `width_s` on,
    row r prices from `low_px` + r x `height_px` on. outside: share of the seconds with a mid whose mid is not in
    the picture; updates: rows of book_updates in the days read."""

    market: Market
    since: datetime
    width_s: int
    low_px: float
    height_px: float
    decimals: int
    levels: NDArray[np.uint8]
    scale: Scale
    outside: float
    updates: int

    @property
    def until(self) -> datetime:
        return self.since + timedelta(seconds=self.width_s * self.levels.shape[0])

    @property
    def high_px(self) -> float:
        return self.low_px + self.height_px * self.levels.shape[1]

    def unknown(self) -> list[tuple[datetime, datetime]]:
        """The stretches in which the book was not known, in order."""
        is_unknown = np.concatenate(([0], self.levels[:, 0] == UNKNOWN, [0])).astype(np.int8)
        edges = np.flatnonzero(np.diff(is_unknown)).reshape(-1, 2).tolist()
        moments = [[self.since + timedelta(seconds=self.width_s * at) for at in pair] for pair in edges]
        return [(begin, end) for begin, end in moments]


def book_heat(
    lake: "Lake", market: Market, time: TimeRange, *, rows: int = ROWS, around_bps: float = 20.0
) -> BookHeat | None:
    """The heatmap of the stretch of `time` in which `book_state` has rows; None if it has no mid there.

    The picture spans the middle 99 % of the mids and `around_bps` more on either side. A column is a second, or, if
    these were more than MAX_COLUMNS, the least number of seconds that divides a day and is enough. A column is
    unknown if the book was neither OK nor LOCKED at any moment of it; it shows the moments in which it was.
    """
    state = _state(lake, market, time)
    mids = (state["bid_px"] + state["ask_px"]).drop_nulls().to_numpy() / 2
    if not mids.size:
        return None
    grid = _grid(lake, market, state)
    low, high = np.quantile(mids, (0.005, 0.995))
    edges = np.rint(np.array([low * (1 - around_bps / 1e4), high * (1 + around_bps / 1e4)]) * grid.scale / grid.tick)
    buckets = Buckets.over(max(int(edges[0]), 1), int(edges[1]), rows)
    columns = _columns(int(state["bar_end"].to_physical()[0]) - SECOND, int(state["bar_end"].to_physical()[-1]))
    days = list(_days(lake, market, columns, grid, buckets))
    sizes = [part for part, _ in days]
    is_known = _known(state, columns)
    at = 0
    for part in sizes:
        part[~is_known[at : at + part.shape[0]]] = -1
        at += part.shape[0]
    levels, scale = _levels(sizes, grid)
    price = grid.price(np.array([buckets.base, buckets.base + buckets.height]))
    return BookHeat(
        market=market,
        since=instant(columns.origin),
        width_s=columns.width_us // SECOND,
        low_px=float(price[0]),
        height_px=float(grid.price(np.array([buckets.height]))[0]),
        decimals=_decimals(grid),
        levels=levels,
        scale=scale,
        outside=float(np.mean((mids < price[0]) | (mids >= price[0] + rows * (price[1] - price[0])))),
        updates=sum(count for _, count in days),
    )


def _grid(lake: "Lake", market: Market, state: pl.DataFrame) -> Grid:
    """A grid on which the books of all seconds lie, and those of the days before them."""
    first, last = (state["bar_end"][place].date() for place in (0, -1))
    known = instruments(lake)[market].over(first - _DAY, last)
    return Grid.of(known.tick_size, known.qty_decimals)


def _state(lake: "Lake", market: Market, time: TimeRange) -> pl.DataFrame:
    """What is needed of BOOK_STATE in the stretch of time."""
    names = ("bar_end", "coverage", "bid_px", "ask_px")
    days = sorted({file.day for file in lake.live(BOOK_STATE.name, market) if file.day and time.touches(file.day)})
    parts = [lake.partition(BOOK_STATE, market, day).select(names).collect() for day in days]
    rows = pl.concat([BOOK_STATE.empty().select(names), *parts])
    first, after = time.edges("bar_end")
    if first is not None:
        rows = rows.filter(pl.col("bar_end") >= first)
    return rows if after is None else rows.filter(pl.col("bar_end") < after)


def _columns(start: int, end: int) -> Columns:
    """Columns that cover [start, end), microseconds, on whole multiples of their width since midnight."""
    for seconds in _WIDTHS:
        width = seconds * SECOND
        origin = start // width * width
        count = -(-(end - origin) // width)
        if count <= MAX_COLUMNS:
            return Columns(origin, width, count)
    raise ValueError(f"a heatmap has at most {MAX_COLUMNS} columns of a day each, asked for {(end - start) / 1e6} s")


def _days(
    lake: "Lake", market: Market, columns: Columns, grid: Grid, buckets: Buckets
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """The sizes of the columns of each day in turn, and the updates it holds."""
    end = columns.origin + columns.count * columns.width_us
    day = instant(columns.origin).date()
    while (start := max(_start(day), columns.origin)) < end:
        stop = min(_start(day + _DAY), end)
        here = Columns(start, columns.width_us, -(-(stop - start) // columns.width_us))
        updates = fed_parts(lake, BOOK_UPDATES, lake.live(BOOK_UPDATES.name, market, day))
        opening = lake.partition(BOOK_CLOSE, market, day - _DAY).collect()
        opening = opening if _is_carried(lake, market, day) else opening.clear()
        frames = _until(chunks({BOOK_UPDATES.name: updates}, BOOK_UPDATES, COLUMNS, _CHUNK_ROWS), stop)
        sizes = largest_sizes(frames, opening, stop, grid=grid, buckets=buckets, columns=here)
        yield sizes, sum(file.rows for file in lake.live(BOOK_UPDATES.name, market, day))
        day += _DAY


def _is_carried(lake: "Lake", market: Market, day: date) -> bool:
    """Whether the day opened in the book of the day before, as its close says."""
    closed = lake.live(BOOK_CLOSE.name, market, day)
    return bool(closed and lake.lineage(BOOK_CLOSE.name, closed[0])["inputs"]["opening"])


def _start(day: date) -> int:
    return microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _until(frames: Iterator[pl.DataFrame], stop: int) -> Iterator[pl.DataFrame]:
    """The rows before `stop`; later frames are not read."""
    for frame in frames:
        ts = frame["event_ts"].to_physical()
        if ts[-1] < stop:
            yield frame
            continue
        yield frame.head(int(ts.search_sorted(stop, "left")))
        return


def _known(state: pl.DataFrame, columns: Columns) -> NDArray[np.bool_]:
    """Whether the book was OK or LOCKED at some moment of each column."""
    known = state.filter(pl.col("coverage") > 0)["bar_end"].to_physical().to_numpy()
    is_known = np.zeros(columns.count, bool)
    is_known[(known - 1 - columns.origin) // columns.width_us] = True
    return is_known


def _levels(sizes: Sequence[NDArray[np.float32]], grid: Grid) -> tuple[NDArray[np.uint8], Scale]:
    """Levels of sizes in lots, and their scale: from the 2 % to the 99.9 % quantile, at least a factor of ten."""
    step = max(1, sum(part.size for part in sizes) // _SAMPLE)
    sample = np.concatenate([part[::step].ravel() for part in sizes])
    sample = sample[sample > 0]
    low, high = np.quantile(sample, (0.02, 0.999)).tolist() if sample.size else (1.0, 10.0)
    high = max(high, 10 * low)
    levels = np.empty((sum(part.shape[0] for part in sizes), sizes[0].shape[1]), np.uint8)
    at = below = above = 0
    for part in sizes:
        for begin in range(0, part.shape[0], 4_096):
            block = part[begin : begin + 4_096]
            levels[at : at + block.shape[0]] = quantised(block, low, high)
            below += int(np.count_nonzero((block > 0) & (block < low)))
            above += int(np.count_nonzero(block > high))
            at += block.shape[0]
    return levels, Scale(low / grid.lots, high / grid.lots, below, above)


def quantised(sizes: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    """Sizes as levels; 0 where nothing rested, UNKNOWN where negative."""
    share = np.log(np.maximum(sizes, low) / low) / np.log(high / low)
    levels = np.minimum(1 + np.floor(share * LEVELS), LEVELS).astype(np.uint8)
    levels[sizes == 0] = 0
    levels[sizes < 0] = UNKNOWN
    return levels


def _decimals(grid: Grid) -> int:
    """Decimals of a price."""
    return len(str(int(grid.scale))) - 1
