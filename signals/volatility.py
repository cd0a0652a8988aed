"""Volatility: how much the mid moved over the last minutes, hours and day, and how much of it in jumps, every minute.

Realised variance is the mean of squared mid returns, stated a year (365 days) as a fraction: 0.5 is 50 %. Short windows
take 1-minute returns; long ones 5-minute returns from every minute (subsampled: Zhang, Mykland and Ait-Sahalia 2005),
because quotes that bounce add to variance in proportion to how often they are sampled. Bipower variation
(Barndorff-Nielsen and Shephard 2004) multiplies neighbours, so that a single jump hardly enters.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END, BOOK_STATE
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.minute_mids import log_returns, minute_mids, whole_minutes
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Role, Signal, Span, Table

Floats = NDArray[np.float64]

YEAR_MIN = 365 * 1_440

WINDOW_MIN = Column("window_min", pl.Int64(), "minutes", "length of the window that ends with the bar")

VOLATILITY = Table(
    name="volatility",
    grain="one row per minute and window",
    key=("venue", "symbol", "bar_end", "window_min"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        WINDOW_MIN,
        KNOWN_TS,
        Column(
            "realised_vol",
            pl.Float64(),
            "fraction per root year",
            "volatility of the mid over the window, of 365 days; 0.5 = 50 %; 0 if it never moved",
        ),
        Column(
            "bipower_vol",
            pl.Float64(),
            "fraction per root year",
            "the same from products of neighbouring returns, which a single jump hardly enters",
        ),
        Column(
            "jump_share",
            pl.Float64(),
            "0 to 1",
            "share of the realised variance beyond the bipower one, at least 0; noise of a few percent in a long "
            "window and much more in a short one; null if the mid never moved",
        ),
        Column("sampling_min", pl.Int64(), "minutes", "length of the returns"),
        Column("n_returns", pl.Int64(), "returns", "returns in the window, from every minute, so they overlap if long"),
        Column(
            "coverage", pl.Float64(), "0 to 1", "n_returns over those of a window without gaps; null values below 0.8"
        ),
    ),
)


def volatility(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: Sequence[int],
    coarse_from_min: int,
    coarse_sampling_min: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """VOLATILITY for every minute of the span with a row of book_state.

    Windows of `coarse_from_min` or more take returns over `coarse_sampling_min`, shorter ones over a minute. A row is
    known when all minutes of the longest window are, and after the rows of its day before it. Raises ValueError for a
    window that does not hold two returns, one after the other.
    """
    del chunk_rows  # a row a minute: small
    windows = whole_minutes("window_min", window_min)
    sampling = {window: coarse_sampling_min if window >= coarse_from_min else 1 for window in windows}
    for window, minutes in sampling.items():
        if window < 2 * minutes:
            raise ValueError(f"expected windows of at least two returns, got {window} min for returns of {minutes} min")
    mids = minute_mids(inputs, "own")
    is_wanted = (mids.ends > microseconds(span.start)) & (mids.ends <= microseconds(span.until))
    ends = mids.ends[is_wanted]
    if not ends.size:
        return {VOLATILITY.name: VOLATILITY.empty()}
    first = int(mids.ends[0]) // MINUTE
    log_mid, place = mids.on_grid(first, int(ends[-1]) // MINUTE - first + 1), ends // MINUTE - first
    known = latest_in_day(ends, mids.ends - 1, mids.known, max(windows) * MINUTE)
    stamps = pl.DataFrame({"bar_end": pl.Series(ends).cast(UTC_US), "known_ts": pl.Series(known).cast(UTC_US)})
    parts = [
        stamps.with_columns(
            venue=pl.lit(mids.market[0]),
            symbol=pl.lit(mids.market[1]),
            window_min=pl.lit(window, pl.Int64),
            sampling_min=pl.lit(minutes, pl.Int64),
            **{
                name: pl.Series(values[place])
                for name, values in _measured(log_mid, first, window, minutes, min_coverage).items()
            },
        )
        for window, minutes in sampling.items()
    ]
    rows = pl.concat(parts).with_columns(pl.selectors.float().fill_nan(None)).sort("bar_end", "window_min")
    return {VOLATILITY.name: VOLATILITY.check(rows.select(VOLATILITY.schema.names()))}


def _measured(
    log_mid: Floats, first: int, window: int, minutes: int, min_coverage: float
) -> dict[str, NDArray[np.generic]]:
    """Columns of one window, by minute; NaN where there is none. first: number of position 0 since 1970."""
    returns = log_returns(log_mid, minutes)
    pairs = np.full(returns.size, np.nan)
    pairs[minutes:] = np.abs(returns[minutes:]) * np.abs(returns[:-minutes])
    squares, n = _means(returns * returns, window - minutes + 1, first)
    products, n_pairs = _means(pairs, window - 2 * minutes + 1, first)
    coverage = n / (window - minutes + 1)
    variance = np.where(coverage >= min_coverage, squares * (YEAR_MIN / minutes), np.nan)
    is_paired = n_pairs >= min_coverage * (window - 2 * minutes + 1)
    bipower = np.where(is_paired & ~np.isnan(variance), products * (np.pi / 2 * YEAR_MIN / minutes), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):  # never moved: no share
        jumps = np.where(variance > 0, np.maximum(1.0 - bipower / variance, 0.0), np.nan)
    return {
        "realised_vol": np.sqrt(variance),
        "bipower_vol": np.sqrt(bipower),
        "jump_share": jumps,
        "n_returns": n,
        "coverage": coverage,
    }


def _means(x: Floats, window: int, first: int) -> tuple[Floats, NDArray[np.int64]]:
    """Mean and number of the values in the window that ends with each position."""
    from signals.kernels.trailing_moments import trailing_moments  # numba is imported only to compute

    after = np.append(x, np.nan)  # a kernel's window ends before its position
    count, mean, _ = trailing_moments(after, ~np.isnan(after), window, first)
    return mean[1:], count[1:]


def volatility_of(
    inputs: Mapping[str, pl.LazyFrame], window: int, columns: Sequence[str], wanted_by: str, role: Role = "own"
) -> pl.DataFrame:
    """Rows of one window, as a signal reads them. Raises ValueError if volatility was made without that window."""
    rows = whole(inputs, VOLATILITY, role, ("window_min", *columns))
    made = rows.filter(pl.col("bar_end") == pl.col("bar_end").min())["window_min"].to_list()
    if window not in made and len(made) < rows.height:  # of the last minute, not all rows may be known yet
        raise ValueError(f"{wanted_by} is {window}, expected one of volatility's windows: {', '.join(map(str, made))}")
    return rows.filter(pl.col("window_min") == window).drop("window_min")


def _history(params: Params) -> timedelta:
    return timedelta(minutes=max(whole_minutes("window_min", params["window_min"])))


_SHORT = {"window_min": [2, 3, 5], "coarse_from_min": 5, "coarse_sampling_min": 2}
"""For recordings of minutes."""

VOLATILITY_SIGNAL = Signal(
    name="volatility",
    version=1,
    meaning="realised volatility of the mid over minutes to a day, and the share of jumps in it, every minute",
    inputs=(Input(BOOK_STATE, history=_history),),
    outputs=(VOLATILITY,),
    compute=volatility,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "window_min": [5, 15, 60, 240, 1_440],
        "coarse_from_min": 1_440,
        "coarse_sampling_min": 5,
        "min_coverage": 0.8,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
