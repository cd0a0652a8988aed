"""Taker orders: prints of one taker merged, with what the book displayed where they hit.

Prints are of one order if they have the same event time and the same order id, or, where the venue gives no
ids, the same event time and side and prices that never come back. Two takers in one millisecond merge: an upper
bound on size, a lower one on count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY
from signals.grid import Grid
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.inputs.trading import TRADES
from signals.table import UTC_US, Column, Table
from signals.takes import Takes

Ints = NDArray[np.int64]

TAKER_ORDERS = Table(
    name="taker_orders",
    grain="one row per merged taker order",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position in the day by event time, from 0"),
        Column("side", pl.Int8(), "+1/-1", "+1 the taker bought, -1 sold; prints of unknown side are in no order"),
        Column("n_prints", pl.Int64(), "prints", "prints merged"),
        Column("levels", pl.Int64(), "levels", "distinct prices"),
        Column("qty", pl.Float64(), "base", "size executed"),
        Column("quote", pl.Float64(), "quote", "notional executed"),
        Column("first_px", pl.Float64(), "quote per base", "price of the first print"),
        Column("last_px", pl.Float64(), "quote per base", "price of the last print: the furthest from the first"),
        Column("span_bps", pl.Float64(), "bps of first_px", "distance from first to last price, 0 or more"),
        Column(
            "displayed_qty",
            pl.Float64(),
            "base",
            "displayed at the prices hit just before, less what was executed there since; null without a usable book",
        ),
        Column("consumed_qty", pl.Float64(), "base", "of it, executed: at each price the lesser of the two, summed"),
        Column("hidden_qty", pl.Float64(), "base", "executed beyond what was displayed: hidden liquidity, at least"),
        Column("mid_px", pl.Float64(), "quote per base", "mid of the book just before; null unless it was OK"),
    ),
)

COLUMNS = ("event_ts", "known_ts", "price", "qty", "taker_side", "taker_order_id", "is_off_market")
"""What `OrderTape.feed` reads of TRADES."""

_TOO_LARGE = float(1 << 62)


@dataclass(frozen=True, slots=True)
class Orders:
    """Merged orders in order of time, and their executions by price.

    rows: ts, known (latest of all prints of the day up to that time), day_seq, side, n_prints, lots, tick_lots,
    first, last (ticks), levels, one row an order; levels: ts, px (ticks), lots, one row a price of an order.
    """

    rows: pl.DataFrame
    levels: pl.DataFrame

    def split(self, until: int) -> tuple["Orders", "Orders"]:
        """Those up to a time, and the rest."""
        cut, cut_levels = (int(np.searchsorted(frame["ts"].to_numpy(), until, "right")) for frame in self._frames)
        return Orders(self.rows[:cut], self.levels[:cut_levels]), Orders(self.rows[cut:], self.levels[cut_levels:])

    def takes(self) -> Takes:
        """Their executions on the side of the book that was hit: a buyer takes asks."""
        sides = np.repeat(self.rows["side"].to_numpy().astype(np.int64), self.rows["levels"].to_numpy())
        ts, px, lots = (self.levels[name].to_numpy() for name in ("ts", "px", "lots"))
        return Takes.of(ts, -sides * px, lots)

    @property
    def _frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        return self.rows, self.levels


def joined(parts: Sequence[Orders]) -> Orders:
    """The orders of consecutive parts, at least one."""
    return Orders(pl.concat([part.rows for part in parts]), pl.concat([part.levels for part in parts]))


class OrderTape:
    """Merges prints; feed it frames of TRADES in order, cut anywhere. An instant is merged when a later one came."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._open: pl.DataFrame | None = None  # the last instant: more of it may come
        self._day, self._known, self._count = -1, -1, 0

    def feed(self, frame: pl.DataFrame) -> Orders:
        """The orders that are complete. Raises ValueError if a price or quantity is off the grid."""
        frame = frame.filter(~pl.col("is_off_market"), pl.col("taker_side") != 0).select(COLUMNS)
        if self._open is not None:
            frame = pl.concat([self._open, frame])
        if frame.is_empty():
            return self._merged(frame)
        last = frame["event_ts"][-1]
        self._open = frame.filter(pl.col("event_ts") == last)
        return self._merged(frame.filter(pl.col("event_ts") < last))

    def close(self) -> Orders:
        """The orders of the last instant: no more prints will come."""
        rest, self._open = self._open, None
        return self._merged(pl.DataFrame(schema=_PRINTS) if rest is None else rest)

    def _merged(self, prints: pl.DataFrame) -> Orders:
        ts, known = (prints[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
        side = prints["taker_side"].to_numpy()
        order_id = prints["taker_order_id"].fill_null(-1).to_numpy()
        px, lots = self._grid.ticks(prints["price"].to_numpy()), self._grid.whole_lots(prints["qty"].to_numpy())
        starts = _order_starts(ts, side, px, order_id)
        level_starts = _level_starts(starts, px)
        if not starts.size:
            return Orders(pl.DataFrame(schema=_ROWS), pl.DataFrame(schema=_LEVELS))
        ends = np.append(starts[1:], ts.size)
        tick_lots = np.add.reduceat(px * lots, starts)
        if (np.add.reduceat(px.astype(np.float64) * lots, starts) > _TOO_LARGE).any():
            where = prints["event_ts"][0]
            raise ValueError(f"trades: an order from {where} on is too large to be counted in ticks and lots")
        day_known, day_seq = self._in_day(ts, known, starts)
        rows = {
            "ts": ts[starts],
            "known": day_known,
            "day_seq": day_seq,
            "side": side[starts],
            "n_prints": ends - starts,
            "lots": np.add.reduceat(lots, starts),
            "tick_lots": tick_lots,
            "first": px[starts],
            "last": px[ends - 1],
            "levels": np.diff(np.append(np.searchsorted(level_starts, starts), level_starts.size)),
        }
        levels = {"ts": ts[level_starts], "px": px[level_starts], "lots": np.add.reduceat(lots, level_starts)}
        return Orders(pl.DataFrame(rows, schema=_ROWS), pl.DataFrame(levels, schema=_LEVELS))

    def _in_day(self, ts: Ints, known: Ints, starts: Ints) -> tuple[Ints, Ints]:
        """Per order: latest known_ts of the day's prints up to its instant, and its number in the day."""
        latest, number = np.empty(starts.size, np.int64), np.empty(starts.size, np.int64)
        for day in np.unique(ts // DAY).tolist():
            if day != self._day:
                self._day, self._known, self._count = day, -1, 0
            first, end = np.searchsorted(ts, (day * DAY, (day + 1) * DAY))
            running = np.maximum.accumulate(np.maximum(known[first:end], self._known))
            mine = slice(*np.searchsorted(starts, (first, end)).tolist())
            at_end = np.searchsorted(ts[first:end], ts[starts[mine]], "right") - 1
            latest[mine] = running[at_end]
            number[mine] = self._count + np.arange(mine.stop - mine.start)
            self._known, self._count = int(running[-1]), self._count + mine.stop - mine.start
        return latest, number


_PRINTS = pl.Schema({name: TRADES.schema[name] for name in COLUMNS})
_INTEGERS = ("n_prints", "lots", "tick_lots", "first", "last", "levels")
_ROWS = pl.Schema(
    {"ts": pl.Int64(), "known": pl.Int64(), "day_seq": pl.Int64(), "side": pl.Int8()}
    | dict.fromkeys(_INTEGERS, pl.Int64())
)
_LEVELS = pl.Schema(dict.fromkeys(("ts", "px", "lots"), pl.Int64()))


def _order_starts(ts: Ints, side: NDArray[np.int8], px: Ints, order_id: Ints) -> Ints:
    """Index of the first print of each order."""
    if not ts.size:
        return np.empty(0, np.int64)
    has_ids = (order_id[1:] >= 0) & (order_id[:-1] >= 0)
    comes_back = (px[1:] - px[:-1]) * side[1:] < 0
    goes_on = np.where(has_ids, order_id[1:] == order_id[:-1], (side[1:] == side[:-1]) & ~comes_back)
    return np.concatenate(([0], 1 + np.flatnonzero((ts[1:] != ts[:-1]) | ~goes_on)))


def _level_starts(starts: Ints, px: Ints) -> Ints:
    """Index of the first print of each price of each order."""
    if not px.size:
        return np.empty(0, np.int64)
    begins = np.concatenate(([True], px[1:] != px[:-1]))
    begins[starts] = True
    return np.flatnonzero(begins)


def taker_orders(
    orders: Orders, takes: Takes, book_known: Ints, grid: Grid, *, venue: str, symbol: str, tolerance_us: int
) -> pl.DataFrame:
    """Rows of TAKER_ORDERS, once the executions `takes` of the orders were laid on the book.

    book_known: latest known_ts of the book up to each order; tolerance_us: how long after its prints an order
    without more of them is taken to be complete.
    """
    rows = orders.rows
    if rows.is_empty():
        return TAKER_ORDERS.empty()
    starts = np.concatenate(([0], np.cumsum(rows["levels"].to_numpy())[:-1]))
    is_unknown = np.logical_or.reduceat(takes.shown < 0, starts)
    consumed = np.minimum(takes.lots, takes.shown)
    book = {
        "displayed_qty": np.add.reduceat(takes.shown, starts),
        "consumed_qty": np.add.reduceat(consumed, starts),
        "hidden_qty": np.add.reduceat(takes.lots - consumed, starts),
    }
    first, last = (rows[name].to_numpy() for name in ("first", "last"))
    mid2 = takes.mid2[starts]
    return rows.select(
        venue=pl.lit(venue),
        symbol=pl.lit(symbol),
        event_ts=pl.col("ts").cast(UTC_US),
        known_ts=pl.Series(np.maximum(rows["known"].to_numpy() + tolerance_us, book_known)).cast(UTC_US),
        seq="day_seq",
        side="side",
        n_prints="n_prints",
        levels="levels",
        qty=pl.Series(grid.qty(rows["lots"].to_numpy())),
        quote=pl.Series(grid.quote(rows["tick_lots"].to_numpy())),
        first_px=pl.Series(grid.price(first)),
        last_px=pl.Series(grid.price(last)),
        span_bps=pl.Series(10_000 * np.abs(last - first) / first),
        **{name: pl.Series(np.where(is_unknown, np.nan, grid.qty(lots))).fill_nan(None) for name, lots in book.items()},
        mid_px=pl.Series(np.where(mid2 < 0, np.nan, grid.price(mid2) / 2)).fill_nan(None),
    )
