"""Spread: what it says it costs to trade, what it did cost, and what was left to those who quoted, every minute.

Effective spread: twice the distance of what takers paid from the mid just before. Of it the price impact goes on, by
the mid some seconds later, and the realised spread is what is left to makers before fees. Sources: Huang and Stoll
1996; Bessembinder and Kaufman 1997.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, SECOND, latest_in_day
from signals.book_state import BAR_END, BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS
from signals.window_sums import running, within

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SPREAD = Table(
    name="spread",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "spread_bps",
            pl.Float64(),
            "bps of mid",
            "quoted spread, mean of the minute's seconds with the book OK; this and the next two null below a coverage "
            "of 0.8",
        ),
        Column("median_spread_bps", pl.Float64(), "bps of mid", "their median"),
        Column("above_tick_share", pl.Float64(), "0 to 1", "share of them with a spread of more than one tick"),
        Column(
            "effective_spread_bps",
            pl.Float64(),
            "bps of mid",
            "twice the distance of what takers paid from the mid just before, > 0 they paid more; mean by notional "
            "over the orders of the minute that ended horizon_s before bar_end, so that the later mid is known. These "
            "three are null without an order, or if less than 0.8 of the notional or of that minute's tape is there",
        ),
        Column(
            "realised_spread_bps",
            pl.Float64(),
            "bps of mid",
            "the same from the mid horizon_s later: what was left to makers before fees; < 0 they lost",
        ),
        Column(
            "price_impact_bps",
            pl.Float64(),
            "bps of mid",
            "effective minus realised: twice how far the mid went the takers' way",
        ),
        Column("n_orders", pl.Int64(), "orders", "taker orders with both mids: those the three means are of"),
        Column("order_share", pl.Float64(), "0 to 1", "their share of the notional; null without an order"),
        Column("coverage", pl.Float64(), "0 to 1", "share of the minute's seconds with the book OK"),
        Column("tape_coverage", pl.Float64(), "0 to 1", "share of the orders' minute outside gaps of the tape"),
    ),
)

_ORDER = ("event_ts", "known_ts", "side", "qty", "quote", "mid_px")
_BOOK = ("venue", "symbol", "bar_end", "known_ts", "state", "bid_px", "ask_px", "spread_bps")


def spread(
    inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, horizon_s: int, min_coverage: float
) -> dict[str, pl.DataFrame]:
    """SPREAD for every minute of the span whose last second has a row of book_state.

    A row is known when all seconds and orders of its minute and of the orders' are, and after the rows of its day
    before it.
    """
    del chunk_rows  # orders are few against prints and levels
    if horizon_s < 1:
        raise ValueError(f"expected horizon_s of at least 1, got {horizon_s}")
    reach = MINUTE + horizon_s * SECOND
    begin = span.start - timedelta(microseconds=reach)
    book = whole(inputs, BOOK_STATE, columns=_BOOK).filter(pl.col("bar_end") > begin)
    minutes = book.filter(
        pl.col("bar_end") > span.start,
        pl.col("bar_end") <= span.until,
        pl.col("bar_end").dt.truncate("1m") == pl.col("bar_end"),
    )
    if minutes.is_empty():
        return {SPREAD.name: SPREAD.empty()}
    orders = whole(inputs, TAKER_ORDERS, columns=_ORDER).filter(pl.col("event_ts") >= begin)
    tape = whole(inputs, TAKER_FLOW, columns=("bar_end", "known_ts", "coverage")).filter(pl.col("bar_end") > begin)
    ends = minutes["bar_end"].to_physical().to_numpy()
    columns = {
        **_quoted(book, Grid.of_instrument(whole(inputs, INSTRUMENTS)), ends, min_coverage),
        **_paid(orders, book, tape, ends, horizon_s * SECOND, min_coverage),
    }

    known = np.full(ends.size, -1, np.int64)
    for rows, time in ((book, "bar_end"), (tape, "bar_end"), (orders, "event_ts")):
        at, came = (rows[name].to_physical().to_numpy() for name in (time, "known_ts"))
        known = np.maximum(known, latest_in_day(ends, at - 1 if time == "bar_end" else at, came, reach))
    rows = minutes.select("venue", "symbol", "bar_end").with_columns(
        known_ts=pl.Series(known).cast(UTC_US), **{name: pl.Series(one) for name, one in columns.items()}
    )
    rows = rows.with_columns(pl.selectors.float().fill_nan(None)).select(SPREAD.schema.names())
    return {SPREAD.name: SPREAD.check(rows)}


def _quoted(book: pl.DataFrame, grid: Grid, ends: Ints, min_coverage: float) -> dict[str, NDArray[np.generic]]:
    """The spread that was quoted in the minutes up to `ends`."""
    from signals.kernels.trailing_mad import trailing_mad  # numba is imported only to compute

    book = book.filter(pl.col("state") == "OK")
    seconds, bps = book["bar_end"].to_physical().to_numpy(), book["spread_bps"].to_numpy()
    ticks = grid.ticks(book["ask_px"].to_numpy()) - grid.ticks(book["bid_px"].to_numpy())
    first, after = (np.searchsorted(seconds, times, side="right") for times in (ends - MINUTE, ends))
    count = after - first
    coverage = count * SECOND / MINUTE
    number = np.where(coverage >= min_coverage, count, np.nan)
    return {
        "spread_bps": _summed(bps, ends, seconds - 1) / number,
        "median_spread_bps": np.where(coverage >= min_coverage, trailing_mad(bps, first, after)[0], np.nan),
        "above_tick_share": within(running((ticks > 1).astype(np.int64)), first, after) / number,
        "coverage": coverage,
    }


def _paid(
    orders: pl.DataFrame, book: pl.DataFrame, tape: pl.DataFrame, ends: Ints, horizon: int, min_coverage: float
) -> dict[str, NDArray[np.generic]]:
    """What takers paid in the minutes that ended `horizon` before `ends`, and what of it was left to makers."""
    ts = orders["event_ts"].to_physical().to_numpy()
    side, qty, quote, mid = (orders[name].to_numpy() for name in ("side", "qty", "quote", "mid_px"))
    later = _mid_at(book, ts + horizon)
    counts = ~np.isnan(mid) & ~np.isnan(later)
    until = ends - horizon
    first, after = (np.searchsorted(ts, times) for times in (until - MINUTE, until))
    n_orders = within(running(counts.astype(np.int64)), first, after)
    counted, all_of_it = _summed(np.where(counts, quote, 0.0), until, ts), _summed(quote, until, ts)

    seconds, covered = tape["bar_end"].to_physical().to_numpy(), tape["coverage"].to_numpy()
    covered_us = running(np.rint(covered * SECOND).astype(np.int64))
    first, after = (np.searchsorted(seconds, times, side="right") for times in (until - MINUTE, until))
    tape_coverage = within(covered_us, first, after) / MINUTE

    order_share = _over(counted, all_of_it)
    stands = (tape_coverage >= min_coverage) & (order_share >= min_coverage)
    weight = np.where(stands, counted, np.nan)
    effective, realised = (
        _over(_summed(np.where(counts, quote * 20_000 * side * (quote / qty - from_mid) / mid, 0.0), until, ts), weight)
        for from_mid in (mid, later)
    )
    return {
        "effective_spread_bps": effective,
        "realised_spread_bps": realised,
        "price_impact_bps": effective - realised,
        "n_orders": n_orders,
        "order_share": order_share,
        "tape_coverage": tape_coverage,
    }


def _mid_at(book: pl.DataFrame, times: Ints) -> Floats:
    """Mid of the first second that ends at each time or later; NaN if it has no row or no usable book."""
    ends = book["bar_end"].to_physical().to_numpy()
    mids = np.append((book["bid_px"].to_numpy() + book["ask_px"].to_numpy()) / 2, np.nan)
    wanted = -(-times // SECOND) * SECOND
    place = np.searchsorted(ends, wanted)
    return np.where(np.append(ends, -1)[place] == wanted, mids[place], np.nan)


def _summed(values: Floats, ends: Ints, times: Ints) -> Floats:
    """Sum of the values with end - 1 min <= time < end, per minute; each in order of time, from 0 on."""
    bar = np.searchsorted(ends, times, side="right")
    inside = np.flatnonzero(bar < ends.size)
    inside = inside[times[inside] >= ends[bar[inside]] - MINUTE]  # others are of minutes without a row
    return np.bincount(bar[inside], weights=values[inside], minlength=ends.size).astype(np.float64)


def _over(part: Floats, total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):  # no order: no mean
        return np.where(total > 0, part / total, np.nan)


def _history(params: Params) -> timedelta:
    return timedelta(minutes=1, seconds=params["horizon_s"])


SPREAD_SIGNAL = Signal(
    name="spread",
    version=1,
    meaning="quoted, effective and realised spread and price impact, every minute",
    inputs=(
        Input(INSTRUMENTS),
        Input(BOOK_STATE, history=_history),
        Input(TAKER_ORDERS, history=_history),
        Input(TAKER_FLOW, history=_history),
    ),
    outputs=(SPREAD,),
    compute=spread,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"horizon_s": 5, "min_coverage": 0.8},
)
