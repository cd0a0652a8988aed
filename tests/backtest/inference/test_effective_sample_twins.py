"""Memory and power against statsmodels."""

import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.tsa.stattools import acf

from backtest.inference.effective_sample import detectable_ic, effective_n, needed_n, power_of
from tests.backtest.inference.series import ar1


@pytest.mark.parametrize("lags", [1, 10, 50])
def test_what_a_sample_is_worth_is_a_sum_of_products_of_correlations(lags):
    x, y = ar1((2_000,), 0.8, 1), ar1((2_000,), 0.6, 2)
    products = acf(x, nlags=lags, fft=True)[1:] * acf(y, nlags=lags, fft=True)[1:]
    assert effective_n(x, y, lags) == pytest.approx(2_000 / (1 + 2 * products.sum()))


@pytest.mark.parametrize(("ic", "n"), [(0.02, 19_600), (0.1, 500), (0.3, 20), (0.0, 100)])
def test_power_is_that_of_a_z_test_of_one_sample(ic, n):
    assert power_of(ic, n, level=0.05) == pytest.approx(NormalIndPower().power(ic, n, 0.05, ratio=0))


def test_what_is_needed_and_what_is_detectable_are_the_same_question():
    """statsmodels counts both sides of the test; the far one adds below 1e-6 at 80 % power."""
    n = NormalIndPower().solve_power(0.02, alpha=0.05, power=0.8, ratio=0)
    assert needed_n(0.02, level=0.05, power=0.8) == pytest.approx(n, rel=1e-4)
    assert detectable_ic(n, level=0.05, power=0.8) == pytest.approx(0.02, rel=1e-4)
