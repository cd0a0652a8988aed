"""Concordance: how often of two cases the one with more was predicted to have more.

Harrell et al. 1982 for amounts, all of them known here; for two classes it is the area under the ROC curve (Mann and
Whitney 1947). Equal predictions count half; 0.5 is chance.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def concordance(predicted: Floats, actual: Floats, group: NDArray[np.int64] | None = None) -> float | None:
    """Share of pairs with different actual amounts whose predictions are in the same order; None without such a pair.

    predicted, actual: shape (cases,), no NaN; group: pairs within one are left out. What is left of one order falls
    with every piece of it, so within an order any prediction that falls is right.
    """
    agreed, pairs = _agreement(predicted, actual)
    if group is not None:
        order = np.argsort(group, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
            agreed_within, pairs_within = _agreement(predicted[rows], actual[rows])
            agreed, pairs = agreed - agreed_within, pairs - pairs_within
    return agreed / pairs if pairs else None


def _agreement(predicted: Floats, actual: Floats) -> tuple[float, int]:
    """(pairs in the same order, with half of those of equal predictions; pairs with different actual amounts)."""
    order = np.argsort(actual, kind="stable")
    predicted, actual = predicted[order], actual[order]
    agreed, pairs = 0.0, 0
    for lower in np.split(np.arange(actual.size), np.flatnonzero(np.diff(actual)) + 1):
        if not lower.size or lower[-1] + 1 == actual.size:
            continue
        above = np.sort(predicted[lower[-1] + 1 :])
        more = above.size - np.searchsorted(above, predicted[lower], side="right")
        same = above.size - np.searchsorted(above, predicted[lower], side="left") - more
        agreed += float((more + same / 2).sum())
        pairs += above.size * lower.size
    return agreed, pairs


def auc(score: Floats, is_case: NDArray[np.bool_]) -> float | None:
    """Probability that a case scores above another, half of it if equal; None if all or none are cases."""
    return concordance(score, is_case.astype(np.float64))
