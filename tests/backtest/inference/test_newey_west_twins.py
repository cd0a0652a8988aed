"""Means and slopes against statsmodels: the same sums in another order, so equal to rounding.

Ours widen variances by n / (n - k), k coefficients; statsmodels does if asked, and both ways are held against it.
"""

import numpy as np
import pytest
import statsmodels.api as sm

from backtest.inference.newey_west import hac_mean, hac_slopes
from tests.backtest.inference.series import ar1

LAGS = [0, 1, 7, 40]
ROUNDING = 1e-9


def fitted(y, design, lag, *, is_corrected):
    words = {"maxlags": lag, "kernel": "bartlett", "use_correction": is_corrected}
    return sm.OLS(y, design).fit(cov_type="HAC", cov_kwds=words)


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("phi", [-0.5, 0.0, 0.9])
def test_errors_of_means(phi, lag):
    x = 3 + ar1((250,), phi, 1)
    found, ones = hac_mean(x, lag), np.ones(250)
    plain, corrected = (fitted(x, ones, lag, is_corrected=is_corrected) for is_corrected in (False, True))
    assert found.value == pytest.approx(plain.params[0], rel=ROUNDING)
    assert found.error == pytest.approx(plain.bse[0] * np.sqrt(250 / 249), rel=ROUNDING)
    assert found.error == pytest.approx(corrected.bse[0], rel=ROUNDING)


@pytest.mark.parametrize("lag", LAGS)
def test_errors_of_slopes(lag):
    rng = np.random.default_rng(2)
    x = np.column_stack([ar1((300,), 0.8, 3), rng.normal(size=300) * 1e4, ar1((300,), 0.3, 4) * 1e-5])
    y = x @ [0.2, 1e-5, 3e4] + ar1((300,), 0.6, 5)
    found = hac_slopes(y, x, lag)
    design = sm.add_constant(x)
    plain, corrected = (fitted(y, design, lag, is_corrected=is_corrected) for is_corrected in (False, True))
    assert [one.value for one in found] == pytest.approx(plain.params[1:].tolist(), rel=1e-7)
    errors = [one.error for one in found]
    assert errors == pytest.approx((plain.bse[1:] * np.sqrt(300 / 296)).tolist(), rel=1e-7)
    assert errors == pytest.approx(corrected.bse[1:].tolist(), rel=1e-7)
