"""How refills come that only chance strings together: learnt from the past of the same market with the same procedure.

How soon: among refills of chains that were over and had fewer than three. How often the size fits: of all refills that
a chain of one could have continued with, the share that had its size, by the size. Chains of one are nearly all of
chance, so what the few orders add to these counts is little. Delays count from 1 (Laplace), sizes from one in `PRIOR`.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.refill_chains import EQUAL, HIDDEN, NEAR

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DELAY_MS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 150.0, 200.0, 250.0)
"""Bins of delays: up to and including the first, ..., beyond the last."""

BY_CHANCE = 2
"""Longest chains whose delays count as chance."""

PRIOR = 8
"""So many refills without a fit, and one with it, are counted before any was seen."""

SIZE_CLASSES = 32


@dataclass(frozen=True, slots=True)
class Chances:
    """Per fit (a row each): probability of each bin of delays; by class of size, that a refill has the size of a chain
    it could continue (equal) or nearly so (near); and that an order executes hidden size."""

    delay: Floats
    equal: Floats
    near: Floats
    hidden: Floats


def size_class(lots: Ints) -> Ints:
    """Octaves of lots: small sizes are alike more often than large ones."""
    return np.minimum(np.log2(np.maximum(lots, 1)).astype(np.int64), SIZE_CLASSES - 1)


def chances(past: pl.DataFrame, times: Ints) -> Chances:
    """The chances at each time.

    past: refills with decided (when their chain was over, microseconds), length (of that chain), delay_bin, is_hidden;
    n_refills, shown (lots), held_against, next_how (how the next of the chain continued it, null if none) and
    next_decided (when that was certain).
    """
    seen = past.filter(pl.col("length") <= BY_CHANCE, ~pl.col("is_hidden"))
    n_delays = len(DELAY_MS) + 1
    delays = _sums(seen["decided"].to_numpy(), seen["delay_bin"].to_numpy(), n_delays, times)
    firsts = past.filter(pl.col("n_refills") == 1)
    at, which = firsts["next_decided"].to_numpy(), size_class(firsts["shown"].to_numpy())
    tried = _sums(at, which, SIZE_CLASSES, times, firsts["held_against"].to_numpy())
    equal, near, hidden = (
        (_sums(at, which, SIZE_CLASSES, times, firsts.select(pl.col("next_how").eq_missing(how)).to_series()) + 1)
        / (tried + PRIOR)
        for how in (EQUAL, NEAR, HIDDEN)
    )
    shares = (delays + 1) / (delays.sum(axis=1, keepdims=True) + n_delays)
    return Chances(shares, equal, near, hidden)


def _sums(at: Ints, which: Ints, bins: int, times: Ints, of: Ints | pl.Series | None = None) -> Floats:
    """Per time and bin, the sum of `of` (None: the count) over what came at or before it."""
    slot = np.searchsorted(times, at)
    weights = None if of is None else np.asarray(of, np.float64)
    summed = np.bincount(slot * bins + which, weights, minlength=(times.size + 1) * bins).astype(np.float64)
    return np.cumsum(summed.reshape(-1, bins), axis=0)[:-1]
