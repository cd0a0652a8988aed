"""Regimes of a series: which hidden states explain its past, and the table the fits are noted in.

What the hour of the day usually adds is taken away first, or states would tell day from night. The past is sampled so
sparsely that no two samples share a return. Expectation maximisation climbs from several starts, each a cut of the
sorted sample, so that the same past gives the same bits; the best climb stands. Stays in a state are thought to have
been seen before (a sticky prior), or noise would switch states every other sample.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.table import UTC_US, Column, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY_MIN = 1_440

_STARTS = (0.5, 0.65, 0.8, 0.9, 0.95)
"""Shares of the sample below the first cut; of the rest, the same share lies below the next."""

_ROUNDS, _TOLERANCE, _STAY = 200, 1e-3, 0.95


@dataclass(frozen=True, slots=True)
class RegimeRules:
    """How regimes are fitted and followed; lengths in whole minutes.

    A sample every `step_min` of the `fit_min` before a fit, at least `min_fit_min` worth of them; a fit at midnight
    and every `refit_min` from then on; followed from `warmup_min` before it. The usual course of the day is told in
    bins of `season_min` (a whole day: there is none). `sticky` stays are thought to have been seen in every state, no
    state's sd is below `least_sd`, and a regime is entered and left at these probabilities.
    """

    n_states: int
    step_min: int
    fit_min: int
    min_fit_min: int
    refit_min: int
    warmup_min: int
    season_min: int
    sticky: float
    least_sd: float
    enter: float
    leave: float

    def __post_init__(self) -> None:
        lengths = self.step_min, self.fit_min, self.min_fit_min, self.warmup_min, self.refit_min, self.season_min
        if any(type(length) is not int or length < 1 for length in lengths) or any(
            DAY_MIN % one for one in lengths[4:]
        ):
            raise ValueError(
                "expected whole minutes, and refit_min and season_min that divide a day, got step_min {}, fit_min {}, "
                "min_fit_min {}, warmup_min {}, refit_min {}, season_min {}".format(*lengths)
            )
        if self.n_states < 2 or not 0 < self.leave <= self.enter < 1 or self.least_sd <= 0 or self.sticky < 0:
            raise ValueError(
                f"expected n_states >= 2, 0 < leave <= enter < 1, least_sd > 0 and sticky >= 0, got {self.n_states}, "
                f"{self.leave}, {self.enter}, {self.least_sd} and {self.sticky}"
            )

    @property
    def samples(self) -> int:
        """Samples a fit looks at."""
        return self.fit_min // self.step_min

    @property
    def least_samples(self) -> int:
        """Samples with a value it needs: at least four a state."""
        return max(self.min_fit_min // self.step_min, 2 * self.n_states)

    @property
    def reach_min(self) -> int:
        """Minutes before a day that enter it."""
        return max(self.fit_min, self.warmup_min)


@dataclass(frozen=True, slots=True)
class RegimeFit:
    """States from the lowest mean to the highest; `moves`: probabilities from each (rows) to each, a step later.

    `season`: what each bin of the day adds to the mean of a day.
    """

    season: Floats
    means: Floats
    sds: Floats
    moves: Floats
    log_likelihood: float

    def of_day(self, minute: Ints) -> Floats:
        """What is usually added at minutes since 1970, each that of a bar's end."""
        return self.season[(minute - 1) % DAY_MIN * self.season.size // DAY_MIN]


def fits_table(name: str, of: str, unit: str) -> Table:
    """The table of the fits to a series; of: what a sample is."""
    return Table(
        name=name,
        grain="one row per fit and state",
        key=("venue", "symbol", "event_ts", "state"),
        columns=(
            VENUE,
            SYMBOL,
            Column("event_ts", UTC_US, "UTC", "when it was made; the minutes after it, up to the next fit, use it"),
            Column("state", pl.Int64(), "code", "0 the state with the lowest mean, 1 the next, and so on"),
            KNOWN_TS,
            Column("fit_start", UTC_US, "UTC", "bar_end of the first sample"),
            Column("fit_end", UTC_US, "UTC", "bar_end of the last sample"),
            Column("n_samples", pl.Int64(), "samples", "samples with a value"),
            Column("mean", pl.Float64(), unit, f"mean of {of} in the state, without the usual course of the day"),
            Column("sd", pl.Float64(), unit, "standard deviation around it, not below a floor"),
            Column("stay_prob", pl.Float64(), "0 to 1", "probability of the same state at the next sample"),
            Column("up_prob", pl.Float64(), "0 to 1", "probability of a higher state at the next sample"),
            Column("down_prob", pl.Float64(), "0 to 1", "probability of a lower state at the next sample"),
            Column("share", pl.Float64(), "0 to 1", "share of time in the state in the long run"),
            Column("log_likelihood", pl.Float64(), "nats", "of the samples under the fit, the same for all its states"),
        ),
    )


def fit_regimes(samples: Floats, minute: Ints, rules: RegimeRules) -> RegimeFit | None:
    """The states of samples in their order, NaN where there is none; None if they are too few.

    minute: since 1970, of each sample's end.
    """
    from signals.kernels.regimes import fit_states, smoothed  # numba is imported only to compute

    there = np.flatnonzero(~np.isnan(samples))
    if there.size < rules.least_samples:
        return None
    season = _season(samples[there], (minute[there] - 1) % DAY_MIN // rules.season_min, DAY_MIN // rules.season_min)
    x = (samples - season[(minute - 1) % DAY_MIN // rules.season_min])[there[0] : there[-1] + 1]
    ordered = np.sort(x[~np.isnan(x)])
    climbs = [
        fit_states(
            x, *_cut(ordered, share, rules), _moves(rules.n_states), rules.sticky, rules.least_sd, _ROUNDS, _TOLERANCE
        )
        for share in _STARTS
    ]
    _, means, sds, moves = max(climbs, key=lambda climb: climb[0])
    order = np.argsort(means, kind="stable")
    means, sds, moves = means[order], sds[order], np.ascontiguousarray(moves[order][:, order])
    return RegimeFit(season, means, sds, moves, smoothed(x, means, sds, moves)[0])


def _season(x: Floats, of_bin: Ints, bins: int) -> Floats:
    """Mean of the values of each bin over the mean of all; 0 for a bin without a value."""
    counts = np.bincount(of_bin, minlength=bins)
    sums = np.bincount(of_bin, x, bins)
    return np.where(counts > 0, sums / np.maximum(counts, 1) - sums.sum() / x.size, 0.0)


def _cut(ordered: Floats, share: float, rules: RegimeRules) -> tuple[Floats, Floats]:
    """Means and standard deviations of the parts of a sorted sample."""
    below = [1.0 - (1.0 - share) ** part for part in range(rules.n_states)]
    edges = [min(round(size * ordered.size), ordered.size - rules.n_states + part) for part, size in enumerate(below)]
    parts = [ordered[edge:after] for edge, after in zip(edges, [*edges[1:], ordered.size], strict=True)]
    means = np.array([part.mean() for part in parts])
    return means, np.array([max(part.std(), rules.least_sd) for part in parts])


def _moves(states: int) -> Floats:
    moves = np.full((states, states), (1.0 - _STAY) / (states - 1))
    np.fill_diagonal(moves, _STAY)
    return moves
