"""Class and likelihood of each chain up to each refill, by what was learnt before.

Everything learnt is learnt anew at fixed times of the day (fits) and holds until the next: at a refill only what was
decided at the fit before it is used, and of its own chain nothing.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY
from signals.refill_chances import DELAY_MS, SizeBins, chances
from signals.refill_classes import feed_interval_ms, with_classes
from signals.refill_likelihood import Latency, log_likelihood_ratio

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rules:
    """What orders that show themselves again are said to do.

    native_ms: a native iceberg does so within it; synthetic_ms: the longest a program takes; it takes
    `synthetic_median_ms` in the median, `synthetic_sigma` is the deviation of the logarithm. size_tolerance: by how
    much equal peaks differ, peak_spread: drawn ones. full_share: how much of a peak a full tranche shows, at least.
    """

    native_ms: float
    synthetic_ms: float
    synthetic_median_ms: float
    synthetic_sigma: float
    size_tolerance: float
    peak_spread: float
    full_share: float


@dataclass(frozen=True, slots=True)
class Fits:
    """When a day's fits were made, microseconds, and whether the feed was known to be fine enough at each."""

    times: Ints
    is_fine: NDArray[np.bool_]


def scored(
    chains: pl.DataFrame, flow: pl.DataFrame, *, day: int, fit_us: int, max_gap_us: int, rules: Rules
) -> tuple[pl.DataFrame, Fits]:
    """The refills of the day with the classes of their chains, llr and fit (which of the fits holds); and the fits.

    chains: of refill_chains, from the days learnt from up to this; flow: bar_end and n_orders of the same seconds.
    """
    ts = chains["event_ts"].to_physical().to_numpy()
    times = np.arange(day, max(day, int(ts[-1])) + 1, fit_us)
    feed_ms = feed_interval_ms(ts, chains["refill_ms"].to_numpy(), chains["is_first_update"].to_numpy(), times)
    bins = SizeBins(rules.size_tolerance, rules.peak_spread)
    binned = _binned(chains, bins, max_gap_us)
    learnt = chances(binned, len(bins.edges) + 1, _orders(flow, times), times)

    rows = binned.filter(pl.col("event_ts").to_physical() >= day)
    fit = (rows["event_ts"].to_physical().to_numpy() - day) // fit_us
    latency = Latency(rules.native_ms, rules.synthetic_median_ms, rules.synthetic_sigma)
    llr = log_likelihood_ratio(rows, fit, learnt, feed_ms, latency, bins)
    classed = with_classes(rows, feed_ms[fit], native_ms=rules.native_ms, synthetic_ms=rules.synthetic_ms)
    return classed.with_columns(llr=llr, fit=pl.Series(fit)), Fits(times, feed_ms <= rules.native_ms)


def _binned(chains: pl.DataFrame, bins: SizeBins, max_gap_us: int) -> pl.DataFrame:
    """The refills with the bins of delay and size, the length of their chain and when that was over."""
    delay = np.searchsorted(DELAY_MS, chains["refill_ms"].fill_null(0).to_numpy())
    last = pl.col("event_ts").to_physical().last().over("chain")
    return chains.with_columns(
        delay_bin=pl.Series(delay),
        size_bin=pl.Series(bins.of(chains["shown"].to_numpy().astype(np.float64), chains["peak_before"].to_numpy())),
        length=pl.len().over("chain"),
        decided=pl.min_horizontal(last + max_gap_us, last // DAY * DAY + DAY - 1),
    )


def _orders(flow: pl.DataFrame, times: Ints) -> Ints:
    """Taker orders up to each time; seconds in a gap of the tape count none."""
    summed = np.concatenate(([0], np.cumsum(flow["n_orders"].fill_null(0).to_numpy())))
    return summed[np.searchsorted(flow["bar_end"].to_physical().to_numpy(), times, side="right")]
