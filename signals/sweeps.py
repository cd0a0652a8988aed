"""Sweeps: taker orders that ate through several prices of the book.

An order is a sweep if it hit at least three prices, or at least two and its notional is above the 99.5th percentile
of the orders of the trailing 24 hours, all strictly before it; and if its last price lies at least one median spread
from its first. Informed takers, liquidations and stop orders look alike.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, SECOND, latest_in_day, microseconds
from signals.book_state import BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.sweep_refills import BOOK_COLUMNS, SWEEP_REFILLS, sweep_refills
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]

SWEEPS = Table(
    name="sweeps",
    grain="one row per taker order that swept the book",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position of the order in the day's `taker_orders`"),
        Column("side", pl.Int8(), "+1/-1", "+1 the taker bought, -1 sold"),
        Column("levels", pl.Int64(), "levels", "distinct prices executed at"),
        Column("n_prints", pl.Int64(), "prints", "prints merged into the order"),
        Column("qty", pl.Float64(), "base", "size executed"),
        Column("quote", pl.Float64(), "quote", "notional executed"),
        Column("span_bps", pl.Float64(), "bps of first price", "distance from first to last price"),
        Column(
            "depth_consumed_qty",
            pl.Float64(),
            "base",
            "displayed at the prices hit just before, and executed; null without a usable book",
        ),
        Column(
            "hidden_excess_qty",
            pl.Float64(),
            "base",
            "executed beyond what was displayed there: hidden liquidity, at least",
        ),
        Column(
            "median_spread_bps",
            pl.Float64(),
            "bps of first price",
            "median spread of the trailing window, one tick if the book was never OK in it: the least span of a sweep",
        ),
        Column(
            "large_quote",
            pl.Float64(),
            "quote",
            "percentile of notionals in the trailing window, above which two prices are enough; null if too few orders",
        ),
    ),
)

_ORDER = (
    "venue", "symbol", "event_ts", "known_ts", "seq", "side", "levels", "n_prints", "qty", "quote", "first_px",
    "last_px", "span_bps", "consumed_qty", "hidden_qty",
)  # fmt: skip


def sweeps(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: float,
    percentile: float,
    min_orders: int,
    many_levels: int,
    refill_s: float,
) -> dict[str, pl.DataFrame]:
    """SWEEPS among the taker orders of the span, and SWEEP_REFILLS, the book `refill_s` after them.

    An order is compared with orders of an earlier event_ts and with seconds that ended by then, at most `window_min`
    before. It is known when all of these are.
    """
    del chunk_rows  # orders are few against prints and levels
    window = round(window_min * MINUTE)
    orders = whole(inputs, TAKER_ORDERS, columns=_ORDER)
    ts, known = (orders[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
    rows = np.flatnonzero((ts >= microseconds(span.start)) & (orders["levels"] >= 2).to_numpy())
    if not rows.size:
        return {SWEEPS.name: SWEEPS.empty(), SWEEP_REFILLS.name: SWEEP_REFILLS.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    book = whole(inputs, BOOK_STATE, columns=BOOK_COLUMNS)

    at, notional = ts[rows], orders["quote"].to_numpy()
    large, has_large = _large(notional, ts, at, window, percentile, min_orders)
    twice_median = _twice_median_spread(book, grid, at, window)
    first, last = (grid.ticks(orders[name].to_numpy()[rows]) for name in ("first_px", "last_px"))
    is_many = orders["levels"].to_numpy()[rows] >= many_levels
    is_sweep = (is_many | (has_large & (notional[rows] > large))) & (2 * np.abs(last - first) >= twice_median)

    book_end, book_known = (book[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    latest = np.maximum(
        latest_in_day(at + 1, ts, known, window),  # its own instant included
        latest_in_day(at + 1, book_end, book_known, window),
    )
    found = orders[rows].with_columns(
        known_ts=pl.Series(latest).cast(UTC_US),
        depth_consumed_qty="consumed_qty",
        hidden_excess_qty="hidden_qty",
        median_spread_bps=pl.Series(10_000 * (twice_median / 2) / first),
        large_quote=pl.when(pl.Series(has_large)).then(pl.Series(large)),
    )
    made = SWEEPS.check(found.filter(pl.Series(is_sweep)).select(SWEEPS.schema.names()))
    refills = sweep_refills(
        made, book, grid,
        refill_us=round(refill_s * SECOND), window_us=window, until=microseconds(span.until),
    )  # fmt: skip
    return {SWEEPS.name: made, SWEEP_REFILLS.name: SWEEP_REFILLS.check(refills)}


def _large(
    notional: NDArray[np.float64], ts: Ints, at: Ints, window: int, percentile: float, least: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The percentile of the notionals of the window before each time, and whether there are enough of them."""
    from signals.kernels.trailing_quantile import trailing_quantile  # numba is imported only to compute

    first, after = np.searchsorted(ts, at - window), np.searchsorted(ts, at)
    return trailing_quantile(notional, first, after, percentile=percentile, least=least)


def _twice_median_spread(book: pl.DataFrame, grid: Grid, at: Ints, window: int) -> Ints:
    """Twice the median spread in ticks of the seconds in the window with the book OK; one tick if there are none."""
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    book = book.filter(pl.col("state") == "OK")
    ends = book["bar_end"].to_physical().to_numpy()
    ticks = grid.ticks(book["ask_px"].to_numpy()) - grid.ticks(book["bid_px"].to_numpy())
    first, after = (np.searchsorted(ends, times, side="right") for times in (at - window, at))
    lower, upper, has_spread = trailing_medians(ticks, first, after)
    return np.where(has_spread, lower + upper, 2)


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["window_min"])


_SHORT = {"window_min": 10, "min_orders": 50}
"""For recordings of minutes."""

SWEEPS_SIGNAL = Signal(
    name="sweeps",
    version=2,
    meaning="taker orders that ate through several prices of the book, and how it refilled",
    inputs=(Input(INSTRUMENTS), Input(TAKER_ORDERS, history=_window), Input(BOOK_STATE, history=_window)),
    outputs=(SWEEPS, SWEEP_REFILLS),
    compute=sweeps,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"window_min": 1_440, "percentile": 99.5, "min_orders": 500, "many_levels": 3, "refill_s": 1.0},
    presets={"sample": _SHORT, "demo": _SHORT},
)
