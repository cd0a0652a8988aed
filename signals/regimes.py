"""Regimes of a series minute by minute: fits to the past, and how likely each state is from then on, looking back only.

Between two fits the chain of the earlier one is followed from its warm-up on, by the forward recursion alone: what a
minute says stays what it is whatever comes after. Smoothed probabilities know the future, and are used in fits only.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE
from signals.regime_fit import RegimeFit, RegimeRules, fit_regimes
from signals.table import UTC_US, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MinuteSeries:
    """A series by minute: `ends` ascending, `known` when a row was known, `values` with NaN for none."""

    market: tuple[str, str]
    ends: Ints
    known: Ints
    values: Floats

    def on_grid(self, after: int, until: int) -> Floats:
        """Values of the minutes of (after, until], NaN where there is none."""
        placed = np.full((until - after) // MINUTE, np.nan)
        rows = self.rows(after, until)
        placed[(self.ends[rows] - after) // MINUTE - 1] = self.values[rows]
        return placed

    def rows(self, after: int, until: int) -> Ints:
        """Which rows lie in (after, until]."""
        return np.arange(*np.searchsorted(self.ends, (after, until), side="right"))


@dataclass(frozen=True, slots=True)
class Regimes:
    """Per row of a series: probability of the highest state (NaN: none), the regime held (-1: none), whether that
    changed, and the end of the fit's past (-1: none). Rows that were not asked for have none."""

    p_high: Floats
    regime: Ints
    is_change: NDArray[np.bool_]
    fit_end: Ints

    @classmethod
    def none(cls, size: int) -> "Regimes":
        return cls(np.full(size, np.nan), np.full(size, -1), np.zeros(size, np.bool_), np.full(size, -1))

    def columns(self, rows: NDArray[np.bool_]) -> pl.DataFrame:
        """The rows chosen, with nulls."""
        is_null = np.isnan(self.p_high[rows])
        frame = pl.DataFrame(
            {"p_high": self.p_high[rows], "regime": self.regime[rows], "is_change": self.is_change[rows]}
        )
        fit_end = pl.when(pl.Series(self.fit_end[rows] >= 0)).then(pl.Series(self.fit_end[rows]).cast(UTC_US))
        return frame.select(pl.when(pl.Series(~is_null)).then(pl.all()), fit_end=fit_end)


def regimes(
    series: MinuteSeries, start: int, until: int, rules: RegimeRules, table: Table
) -> tuple[pl.DataFrame, Regimes]:
    """(rows of `table`, regimes) of the fits from `start` to `until` and of the series' minutes between them.

    Each fit sees its own stretch of the past and nothing else. There is none where no past was long enough.
    """
    fits, found = [table.empty()], Regimes.none(series.ends.size)
    for day in range(start // DAY * DAY, until, DAY):
        latest = -1
        for made in range(day, min(day + DAY, until + 1), rules.refit_min * MINUTE):
            begin = made - rules.samples * rules.step_min * MINUTE
            if series.rows(begin, made).size < rules.least_samples:
                continue
            samples = series.on_grid(begin, made)[rules.step_min - 1 :: rules.step_min].copy()
            fit = fit_regimes(samples, begin // MINUTE + rules.step_min * np.arange(1, samples.size + 1), rules)
            if fit is None:
                continue
            latest = max(latest, made, int(series.known[series.rows(made - rules.fit_min * MINUTE, made)].max()))
            places = np.flatnonzero(~np.isnan(samples))
            first, last = (begin + (int(place) + 1) * rules.step_min * MINUTE for place in (places[0], places[-1]))
            stamps = {"event_ts": made, "known_ts": latest, "fit_start": first, "fit_end": last}
            if made >= start:
                fits.append(_fit_rows(series.market, fit, places.size, stamps, table))
            _follow(series, fit, made, min(made + rules.refit_min * MINUTE, until), rules, found)
            found.fit_end[series.rows(made, min(made + rules.refit_min * MINUTE, until))] = last
    return pl.concat(fits), found


def _fit_rows(
    market: tuple[str, str], fit: RegimeFit, n_samples: int, stamps: dict[str, int], table: Table
) -> pl.DataFrame:
    """Rows of one fit, a state each."""
    from signals.kernels.regimes import stationary  # numba is imported only to compute

    states = pl.DataFrame(
        {
            "state": np.arange(fit.means.size),
            "mean": fit.means,
            "sd": fit.sds,
            "stay_prob": np.diagonal(fit.moves).copy(),
            "up_prob": np.triu(fit.moves, 1).sum(axis=1),
            "down_prob": np.tril(fit.moves, -1).sum(axis=1),
            "share": stationary(fit.moves),
        }
    )
    return states.with_columns(
        venue=pl.lit(market[0]),
        symbol=pl.lit(market[1]),
        n_samples=pl.lit(n_samples, pl.Int64),
        log_likelihood=pl.lit(fit.log_likelihood),
        **{name: pl.lit(us, pl.Int64).cast(UTC_US) for name, us in stamps.items()},
    ).select(table.schema.names())


def _follow(series: MinuteSeries, fit: RegimeFit, made: int, until: int, rules: RegimeRules, found: Regimes) -> None:
    """Put what the fit says of the minutes of (made, until] into `found`."""
    from signals.kernels.regimes import filtered, held_states  # numba is imported only to compute

    begin, rows = made - rules.warmup_min * MINUTE, series.rows(made, until)
    if not rows.size:
        return
    values = series.on_grid(begin, until)
    values = values - fit.of_day(begin // MINUTE + np.arange(1, values.size + 1))
    is_there = ~np.isnan(values)
    likely = filtered(values, rules.step_min, fit.means, fit.sds, fit.moves)
    held = held_states(likely, is_there, rules.enter, rules.leave)
    place = (series.ends[rows] - begin) // MINUTE - 1
    is_stated = is_there[place]
    found.p_high[rows] = np.where(is_stated, likely[place, -1], np.nan)
    found.regime[rows] = np.where(is_stated, held[place], -1)
    found.is_change[rows] = is_stated & (np.diff(held, prepend=held[:1]) != 0)[place]
