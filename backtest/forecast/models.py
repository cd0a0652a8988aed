"""The models that forecast: each a baseline and a correction to it, so that a useless correction costs nothing.

Every step is fitted on the rows it is given and on nothing else. Features become ranks of the past, drawn as normal
scores: a notional of a hundred times the usual is large, not a hundred times as important.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.choices import Choices
from backtest.forecast.features import VOLATILITIES_MIN, past_volatility
from backtest.forecast.normal_scores import normal_scores
from backtest.forecast.penalty import PENALTIES, chosen_penalty, ridge_paths
from backtest.forecast.splits import inner_splits
from backtest.inference.purged_kfold import Samples

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Forecaster:
    """base: the baseline (None: 0); correction: what is added to it (None: nothing); chosen: penalty, feature."""

    base: Any
    correction: Any
    chosen: Mapping[str, Any] = field(default_factory=dict)

    def baseline(self, x: Floats) -> Floats:
        """What the baseline alone says of rows x (n, k)."""
        return np.zeros(x.shape[0]) if self.base is None else np.asarray(self.base.predict(x), np.float64)

    def predict(self, x: Floats) -> Floats:
        """In the unit of the outcome."""
        said = self.baseline(x)
        return said if self.correction is None else said + self.correction.predict(x)


@dataclass(frozen=True, slots=True)
class Learning:
    """What a model is fitted on: rows x (n, k) and outcomes y (n,) in order of time, and where each may be tested."""

    x: Floats
    y: Floats
    samples: Samples
    names: Sequence[str]
    embargo: int
    choices: Choices


Form = Callable[[Learning], Forecaster]


def baseline(learning: Learning) -> Forecaster:
    """0 for a return. For a volatility, the least squares on its own past over minutes to an hour. Corsi (2009)."""
    if learning.choices.target == "return":
        return Forecaster(None, None)
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline

    wanted = [past_volatility(minutes) for minutes in VOLATILITIES_MIN]
    columns = [place for place, name in enumerate(learning.names) if name in wanted]
    if not columns:
        raise ValueError(f"expected a past volatility among the features ({', '.join(wanted)}), got none")
    chosen = ColumnTransformer([("past", "passthrough", columns)])
    model = make_pipeline(chosen, SimpleImputer(strategy="median", keep_empty_features=True), LinearRegression())
    return Forecaster(model.fit(learning.x, learning.y), None)


def best_single(learning: Learning) -> Forecaster:
    """A ridge on the one feature that did best inside the rows to learn on."""
    found = baseline(learning)
    left = learning.y - found.baseline(learning.x)
    errors = np.zeros((learning.x.shape[1], len(PENALTIES)))
    for train, test in inner_splits(learning.samples, learning.embargo):
        scores = normal_scores(train.size, has_flags=False).fit(learning.x[train])
        known, later = scores.transform(learning.x[train]), scores.transform(learning.x[test])
        mean, middle = left[train].mean(), known.mean(axis=0)
        covered = (known - middle).T @ (left[train] - mean)
        squares = ((known - middle) ** 2).sum(axis=0)
        for place, penalty in enumerate(PENALTIES):
            said = mean + (later - middle) * (covered / (squares + penalty))
            errors[:, place] += ((left[test][:, None] - said) ** 2).sum(axis=0)
    column, place = (int(one) for one in np.unravel_index(errors.argmin(), errors.shape))
    model, name = ridge(PENALTIES[place], learning.y.size, only=column), learning.names[column]
    return _corrected(found, model, learning, left, feature=name, penalty=PENALTIES[place])


def linear(learning: Learning) -> Forecaster:
    """A ridge on all features, its penalty chosen inside the rows to learn on."""
    found = baseline(learning)
    left = learning.y - found.baseline(learning.x)
    penalty = chosen_penalty(ridge_paths(learning.x, inner_splits(learning.samples, learning.embargo)), left)
    return _corrected(found, ridge(penalty, learning.y.size), learning, left, penalty=penalty)


def boosting(learning: Learning) -> Forecaster:
    """Shallow boosted trees of fixed size: no choice is left to make."""
    found = baseline(learning)
    return _corrected(found, boosted_trees(learning), learning, learning.y - found.baseline(learning.x))


FORMS: Mapping[str, Form] = {"baseline": baseline, "best single": best_single, "linear": linear, "boosting": boosting}
"""By name, the plainest first."""
COMBINED = ("linear", "boosting")
"""Forms that combine the signals: one of them is chosen before the test is opened."""


def ridge(penalty: float, rows: int, *, only: int | None = None) -> Any:
    """A ridge on normal scores, of one column if named."""
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    if only is None:
        return make_pipeline(normal_scores(rows), Ridge(penalty))
    one = ColumnTransformer([("one", "passthrough", [only])])
    return make_pipeline(one, normal_scores(rows, has_flags=False), Ridge(penalty))


def boosted_trees(learning: Learning) -> Any:
    """Trees to be fitted: few leaves, slow steps, no leaf of less than a fiftieth of the rows."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=100,
        learning_rate=0.03,
        max_leaf_nodes=8,
        min_samples_leaf=max(20, learning.y.size // 50),
        l2_regularization=10.0,
        early_stopping=False,
        random_state=learning.choices.seed,
    )


def _corrected(found: Forecaster, correction: Any, learning: Learning, left: Floats, **chosen: Any) -> Forecaster:
    """The baseline and `correction`, fitted on what the baseline left."""
    return Forecaster(found.base, correction.fit(learning.x, left), chosen)
