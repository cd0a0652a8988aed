"""Correlation regime: whether a market moves with its reference unusually closely, every minute, from what was known.

Correlation over a window rises with the variance in it although nothing else changes. So it is stated adjusted
(Forbes and Rigobon 2002), and a spike asks for both: a correlation that is rare for the past month, and a volatility
that is high for it. A spike ends when correlation has been ordinary for a while. Beside this stand hidden states of the
short correlation, fitted and followed as those of volatility are, and the naive baseline: a rare correlation alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.correlation import CORRELATION
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.regime_fit import RegimeRules, fits_table
from signals.regimes import MinuteSeries, regimes
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.volatility import VOLATILITY, volatility_of
from signals.volatility_regime import FIT_END, IS_CHANGE, REGIME, percentile_before
from signals.window_sums import values_before

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CORRELATION_FITS = fits_table("correlation_fits", "the Fisher transform of short_correlation", "Fisher z")

CORRELATION_REGIME = Table(
    name="correlation_regime",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "vol_adjusted_correlation",
            pl.Float64(),
            "[-1, 1]",
            "correlation as it would be at the variance of the month before: rho / sqrt(1 + d (1 - rho^2)), d the own "
            "variance over its mean of that month, minus 1",
        ),
        Column(
            "q_correlation",
            pl.Float64(),
            "0 to 1",
            "share of the month before with a lower correlation, equal ones count half",
        ),
        Column("is_vol_high", pl.Boolean(), "flag", "own volatility above the 90th percentile of the month before"),
        Column(
            "is_spike",
            pl.Boolean(),
            "flag",
            "q_correlation above 0.99 while is_vol_high, and from then on until it was below 0.9 for 30 minutes",
        ),
        Column("is_spike_naive", pl.Boolean(), "flag", "naive baseline: q_correlation above 0.99, whatever volatility"),
        Column(
            "p_high_correlation",
            pl.Float64(),
            "0 to 1",
            "probability of the state with the highest short correlation, given the minutes up to this one",
        ),
        REGIME,
        IS_CHANGE,
        FIT_END,
    ),
)

_FURTHEST = 0.9999
"""Correlations count as at most this for the Fisher transform, which has no value at 1."""


@dataclass(frozen=True, slots=True)
class Spikes:
    """What makes a spike, and when it is over; lengths in minutes."""

    rank_window_min: int
    min_history_min: int
    vol_percentile: float
    enter_rank: float
    release_rank: float
    release_min: int
    spike_warmup_min: int

    @property
    def reach_min(self) -> int:
        """Minutes before a day that enter it: ranks of the warm-up look back too."""
        return self.rank_window_min + self.spike_warmup_min


def correlation_regime(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    adjust_vol_window_min: int,
    spike_vol_window_min: int,
    rank_window_min: int,
    min_history_min: int,
    vol_percentile: float,
    enter_rank: float,
    release_rank: float,
    release_min: int,
    spike_warmup_min: int,
    **rules: float,
) -> dict[str, pl.DataFrame]:
    """CORRELATION_FITS made in the span, and CORRELATION_REGIME for every minute of correlation in it.

    `rules` are those of RegimeRules. Each day is made from the history declared for it.
    A row is known when all of that is, and after the rows of its day before it. Raises ValueError if volatility lacks
    one of the windows.
    """
    del chunk_rows  # a row a minute: small
    chosen = RegimeRules(**rules)  # type: ignore[arg-type]  # whole numbers among them
    limits = Spikes(
        rank_window_min, min_history_min, vol_percentile, enter_rank, release_rank, release_min, spike_warmup_min
    )
    columns = ("venue", "symbol", "bar_end", "known_ts", "correlation", "short_correlation")
    rows = whole(inputs, CORRELATION, columns=columns)
    if rows.is_empty() or span.until <= span.start:  # a day of which nothing is complete yet
        return {CORRELATION_FITS.name: CORRELATION_FITS.empty(), CORRELATION_REGIME.name: CORRELATION_REGIME.empty()}
    adjust, heat = (
        _series(volatility_of(inputs, window, (*columns[:4], "realised_vol"), f"correlation_regime.{name}"))
        for name, window in (
            ("adjust_vol_window_min", adjust_vol_window_min),
            ("spike_vol_window_min", spike_vol_window_min),
        )
    )
    start, until = microseconds(span.start), microseconds(span.until)
    whole_window, short_window = _series(rows.drop("short_correlation")), _series(rows.drop("correlation"))
    made = [
        _of_day(whole_window, adjust, heat, day, min(day + DAY, until), limits)
        for day in range(start // DAY * DAY, until, DAY)
    ]
    clipped = np.clip(short_window.values, -_FURTHEST, _FURTHEST)
    of_states = MinuteSeries(short_window.market, short_window.ends, short_window.known, np.arctanh(clipped))
    fits, found = regimes(of_states, start, until, chosen, CORRELATION_FITS)
    ends = whole_window.ends
    is_wanted = (ends > start) & (ends <= until)
    reach = max(limits.reach_min, chosen.reach_min) * MINUTE
    known = [latest_in_day(ends[is_wanted], one.ends - 1, one.known, reach) for one in (whole_window, adjust, heat)]
    stamped = rows.filter(pl.Series(is_wanted)).with_columns(known_ts=pl.Series(np.maximum.reduce(known)).cast(UTC_US))
    scored = pl.concat(made).filter(pl.col("bar_end") > start).drop("bar_end")
    states = found.columns(is_wanted).rename({"p_high": "p_high_correlation"})
    table = pl.concat([stamped, scored, states], how="horizontal").select(CORRELATION_REGIME.schema.names())
    return {
        CORRELATION_FITS.name: CORRELATION_FITS.check(fits),
        CORRELATION_REGIME.name: CORRELATION_REGIME.check(table),
    }


def _series(rows: pl.DataFrame) -> MinuteSeries:
    """Rows as a series: the last column are its values."""
    ends, known = (rows[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    market = (rows["venue"][0], rows["symbol"][0]) if rows.height else ("", "")
    return MinuteSeries(market, ends, known, rows.to_series(-1).fill_null(np.nan).to_numpy())


def _of_day(
    rho: MinuteSeries, adjust: MinuteSeries, heat: MinuteSeries, day: int, until: int, limits: Spikes
) -> pl.DataFrame:
    """Scores of correlation in the minutes of (day, until] that have a row."""
    from signals.kernels.latch import latched  # numba is imported only to compute
    from signals.kernels.maker_inventory import mid_ranks

    origin = day - limits.reach_min * MINUTE
    values, variances = rho.on_grid(origin, until), adjust.on_grid(origin, until) ** 2
    begin = limits.rank_window_min
    ranks = mid_ranks(values, limits.rank_window_min, begin)
    ranks[values_before(values, np.arange(begin, values.size), limits.rank_window_min) < limits.min_history_min] = (
        np.nan
    )
    hot = _is_hot(heat, origin, until, begin, limits)
    is_told = ~np.isnan(ranks) & (hot >= 0)
    is_on = latched(is_told & (ranks > limits.enter_rank) & (hot > 0), ranks < limits.release_rank, limits.release_min)
    usual = _mean_before(variances, origin, limits)
    with np.errstate(divide="ignore", invalid="ignore"):  # a market that never moved has no ratio
        excess = variances / usual - 1.0
        adjusted = np.where(usual > 0, values / np.sqrt(1.0 + excess * (1.0 - values * values)), np.nan)
    ends = rho.ends[rho.rows(day, until)]
    place = (ends - origin) // MINUTE - 1
    scored = place - begin
    return pl.DataFrame(
        {
            "bar_end": ends,
            "vol_adjusted_correlation": pl.Series(adjusted[place]).fill_nan(None),
            "q_correlation": pl.Series(ranks[scored]).fill_nan(None),
            "is_vol_high": hot[scored],
            "is_spike": is_on[scored],
            "is_told": is_told[scored],
        }
    ).select(
        "bar_end",
        "vol_adjusted_correlation",
        "q_correlation",
        is_vol_high=pl.when(pl.col("is_vol_high") >= 0).then(pl.col("is_vol_high") > 0),
        is_spike=pl.when("is_told").then("is_spike"),
        is_spike_naive=pl.col("q_correlation") > limits.enter_rank,
    )


def _is_hot(heat: MinuteSeries, origin: int, until: int, begin: int, limits: Spikes) -> Ints:
    """From position `begin` on: 1 if the volatility is above its trailing percentile, 0 if not, -1 if unknown."""
    values = heat.on_grid(origin, until)
    at = origin + np.arange(1, values.size + 1) * MINUTE
    window, least = limits.rank_window_min * MINUTE, limits.min_history_min
    usual = percentile_before(at, values, at[begin:], window, limits.vol_percentile, least)
    is_known = ~np.isnan(values[begin:]) & ~np.isnan(usual)
    return np.where(is_known, values[begin:] > usual, -1).astype(np.int64)


def _mean_before(values: Floats, origin: int, limits: Spikes) -> Floats:
    """Mean of the values in the rank window before each position; NaN where they are too few."""
    from signals.kernels.trailing_moments import trailing_moments  # numba is imported only to compute

    count, mean, _ = trailing_moments(values, ~np.isnan(values), limits.rank_window_min, origin // MINUTE)
    return np.where(count >= limits.min_history_min, mean, np.nan)


def _history(params: Params) -> timedelta:
    before = params["rank_window_min"] + params["spike_warmup_min"]
    return timedelta(minutes=max(before, params["fit_min"], params["warmup_min"]))


_SHORT = {
    "adjust_vol_window_min": 5,
    "spike_vol_window_min": 3,
    "rank_window_min": 10,
    "min_history_min": 2,
    "release_min": 2,
    "spike_warmup_min": 3,
    "step_min": 1,
    "fit_min": 10,
    "min_fit_min": 3,
    "refit_min": 2,
    "warmup_min": 5,
    "sticky": 1.0,
}
"""For recordings of minutes, in which nothing is rare and no regime can be told."""

CORRELATION_REGIME_SIGNAL = Signal(
    name="correlation_regime",
    version=1,
    meaning="whether the market moves with its reference unusually closely, every minute: spikes and hidden states",
    inputs=(Input(CORRELATION, history=_history), Input(VOLATILITY, history=_history)),
    outputs=(CORRELATION_FITS, CORRELATION_REGIME),
    compute=correlation_regime,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "adjust_vol_window_min": 240,
        "spike_vol_window_min": 60,
        "rank_window_min": 43_200,
        "min_history_min": 14_400,
        "vol_percentile": 90.0,
        "enter_rank": 0.99,
        "release_rank": 0.9,
        "release_min": 30,
        "spike_warmup_min": 1_440,
        "n_states": 2,
        "step_min": 30,
        "fit_min": 40_320,
        "min_fit_min": 10_080,
        "refit_min": 1_440,
        "warmup_min": 2_880,
        "season_min": 1_440,
        "sticky": 16.0,
        "least_sd": 0.05,
        "enter": 0.9,
        "leave": 0.1,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
    kinds=("perp", "future"),
)
