"""What the same work finds in outcomes that are not theirs: labels moved against features, features shuffled."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.models import FORMS, Forecaster, Learning, boosted_trees
from backtest.forecast.normal_scores import normal_scores
from backtest.forecast.penalty import chosen_penalty, ridge_paths
from backtest.forecast.rows import ForecastRows
from backtest.forecast.splits import inner_splits
from backtest.inference.explained_variance import out_of_sample_r2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Control:
    """r2 (draws,): of models fitted on labels that belong to other minutes; probability: that chance does as well."""

    r2: Floats
    probability: float


def moved_labels(rows: ForecastRows, learn: Learning, test: Ints, form: str, real: float) -> Control:
    """Models of `form` fitted on what the baseline left, moved round by a tenth to nine tenths of the rows.

    Moved as a whole, outcomes keep their memory: shuffled ones would make chance look smaller than it is.
    """
    base = FORMS["baseline"](learn)
    left = learn.y - base.baseline(learn.x)
    rng, n = np.random.default_rng(learn.choices.seed), left.size
    shifts = rng.integers(n // 10, n - n // 10, size=learn.choices.draws)
    x, y = rows.x[test], rows.y[test] - base.baseline(rows.x[test])
    said = _boosted(learn, left, shifts, x) if form == "boosting" else _ridged(learn, left, shifts, x)
    r2 = np.array([out_of_sample_r2(y, np.zeros(y.size), one) for one in said])
    return Control(r2, float((1 + (r2 >= real).sum()) / (1 + r2.size)))


def _ridged(learn: Learning, left: Floats, shifts: Ints, x: Floats) -> list[Floats]:
    """The linear form; its features are scored once, for labels have no part in that."""
    from sklearn.linear_model import Ridge

    inner = ridge_paths(learn.x, inner_splits(learn.samples, learn.embargo))
    steps = normal_scores(left.size).fit(learn.x)
    known, later = steps.transform(learn.x), steps.transform(x)
    moved = [np.roll(left, shift) for shift in shifts]
    return [Ridge(chosen_penalty(inner, one)).fit(known, one).predict(later) for one in moved]


def _boosted(learn: Learning, left: Floats, shifts: Ints, x: Floats) -> list[Floats]:
    return [boosted_trees(learn).fit(learn.x, np.roll(left, shift)).predict(x) for shift in shifts]


def importance(rows: ForecastRows, test: Ints, model: Forecaster, *, draws: int, seed: int) -> Mapping[str, Floats]:
    """R2 lost (draws,) on the rows `test` when one feature is shuffled among them, by name. Breiman (2001).

    Features that say the same share it out, or hide each other: what is not needed here may still be informative.
    """
    x, y, rng = rows.x[test], rows.y[test], np.random.default_rng(seed)
    whole = float(((y - model.baseline(x)) ** 2).sum())
    best = float(((y - model.predict(x)) ** 2).sum())
    lost = {}
    for column, name in enumerate(rows.names):
        draw = np.empty(draws)
        for place in range(draws):
            other = x.copy()
            other[:, column] = rng.permutation(other[:, column])
            draw[place] = (float(((y - model.predict(other)) ** 2).sum()) - best) / whole
        lost[name] = draw
    return lost
