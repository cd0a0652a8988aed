"""Forecasts made in order: refits walked forward through the part to learn on, then one fit for the test."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.choices import Choices
from backtest.forecast.models import FORMS, Forecaster, Form, Learning
from backtest.forecast.rows import ForecastRows, subset
from backtest.forecast.splits import Parts, combinations_of
from backtest.inference.explained_variance import out_of_sample_r2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Walked:
    """Of one form: walk-forward forecasts of the rows `at`, the baseline's, the fold of each, and the
    model fitted on all there was to learn on."""

    at: Ints
    said: Floats
    base: Floats
    fold: Ints
    model: Forecaster


def learning(rows: ForecastRows, at: Ints, embargo: int, choices: Choices) -> Learning:
    """The rows `at`, to fit on."""
    return Learning(rows.x[at], rows.y[at], subset(rows.samples, at), rows.names, embargo, choices)


def walk(rows: ForecastRows, parts: Parts, choices: Choices) -> Mapping[str, Walked]:
    """Every form over the folds inside parts.develop. The test is not looked at."""
    return {name: _walked(rows, parts, choices, form) for name, form in FORMS.items()}


def _walked(rows: ForecastRows, parts: Parts, choices: Choices, form: Form) -> Walked:
    said, base, places, folds = [], [], [], []
    for number, (train, test) in enumerate(parts.folds):
        model = form(learning(rows, parts.develop[train], parts.embargo, choices))
        at = parts.develop[test]
        said.append(model.predict(rows.x[at]))
        base.append(model.baseline(rows.x[at]))
        places.append(at)
        folds.append(np.full(at.size, number))
    model = form(learning(rows, parts.develop, parts.embargo, choices))
    at, mine, plain, fold = (np.concatenate(one) for one in (places, said, base, folds))
    return Walked(at, mine, plain, fold, model)


def combined_r2(rows: ForecastRows, parts: Parts, choices: Choices, form: Form) -> Floats:
    """R2 against the baseline of every combinatorial split of the part to learn on: does it hang on the stretch?"""
    found = []
    for train, test in combinations_of(subset(rows.samples, parts.develop), parts.embargo):
        model = form(learning(rows, parts.develop[train], parts.embargo, choices))
        x, y = rows.x[parts.develop[test]], rows.y[parts.develop[test]]
        found.append(out_of_sample_r2(y, model.baseline(x), model.predict(x)))
    return np.array(found)
