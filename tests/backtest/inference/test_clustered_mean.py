"""Means of clusters, by hand and against the plain mean of independent values."""

from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from backtest.inference.clustered_mean import clustered_mean


def test_by_hand():
    """Clusters (1, 3), (5) and (7, 7, 1): mean 4; distances of sums from 4 per member are -4, 1 and 3."""
    found = clustered_mean(np.array([4.0, 5.0, 15.0]), np.array([2, 1, 3]))
    assert (found.value, found.n) == (4.0, 6)
    assert found.error == pytest.approx(sqrt(3 / 2 * (16 + 1 + 9)) / 6)


@pytest.mark.parametrize("clusters", [5, 8, 20, 200])
def test_clusters_of_one_are_the_plain_mean_with_its_student_interval(clusters: int):
    x = np.random.default_rng(1).normal(3, 2, clusters)
    found = clustered_mean(x, np.ones(clusters, np.int64))
    assert found.value == pytest.approx(x.mean())
    assert found.error == pytest.approx(x.std(ddof=1) / sqrt(clusters))
    wanted = stats.t.ppf(0.975, clusters - 1) * found.error
    assert (found.high - found.low) / 2 == pytest.approx(wanted, rel=0.01)


def test_equal_members_make_a_cluster_worth_one():
    once = clustered_mean(np.array([1.0, 2.0, 6.0]), np.ones(3, np.int64))
    often = clustered_mean(np.array([50.0, 100.0, 300.0]), np.full(3, 50))
    assert (often.value, often.error) == pytest.approx((once.value, once.error))


def test_empty_clusters_say_nothing():
    with_empty = clustered_mean(np.array([4.0, 0.0, 5.0, 15.0]), np.array([2, 0, 1, 3]))
    without = clustered_mean(np.array([4.0, 5.0, 15.0]), np.array([2, 1, 3]))
    assert with_empty == without


def test_one_cluster_is_not_enough():
    found = clustered_mean(np.array([4.0, 0.0]), np.array([2, 0]))
    assert isnan(found.value)
    assert isnan(found.error)
    with pytest.raises(ValueError, match="as many sums as counts"):
        clustered_mean(np.array([4.0]), np.array([2, 0]))
