"""Shares of variance against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from backtest.inference.explained_variance import clark_west, explained
from tests.backtest.inference.series import ar1


def test_the_share_is_that_of_least_squares():
    x = ar1((500,), 0.7, 1)
    y = 0.4 * x + np.random.default_rng(2).normal(size=500)
    fit = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HAC", cov_kwds={"maxlags": 5, "use_correction": True})
    found = explained(x, y, 5)
    assert found.r2 == pytest.approx(fit.rsquared)
    assert found.slope.t == pytest.approx(fit.tvalues[1])


def test_clark_west_is_a_mean_with_its_error():
    rng = np.random.default_rng(3)
    actual, small, large = rng.normal(size=(3, 400)) * [[1.0], [0.1], [0.3]]
    gain = (actual - small) ** 2 - ((actual - large) ** 2 - (small - large) ** 2)
    words = {"maxlags": 3, "use_correction": True}
    fit = sm.OLS(gain, np.ones(400)).fit(cov_type="HAC", cov_kwds=words)
    assert clark_west(actual, small, large, 3).t == pytest.approx(fit.tvalues[0])
