"""Correlation of a market's returns with those of its reference market, every minute.

Pearson's correlation of 1-minute mid returns over a long and a short window. Below a minute prices that do not move at
the same moment bias it down (Epps 1979). It says that two prices move together, and not why: it rises with volatility
even where one market's dependence on the other is constant; `correlation_regime` has the adjustment.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END, BOOK_STATE
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.minute_mids import log_returns, minute_mids, whole_minutes
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table

Floats = NDArray[np.float64]

CORRELATION = Table(
    name="correlation",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "correlation",
            pl.Float64(),
            "[-1, 1]",
            "of 1-minute mid returns with the reference's over the long window; > 0 they move together; null if one "
            "of the two never moved",
        ),
        Column("short_correlation", pl.Float64(), "[-1, 1]", "the same over the short window"),
        Column("n_returns", pl.Int64(), "returns", "minutes of the long window in which both have a return"),
        Column("coverage", pl.Float64(), "0 to 1", "n_returns over the long window; correlation is null below 0.8"),
        Column("short_coverage", pl.Float64(), "0 to 1", "the same of the short window and short_correlation"),
        Column(
            "reference", pl.String(), "text", "market compared with, as binance-spot/BTCUSDT; null while n_returns is 0"
        ),
    ),
)


def correlation(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: int,
    short_window_min: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """CORRELATION for every minute of the span with a row of the own book_state; without a reference, of nulls.

    A row is known when all minutes of the long window of both markets are, and after the rows of its day before it.
    """
    del chunk_rows  # a row a minute: small
    short, long = whole_minutes("short_window_min and window_min", [short_window_min, window_min])
    if short != short_window_min:
        raise ValueError(f"expected short_window_min below window_min, got {short_window_min} and {window_min}")
    own, other = minute_mids(inputs, "own"), minute_mids(inputs, "reference")
    is_wanted = (own.ends > microseconds(span.start)) & (own.ends <= microseconds(span.until))
    ends = own.ends[is_wanted]
    if not ends.size:
        return {CORRELATION.name: CORRELATION.empty()}
    first = int(ends[0]) // MINUTE - long
    size, place = int(ends[-1]) // MINUTE - first + 1, ends // MINUTE - first
    returns = [log_returns(mids.on_grid(first, size), 1) for mids in (own, other)]
    known = [latest_in_day(ends, mids.ends - 1, mids.known, long * MINUTE) for mids in (own, other)]
    whole, pairs = _correlated(returns, long, place, min_coverage)
    part, few = _correlated(returns, short, place, min_coverage)
    rows = pl.DataFrame(
        {
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(np.maximum(*known)).cast(UTC_US),
            "correlation": whole,
            "short_correlation": part,
            "n_returns": pairs,
            "coverage": pairs / long,
            "short_coverage": few / short,
        }
    ).with_columns(
        pl.selectors.float().fill_nan(None),
        venue=pl.lit(own.market[0]),
        symbol=pl.lit(own.market[1]),
        reference=pl.when(pl.col("n_returns") > 0).then(pl.lit("/".join(other.market))),
    )
    return {CORRELATION.name: CORRELATION.check(rows.select(CORRELATION.schema.names()))}


def _correlated(
    returns: list[Floats], window: int, place: NDArray[np.int64], min_coverage: float
) -> tuple[Floats, NDArray[np.int64]]:
    """(correlation, pairs) of the windows that end at `place`; NaN where pairs are too few."""
    from signals.kernels.correlations import correlations  # numba is imported only to compute

    begin = int(place[0])
    found, pairs = (values[place - begin] for values in correlations(returns[0], returns[1], window, begin))
    return np.where(pairs >= min_coverage * window, found, np.nan), pairs


def _history(params: Params) -> timedelta:
    return timedelta(minutes=params["window_min"])


_SHORT = {"window_min": 5, "short_window_min": 3}
"""For recordings of minutes."""

CORRELATION_SIGNAL = Signal(
    name="correlation",
    version=1,
    meaning="correlation of the mid's returns with those of the reference market, every minute",
    inputs=(Input(BOOK_STATE, history=_history), Input(BOOK_STATE, "reference", _history)),
    outputs=(CORRELATION,),
    compute=correlation,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"window_min": 240, "short_window_min": 30, "min_coverage": 0.8},
    presets={"sample": _SHORT, "demo": _SHORT},
    kinds=("perp", "future"),
)
