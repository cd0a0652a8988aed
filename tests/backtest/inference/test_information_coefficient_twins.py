"""Rank correlations against scipy and statsmodels, ties included."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from backtest.inference.information_coefficient import daily_ic, pooled_ic, rank_correlation
from tests.backtest.inference.series import ar1


@pytest.mark.parametrize("digits", [0, 1, 12])
def test_spearman(digits):
    """Rounding makes ties: of 0 digits most values have equals."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=500)
    y = (0.3 * x + rng.normal(size=500)).round(digits)
    assert rank_correlation(x.round(digits), y) == pytest.approx(stats.spearmanr(x.round(digits), y).statistic)


def test_partial_correlation_is_that_of_residuals_of_ranks():
    rng = np.random.default_rng(2)
    z = rng.normal(size=(400, 2))
    x, y = z[:, 0] + rng.normal(size=400), z @ [1, -1] + rng.normal(size=400)
    design = sm.add_constant(stats.rankdata(z, axis=0))
    left = [sm.OLS(stats.rankdata(v), design).fit().resid for v in (x, y)]
    assert rank_correlation(x, y, z) == pytest.approx(stats.pearsonr(*left).statistic)


def test_days_are_those_of_scipy():
    rng = np.random.default_rng(3)
    x, y, day = rng.normal(size=300), rng.normal(size=300), np.repeat([5, 9, 11], 100)
    expected = [stats.spearmanr(x[day == d], y[day == d]).statistic for d in (5, 9, 11)]
    assert daily_ic(x, y, day, least=10).tolist() == pytest.approx(expected)


def test_pooled_is_spearman_with_the_error_of_a_slope_of_standard_ranks():
    x, noise = ar1((600,), 0.9, 4), np.random.default_rng(5).normal(size=600)
    y = 0.2 * x + noise
    found = pooled_ic(x, y, 12)
    assert found.value == pytest.approx(stats.spearmanr(x, y).statistic)
    a, b = (stats.zscore(stats.rankdata(v)) for v in (x, y))
    words = {"maxlags": 12, "use_correction": True}
    assert found.error == pytest.approx(sm.OLS(b, sm.add_constant(a)).fit(cov_type="HAC", cov_kwds=words).bse[1])
