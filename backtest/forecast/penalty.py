"""How hard a ridge is to be held back: chosen by what it forecasts inside the rows to learn on.

Hoerl and Kennard (1970).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.normal_scores import normal_scores
from backtest.inference.purged_kfold import Split

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PENALTIES = tuple(10.0**power for power in range(7))
"""In rows: one as large as the number of rows halves what was found, on normal scores."""


@dataclass(frozen=True, slots=True)
class RidgePath:
    """Ridges of every penalty on one split. Labels have no part in it, so that it serves any.

    known (n, k), later (m, k): normal scores about the mean of `known`; values (k,), vectors (k, k): of known' known.
    """

    train: Ints
    test: Ints
    known: Floats
    later: Floats
    values: Floats
    vectors: Floats

    def errors(self, y: Floats) -> Floats:
        """Squared error (penalties,) on the split's test of ridges with a constant, of y (rows,)."""
        mean = y[self.train].mean()
        turned = self.vectors.T @ (self.known.T @ (y[self.train] - mean))
        slopes = self.vectors @ (turned[:, None] / (self.values[:, None] + np.array(PENALTIES)))
        left = (y[self.test] - mean)[:, None] - self.later @ slopes
        return (left**2).sum(axis=0)


def ridge_paths(x: Floats, splits: Sequence[Split]) -> list[RidgePath]:
    """Of features x (rows, k), each split's scores fitted on its own rows to learn on."""
    return [_path(x, train, test) for train, test in splits]


def chosen_penalty(paths: Sequence[RidgePath], y: Floats) -> float:
    """The penalty with the least squared error over all splits; the first, if none differs."""
    return PENALTIES[int(np.sum([path.errors(y) for path in paths], axis=0).argmin())]


def _path(x: Floats, train: Ints, test: Ints) -> RidgePath:
    steps = normal_scores(train.size).fit(x[train])
    known, later = steps.transform(x[train]), steps.transform(x[test])
    middle = known.mean(axis=0)
    known, later = known - middle, later - middle
    values, vectors = np.linalg.eigh(known.T @ known)
    return RidgePath(train, test, known, later, np.maximum(values, 0.0), vectors)
