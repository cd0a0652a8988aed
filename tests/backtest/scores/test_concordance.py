"""Orders of a few cases, by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backtest.scores.concordance import auc, concordance


def of(predicted, actual):
    return concordance(np.array(predicted, float), np.array(actual, float))


def test_c_index_by_hand():
    """Pairs of different actual amounts: (1,2) agrees, (1,3) agrees, (2,3) does not."""
    assert of([1, 5, 4], [1, 2, 3]) == 2 / 3
    assert of([1, 2, 3], [1, 2, 3]) == 1.0
    assert of([3, 2, 1], [1, 2, 3]) == 0.0


def test_equal_predictions_count_half_and_equal_truths_not_at_all():
    assert of([1, 1, 1], [1, 2, 3]) == 0.5
    assert of([1, 2, 9, 3], [1, 2, 2, 2]) == 1.0
    assert of([1, 2], [4, 4]) is None
    assert of([], []) is None


def test_pairs_within_a_group_are_left_out():
    """Within the first two cases the order is right, and between the groups it is wrong."""
    predicted, actual, group = np.array([3.0, 4, 1]), np.array([1.0, 2, 5]), np.array([7, 7, 2])
    assert concordance(predicted, actual) == 1 / 3
    assert concordance(predicted, actual, group) == 0
    assert concordance(predicted, actual, np.zeros(3, np.int64)) is None


def test_auc_of_a_known_order():
    """Cases at 4 and 2 against others at 3 and 1: three of the four pairs in order."""
    score, label = np.array([4.0, 3, 2, 1]), np.array([True, False, True, False])
    assert auc(score, label) == 0.75
    assert auc(-score, label) == 0.25
    assert auc(score, np.ones(4, bool)) is None


FEW = arrays(np.float64, st.integers(0, 9), elements=st.integers(0, 4).map(float))


@given(FEW.flatmap(lambda x: st.tuples(st.just(x), arrays(np.float64, x.size, elements=st.integers(0, 4).map(float)))))
def test_as_counted_pair_by_pair(both):
    predicted, actual = both
    agreed = [
        1.0 if predicted[i] > predicted[j] else 0.5 if predicted[i] == predicted[j] else 0.0
        for i in range(actual.size)
        for j in range(actual.size)
        if actual[i] > actual[j]
    ]
    assert concordance(predicted, actual) == (sum(agreed) / len(agreed) if agreed else None)
