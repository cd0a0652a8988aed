"""Class and likelihood of each chain up to each refill, by what was learnt before.

Everything learnt is learnt anew at fixed times of the day (fits) and holds until the next: at a refill only what was
decided at the fit before it is used, and of its own chain nothing.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND
from signals.refill_chains import LinkRules
from signals.refill_chances import DELAY_MS, chances
from signals.refill_classes import feed_interval_ms, with_classes
from signals.refill_likelihood import Latency, log_likelihood_ratio

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rules(LinkRules):
    """What orders that show themselves again are said to do, besides which refills may be of one.

    A program takes `synthetic_median_ms` in the median, `synthetic_sigma` is the deviation of the logarithm.
    full_share: how much of a peak a full tranche shows, at least.
    """

    synthetic_median_ms: float
    synthetic_sigma: float
    full_share: float


@dataclass(frozen=True, slots=True)
class Fits:
    """When a day's fits were made, microseconds, and whether the feed was known to be fine enough at each."""

    times: Ints
    is_fine: NDArray[np.bool_]


def scored(chains: pl.DataFrame, *, day: int, fit_us: int, rules: Rules) -> tuple[pl.DataFrame, Fits]:
    """The refills of the day with the classes of their chains, llr and fit (which of the fits holds); and the fits.

    chains: of refill_chains, from the days learnt from up to this.
    """
    ts = chains["event_ts"].to_physical().to_numpy()
    times = np.arange(day, max(day, int(ts[-1])) + 1, fit_us)
    feed_ms = feed_interval_ms(ts, chains["refill_ms"].to_numpy(), chains["is_first_update"].to_numpy(), times)
    decided = _decided(chains, round(rules.max_gap_s * SECOND))
    learnt = chances(decided, times)

    rows = decided.filter(pl.col("event_ts").to_physical() >= day)
    fit = (rows["event_ts"].to_physical().to_numpy() - day) // fit_us
    latency = Latency(rules.native_ms, rules.synthetic_median_ms, rules.synthetic_sigma)
    llr = log_likelihood_ratio(rows, fit, learnt, feed_ms, latency, rules.size_tolerance / rules.peak_spread)
    classed = with_classes(rows, feed_ms[fit], native_ms=rules.native_ms, synthetic_ms=rules.synthetic_ms)
    return classed.with_columns(llr=llr, fit=pl.Series(fit)), Fits(times, feed_ms <= rules.native_ms)


def _decided(chains: pl.DataFrame, max_gap_us: int) -> pl.DataFrame:
    """The refills with the bin of their delay, the length of their chain and when that was over, and how and when it
    was decided what came next in it."""
    at = pl.col("event_ts").to_physical()
    over = pl.min_horizontal(at + max_gap_us, at // DAY * DAY + DAY - 1)
    return chains.with_columns(
        delay_bin=pl.Series(np.searchsorted(DELAY_MS, chains["refill_ms"].fill_null(0).to_numpy())),
        length=pl.len().over("chain"),
        decided=over.last().over("chain"),
        next_how=pl.col("how").shift(-1).over("chain"),
        next_decided=pl.coalesce(at.shift(-1).over("chain"), over),
    )
