"""Buckets against pandas' and a regression on their dummies."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from backtest.inference.quantile_buckets import bucket_of, quantile_buckets, top_minus_bottom
from tests.backtest.inference.series import ar1

SIGNAL = ar1((500,), 0.8, 1)
FORWARD = 0.1 * SIGNAL + np.random.default_rng(2).normal(size=500)


def test_buckets_without_ties_are_those_of_pandas():
    assert bucket_of(SIGNAL, 5).tolist() == pd.qcut(SIGNAL, 5, labels=False).tolist()


def test_means_and_their_difference_are_those_of_a_regression_on_dummies():
    """One regression for all buckets has the same scores as a mean apiece. Ours then widen a bucket's variance by
    n / (n - 1) of its own n, and the difference by nothing."""
    dummies = (bucket_of(SIGNAL, 5)[:, None] == np.arange(5)).astype(float)
    words = {"maxlags": 6, "use_correction": False}
    fit = sm.OLS(FORWARD, dummies).fit(cov_type="HAC", cov_kwds=words)
    found = quantile_buckets(SIGNAL, FORWARD, buckets=5, lag=6)
    assert [b.mean.value for b in found] == pytest.approx(fit.params.tolist())
    assert [b.mean.error for b in found] == pytest.approx((fit.bse * np.sqrt(100 / 99)).tolist())
    spread = fit.t_test([-1, 0, 0, 0, 1])
    between = top_minus_bottom(SIGNAL, FORWARD, buckets=5, lag=6)
    assert (between.value, between.error) == pytest.approx((spread.effect[0], spread.sd.item()))
