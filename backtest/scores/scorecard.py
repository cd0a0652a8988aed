"""The scorecard: measures of many simulated markets in one row per detector, metric and feed, with a verdict.

The interval says how much the mean turns on which markets were simulated: a percentile bootstrap over seeds (Efron
1979). Seeds are few, so it is too narrow rather than too wide. It says nothing about real markets.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.scores.grade import Verdict, verdict
from backtest.scores.measure import Measure
from backtest.scores.targets import COARSE_WORLD_MS, asked_metrics, target_of

DRAWS = 2_000
LEVEL = 0.95
_BOOTSTRAP_SEED = 1


@dataclass(frozen=True, slots=True)
class Run:
    """The measures of one simulated market (its seed) seen through one feed; feed_interval_ms 0: every event."""

    feed_interval_ms: int
    seed: int
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the scorecard.

    value, naive: means over seeds, None where no seed has one; lo, hi: 95 % interval of `value`, None with less than
    two seeds; target: what is asked, as text, None if nothing is; n_seeds: seeds with a value.
    """

    detector: str
    metric: str
    feed_interval_ms: int
    value: float | None
    lo: float | None
    hi: float | None
    naive: float | None
    target: str | None
    n_seeds: int
    verdict: Verdict


def scorecard(runs: Iterable[Run]) -> list[Row]:
    """Rows by detector, metric and feed, in this order.

    Whatever is measured on one feed, or has a target, has a row on every feed of events: with value None and verdict
    "no value" where it was not measured. Coarse worlds have rows of what is measured there. Raises ValueError for two
    runs, or two measures of a run, of the same thing.
    """
    runs = sorted(runs, key=lambda run: (run.feed_interval_ms, run.seed))
    measured: dict[tuple[str, str, int], list[Measure]] = {}
    seen: set[tuple[str, str, int, int]] = set()
    for run in runs:
        for measure in run.measures:
            key = measure.detector, measure.metric, run.feed_interval_ms
            if (*key, run.seed) in seen:
                raise ValueError(f"expected one value of {' '.join(key[:2])} for feed {key[2]} and seed {run.seed}")
            seen.add((*key, run.seed))
            measured.setdefault(key, []).append(measure)
    feeds = {run.feed_interval_ms for run in runs if run.feed_interval_ms < COARSE_WORLD_MS}
    names = {key[:2] for key in measured} | asked_metrics()
    keys = sorted({(*name, feed) for name in names for feed in feeds} | {*measured})
    return [_row(*key, measured.get(key, [])) for key in keys]


def _row(detector: str, metric: str, feed: int, measures: Sequence[Measure]) -> Row:
    values = _stated(measure.value for measure in measures)
    value, naive = _mean(values), _mean(_stated(measure.naive for measure in measures))
    lo, hi = interval(values)
    target = target_of(detector, metric, feed)
    text = None if target is None else str(target)
    return Row(detector, metric, feed, value, lo, hi, naive, text, len(values), verdict(value, target))


def interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """95 % interval of the mean by drawing from the values again; (None, None) of less than two."""
    if len(values) < 2:
        return None, None
    draws = np.random.default_rng(_BOOTSTRAP_SEED).integers(0, len(values), (DRAWS, len(values)))
    means = np.array(values)[draws].mean(axis=1)
    lo, hi = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(lo), float(hi)


def _stated(values: Iterable[float | None]) -> list[float]:
    return [float(value) for value in values if value is not None and not math.isnan(value)]


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
