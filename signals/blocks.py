"""Blocks: taker orders that are very large for their market, and prints that were no match on the public book.

On the book a block is a merged taker order above the 99.9th percentile of the sizes of the trailing seven days, all
strictly before it. Off the market are the prints the venue flags so; they are in no other statistic. Of those, what
went to the insurance fund or was deleveraged is summed up by the minute in `liquidation_flow`.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, latest_in_day, microseconds
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.inputs.trading import TRADES
from signals.liquidation_flow import LIQUIDATION_FLOW, liquidation_flow, off_market_prints
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

OFF_MARKET, ON_BOOK = "off_market", "on_book"

BLOCKS = Table(
    name="blocks",
    grain="one row per very large taker order, and per print off the public book",
    key=("venue", "symbol", "event_ts", "kind", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column(
            "kind", pl.String(), "text", "on_book: a taker order; off_market: a print that was no match on the book"
        ),
        Column("seq", pl.Int64(), "count", "position in the day's `taker_orders` (on_book) or `trades` (off_market)"),
        Column("side", pl.Int8(), "+1/-1", "+1 the taker bought, -1 sold; null if the venue does not state it"),
        Column("qty", pl.Float64(), "base", "size"),
        Column("quote", pl.Float64(), "quote", "notional; of off_market prints price times size"),
        Column("price", pl.Float64(), "quote per base", "first price of an order; price of a print"),
        Column("print_type", pl.String(), "text", "the venue's own label of an off_market print; null if it has none"),
        Column("large_qty", pl.Float64(), "base", "the percentile an on_book size lies above; null off the market"),
    ),
)

_ORDER = ("event_ts", "known_ts", "qty")
_DAYS_ORDER = ("venue", "symbol", "event_ts", "seq", "side", "qty", "quote", "first_px")


def blocks(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: float,
    percentile: float,
    min_orders: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """BLOCKS and LIQUIDATION_FLOW of the span.

    An order is compared with those of an earlier event_ts, at most `window_min` before, and is no block while there are
    fewer than `min_orders`; it is known when all of these are. A print off the market is known when it comes.
    """
    del chunk_rows  # prints off the market are few
    on_book = _on_book(inputs, span, round(window_min * MINUTE), percentile, min_orders)
    prints = off_market_prints(inputs, span)
    off_market = prints.select(
        "venue", "symbol", "event_ts", "known_ts", "seq", "qty", "price", "print_type",
        kind=pl.lit(OFF_MARKET),
        side=pl.when(pl.col("taker_side") != 0).then("taker_side"),
        quote=pl.col("price") * pl.col("qty"),
        large_qty=pl.lit(None, dtype=pl.Float64),
    )  # fmt: skip
    rows = pl.concat([part.select(BLOCKS.schema.names()) for part in (on_book, off_market)])
    flow = liquidation_flow(inputs, prints, span=span, min_coverage=min_coverage)
    return {BLOCKS.name: BLOCKS.check(rows.sort(BLOCKS.key)), LIQUIDATION_FLOW.name: LIQUIDATION_FLOW.check(flow)}


def _on_book(
    inputs: Mapping[str, pl.LazyFrame], span: Span, window: int, percentile: float, least: int
) -> pl.DataFrame:
    """The on_book rows of BLOCKS, a day of the span at a time."""
    past = whole(inputs, TAKER_ORDERS, columns=_ORDER)
    ts, known = (past[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
    start = microseconds(span.start)
    if not ts.size or ts[-1] < start:
        return BLOCKS.empty()
    qty = past["qty"].to_numpy()
    found = [
        large_orders(qty, ts, max(day * DAY, start), (day + 1) * DAY, window=window, percentile=percentile, least=least)
        for day in np.unique(ts[ts >= start] // DAY).tolist()
    ]
    at, large = (np.concatenate(parts) for parts in zip(*found, strict=True))
    is_block = np.zeros(ts.size, bool)
    is_block[at] = True
    first = int(np.searchsorted(ts, start))
    orders = inputs[TAKER_ORDERS.name].select(_DAYS_ORDER).slice(first).filter(pl.Series(is_block[first:])).collect()
    return orders.select(
        "venue", "symbol", "event_ts", "seq", "side", "qty", "quote",
        known_ts=pl.Series(latest_in_day(ts[at] + 1, ts, known, window)).cast(UTC_US),
        kind=pl.lit(ON_BOOK),
        price="first_px",
        print_type=pl.lit(None, dtype=pl.String),
        large_qty=pl.Series(large),
    )  # fmt: skip


def large_orders(
    qty: Floats, ts: Ints, begin: int, end: int, *, window: int, percentile: float, least: int
) -> tuple[Ints, Floats]:
    """(rows, percentile) of the orders of [begin, end), at most a day, that lie above the percentile of their window.

    The percentile is the nearest rank among the orders (by time `ts`) of the `window` strictly before. What every
    window of the day holds bounds it from below; only orders above that bound are ranked, which gives the same.
    """
    from signals.kernels.trailing_quantile import kth_of_windows  # numba is imported only to compute

    first_row, last_row = np.searchsorted(ts, (begin, end))
    at = np.arange(first_row, last_row)
    first, after = np.searchsorted(ts, ts[at] - window), np.searchsorted(ts, ts[at])
    n = after - first
    above = n - -(-n * round(100 * percentile) // 10_000)  # how many of the window lie above the percentile
    bound = _largest(qty[np.searchsorted(ts, end - window) : first_row], int(above.max(initial=0)) + 1)
    kept = np.flatnonzero(qty >= bound)
    mine = at[(n >= least) & (qty[at] > bound)]
    place = mine - first_row
    low, high = (np.searchsorted(kept, edge[place]) for edge in (first, after))
    sizes, rank = np.unique(qty[kept], return_inverse=True)
    found = kth_of_windows(rank, sizes.size, low, high, high - low - above[place])
    large = sizes[found] if sizes.size else np.zeros(0)
    is_large = (found >= 0) & (qty[mine] > large)
    return mine[is_large], large[is_large]


def _largest(values: Floats, nth: int) -> float:
    """The nth largest; 0 if there are fewer."""
    return float(np.partition(values, values.size - nth)[values.size - nth]) if values.size >= nth else 0.0


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["window_min"])


_SHORT = {"window_min": 10, "min_orders": 50, "percentile": 99}
"""For recordings of minutes."""

BLOCKS_SIGNAL = Signal(
    name="blocks",
    version=1,
    meaning="very large taker orders, prints off the public book, and what of these was forced",
    inputs=(Input(TAKER_ORDERS, history=_window), Input(TRADES), Input(TAKER_FLOW)),
    outputs=(BLOCKS, LIQUIDATION_FLOW),
    compute=blocks,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"window_min": 10_080, "percentile": 99.9, "min_orders": 1_000, "min_coverage": 0.8},
    presets={"sample": _SHORT, "demo": _SHORT},
)
