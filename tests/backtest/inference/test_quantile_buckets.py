"""Returns by quantile of the signal."""

import numpy as np
import pytest

from backtest.inference.newey_west import hac_slopes
from backtest.inference.quantile_buckets import bucket_of, quantile_buckets, top_minus_bottom
from tests.backtest.inference.series import ar1, is_rate


def test_buckets_by_hand():
    signal = np.array([4.0, 1, np.nan, 3, 2, 5, 6])
    forward = np.array([40.0, 10, 99, 30, 20, 50, np.nan])
    assert bucket_of(signal, 3).tolist() == [1, 0, -1, 1, 0, 2, 2]
    found = quantile_buckets(signal, forward, buckets=5, lag=0)
    assert [b.mean.n for b in found] == [1] * 5
    found = quantile_buckets(signal, forward, buckets=2, lag=0)
    assert [(b.low, b.high, b.mean.value, b.mean.n) for b in found] == [(1, 2, 15, 2), (3, 5, 40, 3)]
    assert found[0].mean.error == pytest.approx(np.sqrt(50 / 2))


def test_equal_signals_share_a_bucket():
    """Eight zeros and a 1 at either end: rank shares 0.05, 0.5 and 0.95."""
    signal = np.array([-1.0, *[0] * 8, 1])
    assert bucket_of(signal, 5).tolist() == [0, *[2] * 8, 4]
    found = quantile_buckets(signal, np.arange(10.0), buckets=5, lag=0)
    assert [b.mean.n for b in found] == [1, 0, 8, 0, 1]
    assert np.isnan(found[1].low)
    assert np.isnan(top_minus_bottom(signal, np.arange(10.0), buckets=5, lag=0).value)


def test_top_less_bottom_is_the_slope_on_two_buckets():
    rng = np.random.default_rng(1)
    signal, forward = rng.normal(size=200), ar1((200,), 0.6, 2)
    found = top_minus_bottom(signal, forward, buckets=2, lag=5)
    (slope,) = hac_slopes(forward, (bucket_of(signal, 2) == 1).astype(float)[:, None], 5)
    assert found.value == pytest.approx(slope.value)
    assert found.error == pytest.approx(slope.error, rel=0.01)


def test_intervals_of_nothing_hold():
    signals, returns = ar1((400, 1_000), 0.5, 3), ar1((400, 1_000), 0.5, 4)
    found = [top_minus_bottom(s, r, buckets=5, lag=20) for s, r in zip(signals, returns, strict=True)]
    assert is_rate(sum(f.low > 0 or f.high < 0 for f in found), 400, 0.055)


def test_refused():
    with pytest.raises(ValueError, match="2 buckets or more"):
        bucket_of(np.arange(3.0), 1)
    assert quantile_buckets(np.full(3, np.nan), np.ones(3), buckets=2, lag=0)[0].mean.n == 0
