"""Order flow: the book's imbalance of order flow over the last 1, 10 and 60 seconds, every second.

Positive: net buying pressure on the book, from orders placed, withdrawn and taken alike. It moves the mid by the same
events that it counts, so that it explains the price of its own window is partly accounting and no forecast. Sources:
Cont, Kukanov and Stoikov 2014; Xu, Gould and Howison 2018 (levels); Cont, Cucuringu and Zhang 2023 (integrated).
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND, latest_in_day
from signals.book_state import BAR_END, BOOK_STATE
from signals.flow_loadings import FLOW_LOADINGS, LEVELS
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.window_sums import running, within

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WINDOWS_S = (1, 10, 60)


def _columns(name: str, unit: str, meaning: str) -> tuple[Column, ...]:
    """One column a window."""
    return tuple(Column(f"{name}_{s}s", pl.Float64(), unit, meaning.format(s=s)) for s in WINDOWS_S)


ORDER_FLOW = Table(
    name="order_flow",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        *_columns("ofi", "base", "imbalance of order flow at the best prices over {s} s; > 0 buying. Null in gaps"),
        *_columns(
            "ofi_norm",
            "touch depths",
            "the same over the mean size at the best prices in the {s} s, (bid + ask) / 2",
        ),
        *_columns(
            "ofi_integrated",
            "touch depths",
            "imbalances of five levels over that size, weighted as `flow_loadings` says; null without weights",
        ),
        *_columns("tfi_norm", "touch depths", "net quantity takers bought in the {s} s over that size"),
        *_columns("coverage", "0 to 1", "share of the {s} s with an imbalance of the book; null values below 0.8"),
        *_columns("tape_coverage", "0 to 1", "share of the {s} s outside gaps of the tape; null tfi_norm below 0.8"),
    ),
)  # fmt: skip

_BOOK = (
    "venue", "symbol", "bar_end", "known_ts", "bid_qty", "ask_qty", "coverage", *(f"ofi_{level}" for level in LEVELS)
)  # fmt: skip
_LOADINGS = tuple(f"loading_{level}" for level in LEVELS)


def order_flow(
    inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, min_coverage: float
) -> dict[str, pl.DataFrame]:
    """ORDER_FLOW for every row of book_state in the span.

    A row is known when all seconds of its windows and the loadings of its day up to it are, and after the rows of its
    day before it.
    """
    del chunk_rows  # a row a second: small
    is_near = pl.col("bar_end") > span.start - timedelta(seconds=max(WINDOWS_S))
    book = whole(inputs, BOOK_STATE, columns=_BOOK).filter(is_near)
    if book.is_empty():
        return {ORDER_FLOW.name: ORDER_FLOW.empty()}
    flow = whole(inputs, TAKER_FLOW, columns=("bar_end", "known_ts", "buy_qty", "sell_qty", "coverage")).filter(is_near)
    loadings = whole(inputs, FLOW_LOADINGS, columns=("event_ts", "known_ts", *_LOADINGS))
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    ends = book["bar_end"].to_physical().to_numpy()
    values = _values(book, flow, _weights(loadings, ends), grid, min_coverage)

    known, reach = np.full(ends.size, -1, np.int64), max(WINDOWS_S) * SECOND
    for rows, time, back in ((book, "bar_end", reach), (flow, "bar_end", reach), (loadings, "event_ts", 0)):
        at, came = (rows[name].to_physical().to_numpy() for name in (time, "known_ts"))
        known = np.maximum(known, latest_in_day(ends, at - 1 if time == "bar_end" else at, came, back))
    rows = book.select("venue", "symbol", "bar_end").with_columns(
        known_ts=pl.Series(known).cast(UTC_US), **{name: pl.Series(one).fill_nan(None) for name, one in values.items()}
    )
    rows = rows.filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until)
    return {ORDER_FLOW.name: ORDER_FLOW.check(rows.select(ORDER_FLOW.schema.names()))}


def _values(
    book: pl.DataFrame, flow: pl.DataFrame, weights: Floats, grid: Grid, min_coverage: float
) -> dict[str, Floats]:
    """The columns that are no key: sums of lots over windows of time, divided at the end."""
    ends, tape_ends = (rows["bar_end"].to_physical().to_numpy() for rows in (book, flow))
    stands, is_taped = book["ofi_1"].is_not_null().to_numpy(), flow["buy_qty"].is_not_null().to_numpy()
    ofi = [running(grid.signed_lots(book[f"ofi_{level}"].to_numpy())) for level in LEVELS]
    sizes = grid.signed_lots(book["bid_qty"].to_numpy()) + grid.signed_lots(book["ask_qty"].to_numpy())
    depths, seconds = running(np.where(stands, sizes, 0)), running(stands.astype(np.int64))
    net = running(grid.signed_lots(flow["buy_qty"].to_numpy()) - grid.signed_lots(flow["sell_qty"].to_numpy()))
    covered, taped = _covered(book, stands), _covered(flow, is_taped)
    here, tape_here = np.arange(1, ends.size + 1), np.searchsorted(tape_ends, ends, side="right")

    values: dict[str, Floats] = {}
    for window in WINDOWS_S:
        begin = ends - window * SECOND
        first, tape_first = (np.searchsorted(times, begin, side="right") for times in (ends, tape_ends))
        coverage = within(covered, first, here) / (window * SECOND)
        tape_coverage = within(taped, tape_first, tape_here) / (window * SECOND)
        depth, count = within(depths, first, here), within(seconds, first, here)
        is_good = (coverage >= min_coverage) & (depth > 0)
        touch = np.where(is_good, depth, np.nan) / (2 * np.maximum(count, 1))
        levels = [within(sums, first, here) for sums in ofi]
        integrated = np.zeros(ends.size)
        for weight, lots in zip(weights, levels, strict=True):
            integrated += weight * lots
        taken = np.where(tape_coverage >= min_coverage, within(net, tape_first, tape_here), np.nan)
        values |= {
            f"ofi_{window}s": np.where(coverage >= min_coverage, grid.qty(levels[0]), np.nan),
            f"ofi_norm_{window}s": levels[0] / touch,
            f"ofi_integrated_{window}s": integrated / touch,
            f"tfi_norm_{window}s": taken / touch,
            f"coverage_{window}s": coverage,
            f"tape_coverage_{window}s": tape_coverage,
        }
    return values


def _covered(rows: pl.DataFrame, stands: NDArray[np.bool_]) -> Ints:
    """Running sum of the microseconds that are counted."""
    return running(np.rint(rows["coverage"].to_numpy() * SECOND).astype(np.int64) * stands)


def _weights(loadings: pl.DataFrame, ends: Ints) -> Floats:
    """Per level, the weight at each bar: of the last fit of its day by the bar's start; NaN if there is none."""
    at = loadings["event_ts"].to_physical().to_numpy()
    last = np.searchsorted(at, ends - SECOND, side="right") - 1
    fitted = np.concatenate((at, [-DAY]))[last]
    is_there = (last >= 0) & (fitted // DAY == (ends - 1) // DAY)
    rows = np.concatenate((loadings.select(_LOADINGS).to_numpy(), np.full((1, len(LEVELS)), np.nan)))
    return np.where(is_there, rows[last].T, np.nan)


ORDER_FLOW_SIGNAL = Signal(
    name="order_flow",
    version=1,
    meaning="order-flow imbalance over 1, 10 and 60 seconds, of the best prices and of five levels, every second",
    inputs=(
        Input(INSTRUMENTS),
        Input(BOOK_STATE, history=timedelta(seconds=max(WINDOWS_S))),
        Input(TAKER_FLOW, history=timedelta(seconds=max(WINDOWS_S))),
        Input(FLOW_LOADINGS),
    ),
    outputs=(ORDER_FLOW,),
    compute=order_flow,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"min_coverage": 0.8},
)
