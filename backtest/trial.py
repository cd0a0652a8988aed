"""A trial: one configuration that was tried, and what it made, good or bad. Trials not counted flatter what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration of a family (a strategy, or the ways to judge one signal) on one set of data.

    code, data: digests of what ran and of what it ran on; config: the research choices; returns: net return (bps of
    the capital at work) by UTC day, 0 on a day without a trade, in order of time.
    """

    family: str
    code: str
    data: str
    config: Mapping[str, Any]
    returns: Mapping[date, float]


def distinct(trials: Sequence[Trial]) -> list[Trial]:
    """Each configuration on each data by each code once, in the order first tried: asking again is no new trial."""
    first: dict[tuple[str, str, str, str], Trial] = {}
    for trial in trials:
        key = (trial.family, trial.code, trial.data, repr(sorted(trial.config.items())))
        first.setdefault(key, trial)
    return list(first.values())


def return_matrix(trials: Sequence[Trial]) -> NDArray[np.float64]:
    """(days, trials): returns on the days that any trial has, in order; 0 where one made none."""
    days = sorted({day for trial in trials for day in trial.returns})
    return np.array([[trial.returns.get(day, 0.0) for trial in trials] for day in days]).reshape(len(days), len(trials))
