"""Price impact: how far the mid went with what takers bought net, by the minutes of the last hour.

Kyle's lambda is the slope of the mid's change over a minute on the signed notional of the same minute: positive as a
rule. It is contemporaneous: it describes the hour that was, predicts nothing by itself, and is no cost a trade causes.
Impact is concave, so lambda falls with the size of the flow: `mean_abs_flow_quote` stands beside it, and `sqrt_impact`
is the slope on the signed square root. Kyle (1985).
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from signals.window_sums import sum_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PRICE_IMPACT = Table(
    name="price_impact",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "kyle_lambda",
            pl.Float64(),
            "bps per 1m quote",
            "change of the mid with net taker buying, by minutes; it and the next four null below coverage or orders",
        ),
        Column("kyle_lambda_se", pl.Float64(), "bps per 1m quote", "its standard error (Newey-West)"),
        Column(
            "r2", pl.Float64(), "0 to 1", "share of the mid's variance that goes with the flow; null if it stood still"
        ),
        Column("sqrt_impact", pl.Float64(), "bps per root of 1m quote", "the slope on sign * sqrt(notional) instead"),
        Column("mean_abs_flow_quote", pl.Float64(), "quote", "mean absolute net notional of the minutes"),
        Column(
            "n_windows",
            pl.Int64(),
            "minutes",
            "minutes since the last gap of the tape, of the trailing window, with a mid at both ends",
        ),
        Column("n_orders", pl.Int64(), "orders", "taker orders that began in them"),
        Column("coverage", pl.Float64(), "0 to 1", "n_windows over the minutes of the window; null values below 0.8"),
    ),
)

MILLION = 1_000_000


def price_impact(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: int,
    hac_lag: int,
    min_orders: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """PRICE_IMPACT for every minute of the span whose last second has a row of taker_flow.

    A row is known when all seconds of its window are, and after the rows of its day before it.
    """
    from signals.kernels.slope import slopes  # numba is imported only to compute

    del chunk_rows  # a row a second: small
    flow = whole(inputs, TAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "net_quote", "n_orders"))
    book = whole(inputs, BOOK_STATE, columns=("bar_end", "known_ts", "bid_px", "ask_px"))
    book = book.filter(pl.col("bar_end").to_physical() % MINUTE == 0)
    is_row = pl.col("bar_end").is_between(span.start, span.until, closed="right")
    rows = flow.filter(is_row, pl.col("bar_end").to_physical() % MINUTE == 0).select("venue", "symbol", "bar_end")
    if rows.is_empty():
        return {PRICE_IMPACT.name: PRICE_IMPACT.empty()}
    ends, second, mark = (frame["bar_end"].to_physical().to_numpy() for frame in (rows, flow, book))
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    begin = int(ends[0]) - window_min * MINUTE
    minutes = _minutes(flow, book, grid, begin, int(ends[-1]))

    after = (ends - begin) // MINUTE
    first = np.maximum(after - window_min, minutes.since[after - 1])
    counts = np.ones(minutes.net.size, np.int64), minutes.n_orders, abs(minutes.net)
    n_windows, n_orders, traded = (sum_between(count * minutes.is_there, first, after) for count in counts)
    flows = grid.quote(minutes.net) / MILLION
    line = slopes(flows, minutes.change_bps, minutes.is_there, first, after, hac_lag)
    bent = slopes(np.sign(flows) * np.sqrt(abs(flows)), minutes.change_bps, minutes.is_there, first, after, hac_lag)
    is_stated = (n_windows >= min_coverage * window_min) & (n_orders >= min_orders)
    mean_abs_flow = grid.quote(traded) / np.maximum(n_windows, 1)
    values = dict(zip(_VALUES, (*line, bent[0], mean_abs_flow), strict=True))
    known, book_known = (frame["known_ts"].to_physical().to_numpy() for frame in (flow, book))
    latest = np.maximum(
        latest_in_day(ends, second - 1, known, window_min * MINUTE),
        latest_in_day(ends, mark - 1, book_known, window_min * MINUTE),
    )
    made = rows.with_columns(
        known_ts=pl.Series(latest).cast(UTC_US),
        **{name: pl.Series(np.where(is_stated, value, np.nan)).fill_nan(None) for name, value in values.items()},
        n_windows=pl.Series(n_windows),
        n_orders=pl.Series(n_orders),
        coverage=pl.Series(n_windows / window_min),
    )
    return {PRICE_IMPACT.name: PRICE_IMPACT.check(made.select(PRICE_IMPACT.schema.names()))}


_VALUES = ("kyle_lambda", "kyle_lambda_se", "r2", "sqrt_impact", "mean_abs_flow_quote")


@dataclass(frozen=True, slots=True)
class _Minutes:
    """Minutes one after the other: net notional of takers in ticks x lots, orders, change of the mid, whether all of
    this is known, and the place of the first minute after the last gap of the tape."""

    net: Ints
    n_orders: Ints
    change_bps: Floats
    is_there: NDArray[np.bool_]
    since: Ints


def _minutes(flow: pl.DataFrame, book: pl.DataFrame, grid: Grid, begin: int, end: int) -> _Minutes:
    """The minutes from `begin` to `end`. flow: seconds; book: its state at ends of minutes."""
    ends = np.arange(begin + MINUTE, end + 1, MINUTE)
    stated = flow.filter(pl.col("net_quote").is_not_null())
    second = stated["bar_end"].to_physical().to_numpy()
    first, after = (np.searchsorted(second, times, side="right") for times in (ends - MINUTE, ends))
    has_gap = (after - first) * SECOND < MINUTE
    place = np.arange(ends.size)

    quoted = book.filter(pl.col("bid_px").is_not_null(), pl.col("ask_px").is_not_null())
    at = (quoted["bar_end"].to_physical().to_numpy() - begin) // MINUTE
    inside = (at >= 0) & (at <= ends.size)
    twice_mid = np.zeros(ends.size + 1, np.int64)  # of begin, and of every end; 0 where there is none
    twice_mid[at[inside]] = sum(grid.ticks(quoted[name].to_numpy()[inside]) for name in ("bid_px", "ask_px"))
    before, now = twice_mid[:-1], twice_mid[1:]
    is_there = ~has_gap & (before > 0) & (now > 0)
    return _Minutes(
        sum_between(grid.tick_lots(stated["net_quote"].to_numpy()), first, after),
        sum_between(stated["n_orders"].to_numpy(), first, after),
        10_000 * (now - before) / np.where(is_there, before, 1),
        is_there,
        np.maximum.accumulate(np.where(has_gap, place + 1, 0)),
    )


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["window_min"])


_SHORT = {"window_min": 3, "hac_lag": 1, "min_orders": 50}
"""For recordings of minutes."""

PRICE_IMPACT_SIGNAL = Signal(
    name="price_impact",
    version=1,
    meaning="how far the mid went with net taker buying, every minute",
    inputs=(Input(INSTRUMENTS), Input(TAKER_FLOW, history=_window), Input(BOOK_STATE, history=_window)),
    outputs=(PRICE_IMPACT,),
    compute=price_impact,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"window_min": 60, "hac_lag": 5, "min_orders": 200, "min_coverage": 0.8},
    presets={"sample": _SHORT, "demo": _SHORT},
)
