"""The sum of what several markets hold: what of it is known, and how much of it the known ones usually carry."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def carried(held: Floats, days: int, day: int) -> Floats:
    """Per market and minute, the usual size of what the market held in the `days` before its day; 0 if it has none.

    Usual: the median over the days of each day's median |held|. Where no market has any, all carry alike: 1.
    held: a row a market, NaN where it is not known, days of `day` minutes from position 0 on.
    """
    begins = range(0, held.shape[1], day)
    sizes = np.array([[_median(np.abs(row[begin : begin + day])) for begin in begins] for row in held])
    weight = np.empty(held.shape)
    for number, begin in enumerate(begins):
        usual = np.nan_to_num([_median(row[max(number - days, 0) : number]) for row in sizes])
        weight[:, begin : begin + day] = (usual if usual.any() else np.ones(usual.size))[:, None]
    return weight


def _median(values: Floats) -> float:
    """Of those that are there; NaN if none is."""
    there = values[~np.isnan(values)]
    return float(np.median(there)) if there.size else np.nan


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
