"""Student's distribution against tables and scipy."""

import pytest
from scipy.stats import t as student

from backtest.inference.student import student_95, student_p


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 10, 29, 30, 999, 1_000])
@pytest.mark.parametrize("t", [0.0, 0.5, -1.96, 3.0, 8.0])
def test_p_is_scipys(freedom, t):
    assert student_p(t, freedom) == pytest.approx(2 * student.sf(abs(t), freedom), rel=1e-6, abs=1e-12)


def test_p_of_a_table():
    assert student_p(2.262, 9) == pytest.approx(0.05, abs=2e-5)
    assert student_p(1.0, 1) == pytest.approx(0.5)
    assert student_p(3.0, 9) == pytest.approx(0.015, abs=1e-4)  # a normal says 0.0027
    assert student_p(1.959964, 5_000) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("freedom", [4, 9, 30, 500])
def test_95_percent_is_scipys(freedom):
    assert student_95(freedom) == pytest.approx(student.ppf(0.975, freedom), rel=0.01)


def test_no_freedom_is_refused():
    with pytest.raises(ValueError, match="degree of freedom"):
        student_p(1.0, 0)
