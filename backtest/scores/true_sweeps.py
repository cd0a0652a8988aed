"""True sweeps: the orders that swept the book, by the definition of a sweep and the true taker orders.

What is graded with them is the grouping of prints into orders, so the definition is that of the detector; orders and
fills are the truth's, the spread is what the public book showed.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.table import UTC_US

Ints = NDArray[np.int64]

_MINUTE = 60_000_000

COLUMNS = (
    "venue", "symbol", "side", "start_ts", "end_ts", "order_id", "levels", "qty", "notional", "price", "last_px",
    "is_informed",
)  # fmt: skip


def true_sweeps(
    taker_orders: pl.DataFrame,
    fills: pl.DataFrame,
    book_state: pl.DataFrame,
    *,
    tick: float,
    window_min: float,
    percentile: float,
    min_orders: int,
    many_levels: int,
) -> pl.DataFrame:
    """The true taker orders of a market that are sweeps, as events of one millisecond, in order of time.

    An order is one if it has `many_levels` prices, or two and a notional above the percentile (nearest rank) of the
    orders of the `window_min` before it, at least `min_orders`; and if it spans at least the median spread of the
    seconds in that window in which the book was OK (one tick if there are none). `price` is its first; `is_informed`
    if its intent says so. Parameters as those of the signal graded.
    """
    from signals.kernels.trailing_quantile import trailing_quantile  # numba is imported only to compute

    notional = fills.group_by("taker_order_id").agg(notional=(pl.col("price") * pl.col("qty")).sum())
    orders = (
        taker_orders.join(notional, left_on="order_id", right_on="taker_order_id", how="left")
        .with_columns(pl.col("notional").fill_null(pl.col("qty") * (pl.col("first_px") + pl.col("last_px")) / 2))
        .sort("event_ts", "order_id")
    )
    ts = _instants(orders)
    rows = np.flatnonzero((orders["levels"] >= 2).to_numpy())
    window = round(window_min * _MINUTE)
    values = orders["notional"].to_numpy()
    first, after = np.searchsorted(ts, ts[rows] - window), np.searchsorted(ts, ts[rows])
    large, has_large = trailing_quantile(values, first, after, percentile=percentile, least=min_orders)
    is_many = orders["levels"].to_numpy()[rows] >= many_levels
    is_large = has_large & (values[rows] > large)
    span = np.abs(orders["last_px"].to_numpy() - orders["first_px"].to_numpy())[rows]
    twice_median = _twice_median_spread(book_state, tick, ts[rows], window)
    is_wide = 2 * np.rint(span / tick) >= twice_median
    return (
        orders[rows[(is_many | is_large) & is_wide]]
        .with_columns(instant("event_ts"), price="first_px", is_informed=pl.col("intent") == "informed")
        .select(COLUMNS)
    )


def instant(name: str) -> pl.Expr:
    """start_ts and end_ts: the millisecond of a time, as tapes state it."""
    at = pl.col(name).dt.truncate("1ms")
    return pl.struct(start_ts=at, end_ts=at).alias("instant").struct.unnest()


def _instants(orders: pl.DataFrame) -> Ints:
    """Event times in whole milliseconds, as the tape has them: orders of one are not before each other."""
    return orders["event_ts"].dt.truncate("1ms").cast(UTC_US).to_physical().to_numpy()


def _twice_median_spread(book: pl.DataFrame, tick: float, at: Ints, window: int) -> Ints:
    """Twice the median spread in ticks before each time."""
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    book = book.filter(pl.col("state") == "OK").sort("bar_end")
    ends = book["bar_end"].to_physical().to_numpy()
    ticks = np.rint((book["ask_px"] - book["bid_px"]).to_numpy() / tick).astype(np.int64)
    first, after = (np.searchsorted(ends, times, side="right") for times in (at - window, at))
    lower, upper, has_spread = trailing_medians(ticks, first, after)
    return np.where(has_spread, lower + upper, 2)
