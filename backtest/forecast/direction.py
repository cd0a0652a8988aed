"""The probability that the return is above 0, calibrated on rows that had no part in fitting it; does it hold?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.models import Learning
from backtest.forecast.normal_scores import normal_scores
from backtest.forecast.rows import ForecastRows
from backtest.inference.estimate import Estimate
from backtest.inference.newey_west import hac_lag, hac_mean
from backtest.inference.purged_kfold import walk_forward
from backtest.intervals import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ISOTONIC_FROM = 1_000
"""Rows to calibrate on from which a free monotone curve is fitted (isotonic); below, a logistic one.

Niculescu-Mizil and Caruana (2005).
"""
LEAST_CALIBRATED = 150
BINS = 5


@dataclass(frozen=True, slots=True)
class Bin:
    """A fifth of the test, by the probability stated: its mean, the share that rose, with Wilson's interval for as many
    cases as there are outcomes that do not overlap."""

    n: int
    stated: float
    rose: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """base_rate: share that rose among the rows to learn on; brier, log_score: lower is better; the gains are over the
    base rate, above 0 if the model is better."""

    method: str
    base_rate: float
    brier: float
    base_brier: float
    brier_gain: Estimate
    log_score: float
    base_log_score: float
    log_gain: Estimate
    bins: tuple[Bin, ...]


def up_model(learn: Learning) -> tuple[Any, str] | None:
    """A logistic regression on the first three quarters, calibrated on the last, and how; None of too few rows.

    No label of the first part reaches into the second, nor into the embargo before it.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    start = int(learn.samples.known[learn.y.size * 3 // 4])
    splits = list(walk_forward(learn.samples, starts=[start], window=None))
    if not splits:
        return None
    (train, held), up = splits[0], learn.y > 0
    train = train[learn.samples.end[train] + learn.embargo < start]
    if min(train.size, held.size) < LEAST_CALIBRATED or {up[train].mean(), up[held].mean()} & {0.0, 1.0}:
        return None
    plain = make_pipeline(normal_scores(train.size), LogisticRegression(C=0.01, max_iter=1_000))
    plain.fit(learn.x[train], up[train])
    method = "isotonic" if held.size >= ISOTONIC_FROM else "sigmoid"
    model = CalibratedClassifierCV(FrozenEstimator(plain), method=method)
    return model.fit(learn.x[held], up[held]), method


def reliability(
    rows: ForecastRows, test: Ints, stated: Floats, *, base_rate: float, method: str, horizon_min: int
) -> Reliability:
    """Of the probabilities `stated` (m,) of the rows `test`."""
    up = (rows.y[test] > 0).astype(np.float64)
    lag = hac_lag(horizon_min, int(rows.minute[test][-1] - rows.minute[test][0]) + 1)
    brier, base_brier = (stated - up) ** 2, (base_rate - up) ** 2
    log, base_log = _log_loss(stated, up), _log_loss(np.full(up.size, base_rate), up)
    return Reliability(
        method,
        base_rate,
        float(brier.mean()),
        float(base_brier.mean()),
        hac_mean(rows.on_grid(test, base_brier - brier), lag),
        float(log.mean()),
        float(base_log.mean()),
        hac_mean(rows.on_grid(test, base_log - log), lag),
        tuple(_bin(stated[at], up[at], horizon_min) for at in np.array_split(np.argsort(stated, kind="stable"), BINS)),
    )


def _log_loss(stated: Floats, up: Floats) -> Floats:
    """A certainty that is wrong costs as much as one in ten thousand: isotonic curves state 0 and 1."""
    sure = np.clip(stated, 1e-4, 1 - 1e-4)
    return -np.where(up > 0, np.log(sure), np.log(1 - sure))


def _bin(stated: Floats, up: Floats, horizon_min: int) -> Bin:
    worth = max(up.size // horizon_min, 1)
    low, high = wilson(round(float(up.mean()) * worth), worth)
    return Bin(up.size, float(stated.mean()), float(up.mean()), low, high)
