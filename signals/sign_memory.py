"""Sign memory: whether takers who bought are followed by takers who buy, and how slowly that fades.

Orders are split and executed bit by bit, so signs of taker orders stay correlated over thousands of orders, about as
lag^-gamma. Signs are of merged orders: prints of one order would make memory of their own at short lags. Lillo and
Farmer (2004), Lillo, Mike and Farmer (2005).
"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, SECOND, latest_in_day
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STATED_LAGS = (1, 10, 100)

SIGN_MEMORY = Table(
    name="sign_memory",
    grain="one row per bar of bar_min, an hour by default",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "gamma",
            pl.Float64(),
            "exponent",
            "signs correlate as lag^-gamma; below 1: long memory. Null where a lag it is fitted to shows no positive "
            "correlation; it and all values null with too few orders or too little coverage",
        ),
        Column("gamma_se", pl.Float64(), "exponent", "standard error of the fitted line (Newey-West over lags)"),
        *(
            Column(f"acf_{lag}", pl.Float64(), "[-1, 1]", f"correlation of the signs of taker orders {lag} apart")
            for lag in STATED_LAGS
        ),
        Column("n_orders", pl.Int64(), "orders", "taker orders in the window, those in gaps of the tape left out"),
        Column("coverage", pl.Float64(), "0 to 1", "share of the window in seconds without any gap of the tape"),
    ),
)


def sign_memory(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    bar_min: int,
    window_min: int,
    max_lag: int,
    lags_per_decade: int,
    fit_lags: Sequence[int],
    hac_lag: int,
    min_orders: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """SIGN_MEMORY for every `bar_min` minutes of the span whose last second has a row of taker_flow.

    A row is known when all orders and seconds of its window are, and after the rows of its day before it. Raises
    ValueError if bars do not divide a day or the fit has fewer than three lags.
    """
    del chunk_rows  # orders are few against prints and levels
    lags = lags_to(max_lag, lags_per_decade)
    width, window = bar_min * MINUTE, window_min * MINUTE
    is_fitted = (lags >= fit_lags[0]) & (lags <= fit_lags[1])
    if width < 1 or DAY % width or is_fitted.sum() < 3:
        raise ValueError(
            f"need bars that divide a day and three lags to fit, got bar_min {bar_min}, fit_lags {fit_lags}"
        )
    flow = whole(inputs, TAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "coverage"))
    is_row = pl.col("bar_end").is_between(span.start, span.until, closed="right")
    rows = flow.filter(is_row, pl.col("bar_end").to_physical() % width == 0).select("venue", "symbol", "bar_end")
    if rows.is_empty():
        return {SIGN_MEMORY.name: SIGN_MEMORY.empty()}
    orders = whole(inputs, TAKER_ORDERS, columns=("event_ts", "known_ts", "side"))
    ends, second, ts = (
        frame[name].to_physical().to_numpy()
        for frame, name in ((rows, "bar_end"), (flow, "bar_end"), (orders, "event_ts"))
    )
    recorded = second[(flow["coverage"] == 1).to_numpy()]

    stretch = _stretches(ts, recorded)
    on_tape = stretch >= 0
    first, after = (np.searchsorted(ts[on_tape], times) for times in (ends - window, ends))
    acf = _correlations(orders["side"].to_numpy()[on_tape], stretch[on_tape], lags, first, after)
    gamma, gamma_se = _exponents(acf[:, is_fitted], lags[is_fitted], hac_lag)
    covered = np.searchsorted(recorded, ends, side="right") - np.searchsorted(recorded, ends - window, side="right")
    coverage = covered * SECOND / window
    is_stated = (coverage >= min_coverage) & (after - first >= min_orders)
    values = {"gamma": gamma, "gamma_se": gamma_se}
    values |= {f"acf_{lag}": acf[:, np.searchsorted(lags, lag)] for lag in STATED_LAGS}

    known, flow_known = (frame["known_ts"].to_physical().to_numpy() for frame in (orders, flow))
    latest = np.maximum(
        latest_in_day(ends, ts, known, window),
        latest_in_day(ends, second - 1, flow_known, window),
    )
    made = rows.with_columns(
        known_ts=pl.Series(latest).cast(UTC_US),
        **{name: pl.Series(np.where(is_stated, value, np.nan)).fill_nan(None) for name, value in values.items()},
        n_orders=pl.Series(after - first),
        coverage=pl.Series(coverage),
    )
    return {SIGN_MEMORY.name: SIGN_MEMORY.check(made.select(SIGN_MEMORY.schema.names()))}


def lags_to(longest: int, per_decade: int) -> Ints:
    """Whole lags from 1 on, `per_decade` to every factor of ten as far as they differ, and those that are stated."""
    steps = range(1 + int(per_decade * math.log10(longest) + 1e-9))
    return np.unique([*(round(10 ** (step / per_decade)) for step in steps), *STATED_LAGS])


def _stretches(ts: Ints, recorded: Ints) -> Ints:
    """Per time, the number of the run of seconds without a gap that holds it; -1 if its second has one.

    recorded: ends of these seconds, ascending.
    """
    if not recorded.size:
        return np.full(ts.size, -1, np.int64)
    runs = np.concatenate(([0], np.cumsum(np.diff(recorded) != SECOND)))
    end = ts // SECOND * SECOND + SECOND
    at = np.minimum(np.searchsorted(recorded, end), recorded.size - 1)
    return np.where(recorded[at] == end, runs[at], -1)


def _correlations(side: NDArray[np.int8], stretch: Ints, lags: Ints, first: Ints, after: Ints) -> Floats:
    """Pearson's correlation of signs a lag apart, by window and lag, over pairs on one stretch; NaN if signs are all
    the same."""
    from signals.kernels.lagged_signs import lagged_sums  # numba is imported only to compute

    products, earlier, later, pairs = lagged_sums(side, np.searchsorted(stretch, stretch), lags, first, after)
    spread = np.sqrt((pairs * pairs - earlier * earlier).astype(float)) * np.sqrt(
        (pairs * pairs - later * later).astype(float)
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # no spread: no correlation
        return np.clip((pairs * products - earlier * later) / spread, -1.0, 1.0)


def _exponents(acf: Floats, lags: Ints, hac_lag: int) -> tuple[Floats, Floats]:
    """(gamma, its standard error) of acf ~ lag^-gamma, a window a row; NaN where a correlation is not positive."""
    from signals.kernels.slope import slopes  # numba is imported only to compute

    windows, count = acf.shape
    is_power: NDArray[np.bool_] = np.all(acf > 0, axis=1)
    y = np.log(np.where(is_power[:, np.newaxis], acf, 1.0)).ravel()
    x = np.tile(-np.log(lags), windows)
    first = np.arange(windows) * count
    gamma, error, _ = slopes(x, y, np.ones(y.size, bool), first, first + count, hac_lag)
    return np.where(is_power, gamma, np.nan), np.where(is_power, error, np.nan)


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["window_min"])


_SHORT = {
    "bar_min": 1,
    "window_min": 5,
    "max_lag": 100,
    "fit_lags": [1, 8],
    "hac_lag": 1,
    "min_orders": 200,
}
"""For recordings of minutes."""

SIGN_MEMORY_SIGNAL = Signal(
    name="sign_memory",
    version=1,
    meaning="how slowly the correlation of taker orders' signs fades, every hour by default",
    inputs=(Input(TAKER_ORDERS, history=_window), Input(TAKER_FLOW, history=_window)),
    outputs=(SIGN_MEMORY,),
    compute=sign_memory,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "bar_min": 60,
        "window_min": 1_440,
        "max_lag": 1_000,
        "lags_per_decade": 10,
        "fit_lags": [10, 1_000],
        "hac_lag": 3,
        "min_orders": 2_000,
        "min_coverage": 0.8,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
