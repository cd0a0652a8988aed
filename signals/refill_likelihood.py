"""Likelihood ratio of a chain: how much better one order that shows itself again and again explains it than chance.

Four kinds of order, equally likely before: native (the next peak at once) or synthetic (after a delay that is
lognormal), showing equal peaks or peaks drawn within a tenth. One kind explains all refills of a chain.
"""

from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.refill_chains import EQUAL, HIDDEN, NEAR
from signals.refill_chances import DELAY_MS, Chances, size_class

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SURE = 0.9
"""Weight of what the order is said to do; the rest is chance: no single refill refutes an order."""

HIDDEN_SHARE = 0.3
"""Of the refills of an order, so many are hidden: takers execute more at once than it shows."""

_WAITS = (np.arange(16) + 0.5) / 16
"""Moments of a feed's interval, in shares of it."""

_normal_cdf = np.vectorize(lambda z: (1 + erf(z / sqrt(2))) / 2, otypes=[np.float64])


@dataclass(frozen=True, slots=True)
class Latency:
    """How soon an order shows itself again: native uniformly within `native_ms`, synthetic lognormal."""

    native_ms: float
    synthetic_median_ms: float
    synthetic_sigma: float

    def native(self, ms: Floats) -> Floats:
        """Share of native refills within so many ms."""
        return np.clip(ms / self.native_ms, 0, 1)

    def synthetic(self, ms: Floats) -> Floats:
        """Share of synthetic refills within so many ms."""
        z = np.log(np.maximum(ms, 1e-9) / self.synthetic_median_ms) / self.synthetic_sigma
        return np.where(ms > 0, _normal_cdf(z), 0.0)


def log_likelihood_ratio(
    chains: pl.DataFrame, fit: Ints, chances: Chances, feed_ms: Floats, latency: Latency, equal_share: float
) -> pl.Series:
    """The ratio (natural logarithm) of each chain up to each of its refills.

    chains: chain, delay_bin, how, tried, shown, is_hidden, by time. fit: which row of `chances` and of `feed_ms` holds
    at each refill. While the feed's interval is not known (NaN) delays say nothing. equal_share: of drawn peaks, so
    many count as equal. A hidden refill says nothing of delays.
    """
    delay_bin, hidden = chains["delay_bin"].to_numpy(), chains["is_hidden"].to_numpy()
    delays = [ratio[fit, delay_bin] for ratio in _delay_ratios(chances.delay, feed_ms, latency)]
    sizes = _size_ratios(chains, fit, chances, equal_share)
    kinds = {
        f"{i}{j}": pl.Series(np.where(hidden, 0.0, delay) + size)
        for i, delay in enumerate(delays)
        for j, size in enumerate(sizes)
    }
    summed = chains.select("chain").with_columns(**kinds).select(pl.col(list(kinds)).cum_sum().over("chain"))
    most = summed.max_horizontal()
    return (
        most
        + summed.select(pl.sum_horizontal((pl.col(name) - most).exp() for name in kinds)).to_series().log()
        - (log(len(kinds)))
    )


def _delay_ratios(chance: Floats, feed_ms: Floats, latency: Latency) -> list[Floats]:
    """Of native and synthetic orders, log of probability over chance, per fit and bin of delays."""
    speeds, which = np.unique(feed_ms, return_inverse=True)
    ratios = []
    for within in (latency.native, latency.synthetic):
        mass = np.diff(_seen_within(within, speeds), axis=1)[which]
        ratios.append(np.where(np.isnan(feed_ms)[:, None], 0.0, np.log((SURE * mass + (1 - SURE) * chance) / chance)))
    return ratios


def _seen_within(within, feed_ms: Floats) -> Floats:  # type: ignore[no-untyped-def]  # a function of an array
    """Per interval, share of refills that the feed has shown by each edge of the bins of delays: it may wait one
    interval."""
    waited = np.array(DELAY_MS)[None, :, None] - np.nan_to_num(feed_ms)[:, None, None] * _WAITS
    shown = within(waited).mean(axis=2)
    return np.hstack((np.zeros((feed_ms.size, 1)), shown, np.ones((feed_ms.size, 1))))


def _size_ratios(chains: pl.DataFrame, fit: Ints, chances: Chances, equal_share: float) -> list[Floats]:
    """Of orders with equal and with drawn peaks, log of probability over chance, per refill; 0 for a chain's first.

    By chance the first of the refills tried to fit is the n-th with probability p (1 - p)^(n-1). An order's may be
    any, as others refill too: with one that falls as (1 - p)^(n-1) / n. Both sum to 1, so that many refills tried in
    vain speak against the order.
    """
    before = chains.select(pl.col("shown").shift().over("chain").fill_null(0))["shown"].to_numpy()
    which, tried, how = size_class(before), chains["tried"].to_numpy(), chains["how"].to_numpy()
    equal, near, hidden = (chance[fit, which] for chance in (chances.equal, chances.near, chances.hidden))
    fits = np.minimum(equal + near + hidden, 0.99)
    of_order = (1 - fits) / -np.log(fits) / np.maximum(tried, 1)
    ratios = []
    for masses in ((1.0, 0.0, HIDDEN_SHARE), (equal_share, 1.0 - equal_share, HIDDEN_SHARE)):
        ratio = np.zeros(chains.height)
        for name, mass, chance in zip((EQUAL, NEAR, HIDDEN), masses, (equal, near, hidden), strict=True):
            rows = how == name
            ratio[rows] = np.log(SURE * mass * of_order[rows] / chance[rows] + 1 - SURE)
        ratios.append(ratio)
    return ratios
