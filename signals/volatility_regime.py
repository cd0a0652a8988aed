"""Volatility regime: how likely the market is in its wild state, every minute, from what was known then.

The logarithm of a short realised volatility is taken for a normal value around the mean of a hidden state, and the
state for a Markov chain (Hamilton 1989). Both are fitted at midnight to the weeks before. States are numbered by
volatility, so that a state means the same after every fit. The naive baseline beside it is a quantile of volatility.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.regime_fit import RegimeRules, fits_table
from signals.regimes import MinuteSeries, regimes
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.volatility import VOLATILITY, volatility_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

REGIME_FITS = fits_table("regime_fits", "the log of realised volatility", "log of fraction per root year")

P_HIGH = Column("p_high", pl.Float64(), "0 to 1", "probability of the highest state given the minutes up to this one")
REGIME = Column(
    "regime",
    pl.Int64(),
    "code",
    "state held, 0 the lowest; entered when it or a higher one is likelier than 0.9, left when less than 0.1",
)
IS_CHANGE = Column("is_change", pl.Boolean(), "flag", "regime is another than in the minute before, under the same fit")
FIT_END = Column("fit_end", UTC_US, "UTC", "end of the past the states are from; null if it was too short")

VOLATILITY_REGIME = Table(
    name="volatility_regime",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "realised_vol", pl.Float64(), "fraction per root year", "volatility of the short window that is looked at"
        ),
        P_HIGH,
        REGIME,
        IS_CHANGE,
        Column(
            "naive_is_high",
            pl.Boolean(),
            "flag",
            "naive baseline: realised_vol above the 90th percentile of the weeks before",
        ),
        FIT_END,
        Column("coverage", pl.Float64(), "0 to 1", "of the short window, as in volatility; null values below 0.8"),
    ),
)


def volatility_regime(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    feature_window_min: int,
    floor_vol: float,
    naive_window_min: int,
    naive_percentile: float,
    **rules: float,
) -> dict[str, pl.DataFrame]:
    """REGIME_FITS made in the span, and VOLATILITY_REGIME for every minute of volatility in it.

    `rules` are those of RegimeRules. A volatility counts as at least `floor_vol`. A row is known when all minutes it
    can turn on are, and after the rows of its day before it. Raises ValueError if volatility lacks the window.
    """
    del chunk_rows  # a row a minute: small
    chosen = RegimeRules(**rules)  # type: ignore[arg-type]  # whole numbers among them
    columns = ("venue", "symbol", "bar_end", "known_ts", "realised_vol", "coverage")
    rows = volatility_of(inputs, feature_window_min, columns, "volatility_regime.feature_window_min")
    start, until = microseconds(span.start), microseconds(span.until)
    if rows.is_empty():
        return {REGIME_FITS.name: REGIME_FITS.empty(), VOLATILITY_REGIME.name: VOLATILITY_REGIME.empty()}
    ends, known = (rows[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    vol = rows["realised_vol"].fill_null(np.nan).to_numpy()
    series = MinuteSeries((rows["venue"][0], rows["symbol"][0]), ends, known, np.log(np.maximum(vol, floor_vol)))
    fits, found = regimes(series, start, until, chosen, REGIME_FITS)
    is_wanted = (ends > start) & (ends <= until)
    at = ends[is_wanted]
    least = chosen.min_fit_min
    high = percentile_before(ends, vol, at, naive_window_min * MINUTE, naive_percentile, least)
    reach = max(chosen.reach_min, naive_window_min) * MINUTE
    made = pl.concat([rows.filter(pl.Series(is_wanted)), found.columns(is_wanted)], how="horizontal").with_columns(
        known_ts=pl.Series(latest_in_day(at, ends - 1, known, reach)).cast(UTC_US),
        naive_is_high=pl.col("realised_vol") > pl.Series(high).fill_nan(None),
    )
    return {
        REGIME_FITS.name: REGIME_FITS.check(fits),
        VOLATILITY_REGIME.name: VOLATILITY_REGIME.check(made.select(VOLATILITY_REGIME.schema.names())),
    }


def percentile_before(ends: Ints, values: Floats, at: Ints, window: int, percentile: float, least: int) -> Floats:
    """Per time, the percentile of the values in the window before it; NaN if they are fewer than `least`."""
    from signals.kernels.trailing_quantile import trailing_quantile  # numba is imported only to compute

    there = ~np.isnan(values)
    first, after = np.searchsorted(ends[there], at - window), np.searchsorted(ends[there], at)
    found, has_any = trailing_quantile(values[there], first, after, percentile=percentile, least=max(least, 1))
    return np.where(has_any, found, np.nan)


def _history(params: Params) -> timedelta:
    return timedelta(minutes=max(params["fit_min"], params["warmup_min"], params["naive_window_min"]))


_SHORT = {
    "feature_window_min": 2,
    "step_min": 1,
    "fit_min": 10,
    "min_fit_min": 3,
    "refit_min": 2,
    "warmup_min": 5,
    "season_min": 1_440,
    "sticky": 1.0,
    "naive_window_min": 10,
}
"""For recordings of minutes, in which no regime can be told: the fits are there, and mean little."""

VOLATILITY_REGIME_SIGNAL = Signal(
    name="volatility_regime",
    version=1,
    meaning="how likely the market is in its wild state, every minute, from states fitted to the weeks before",
    inputs=(Input(VOLATILITY, history=_history),),
    outputs=(REGIME_FITS, VOLATILITY_REGIME),
    compute=volatility_regime,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "feature_window_min": 5,
        "floor_vol": 0.01,
        "n_states": 2,
        "step_min": 5,
        "fit_min": 40_320,
        "min_fit_min": 10_080,
        "refit_min": 1_440,
        "warmup_min": 1_440,
        "season_min": 60,
        "sticky": 48.0,
        "least_sd": 0.05,
        "enter": 0.9,
        "leave": 0.1,
        "naive_window_min": 40_320,
        "naive_percentile": 90.0,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
