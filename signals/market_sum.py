"""The sum of what several markets hold: what of it is known, and how much of it the known ones usually carry."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def carried(held: Floats, window: int, day: int) -> Floats:
    """Per market and minute, the market's median |held| of the `window` minutes before the day; 0 if it has none.

    Where no market has any, all carry alike: 1. held: a row a market, NaN where it is not known, days of `day` minutes
    from position 0 on.
    """
    weight = np.empty(held.shape)
    for begin in range(0, held.shape[1], day):
        past = np.abs(held[:, max(begin - window, 0) : begin])
        medians = np.array([_median(row[~np.isnan(row)]) for row in past])
        weight[:, begin : begin + day] = (medians if medians.any() else np.ones(medians.size))[:, None]
    return weight


def _median(values: Floats) -> float:
    return float(np.median(values)) if values.size else 0.0


def mean_of(share: Floats, weight: Floats) -> Floats:
    """Per minute, the mean of the markets' shares by their weights, at least one of which is positive."""
    return _summed(share * weight) / _summed(weight)


def total(held: Floats, known_share: Floats, min_known_share: float) -> Floats:
    """Per minute, the sum over the markets that are known; NaN if none is, or they carry too little."""
    is_known = ~np.isnan(held)
    is_stated = is_known.any(axis=0) & (known_share >= min_known_share)
    return np.where(is_stated, _summed(np.where(is_known, held, 0.0)), np.nan)


def _summed(rows: Sequence[Floats] | Floats) -> Floats:
    """The rows added up one after the other: the same bits however long they are."""
    result = np.zeros(len(rows[0]))
    for row in rows:
        result = result + row
    return result
