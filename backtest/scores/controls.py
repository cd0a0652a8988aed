"""Negative controls: what a detector must not do, and what its score must do when it is spoilt on purpose."""

import math
from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.table import UTC_US


def turned(found: pl.DataFrame, truth: pl.DataFrame, *, times: int, seed: int) -> Iterator[pl.DataFrame]:
    """`found`, moved in time around the clock of both frames by random turns; what matches then does so by chance.

    Both have start_ts and end_ts. A turn is a tenth to nine tenths of the whole; an event keeps its length, and one
    that would go over the end begins again at the start.
    """
    if found.is_empty():
        return
    start, end = _microseconds(found)
    edges = np.concatenate([start, end, *_microseconds(truth)])
    first, whole = edges.min(), np.ptp(edges) + 1
    for share in np.random.default_rng(seed).uniform(0.1, 0.9, times):
        moved = (start - first + round(share * whole)) % whole + first
        yield found.with_columns(
            start_ts=pl.Series(moved).cast(UTC_US), end_ts=pl.Series(moved + end - start).cast(UTC_US)
        )


def _microseconds(events: pl.DataFrame) -> list[NDArray[np.int64]]:
    return [events[name].to_physical().to_numpy() for name in ("start_ts", "end_ts")]


def delayed(estimate: pl.DataFrame, minutes: int, time: str = "bar_end") -> pl.DataFrame:
    """The frame as a feed that comes later would give it: its lag must grow by just that."""
    return estimate.with_columns(pl.col(time).dt.offset_by(f"{minutes}m"))


def permuted(estimate: pl.DataFrame, column: str, *, seed: int) -> pl.DataFrame:
    """The frame with the values of a column in random order: its score must fall to chance."""
    order = np.random.default_rng(seed).permutation(estimate.height)
    return estimate.with_columns(estimate[column].gather(order))


def most_by_chance(expected: float) -> int:
    """Most events that a world without any may show: the 95th percentile of a Poisson distribution of that mean."""
    if expected < 0:
        raise ValueError(f"expected a mean of 0 or more, got {expected}")
    count, log_term, below = 0, -expected, math.exp(-expected)
    while below < 0.95:
        count += 1
        log_term += math.log(expected / count)
        below += math.exp(log_term)
    return count
