"""Slopes and their errors against matrices, window by window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.slope import slopes

VALUES = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.booleans()), min_size=1, max_size=25)


def one(x, y, lag=0, there=None, kernel=slopes):
    """Slope, error and r2 of one window that holds everything."""
    there = np.ones(len(x), bool) if there is None else np.array(there)
    whole = np.array([0]), np.array([len(x)])
    return tuple(float(v[0]) for v in kernel(np.array(x, float), np.array(y, float), there, *whole, lag))


def sandwich(x, y, lag, there):
    """The slope and its error by matrices: (X'X)^-1 S (X'X)^-1 n / (n - 2), missing points 0 in the sums of S."""
    design = np.column_stack([np.ones(x.size), x]) * there[:, None]
    bread = np.linalg.inv(design.T @ design)
    fit = bread @ design.T @ (y * there)
    score = design * (y - design @ fit)[:, None]
    meat = score.T @ score
    for k in range(1, min(lag, x.size - 1) + 1):
        cross = score[k:].T @ score[:-k]
        meat += (1 - k / (lag + 1)) * (cross + cross.T)
    n = there.sum()
    return fit[1], np.sqrt(max((bread @ meat @ bread)[1, 1], 0.0) * n / (n - 2))


def test_by_hand():
    """x -1, 0, 1; y -4, 2, 2: mean y 0, xx 2, xy 6, slope 3; yy 24, r2 36 / 48. Residuals -1, 2, -1, so s = 1, 0, -1.
    Lag 0: the error is sqrt(2 * 3 / 1) / 2. Lag 2 has weights 2/3 and 1/3: 2 - 2 * 1/3 = 4/3, so sqrt(4) / 2 = 1."""
    assert one((-1, 0, 1), (-4, 2, 2)) == pytest.approx((3, 6**0.5 / 2, 0.75), abs=1e-12)
    assert one((-1, 0, 1), (-4, 2, 2), lag=2) == pytest.approx((3, 1, 0.75), abs=1e-12)


@given(VALUES, st.integers(0, 6))
def test_slope_and_error_are_those_of_the_matrices(values, lag):
    x, y, there = (np.array(column) for column in zip(*values, strict=True))
    if there.sum() < 3 or np.ptp(x[there]) == 0:
        assert np.isnan(one(x, y, lag, there)).all()
        return
    slope, error, r2 = one(x, y, lag, there)
    wanted, wanted_error = sandwich(x.astype(float), y.astype(float), lag, there)
    assert slope == pytest.approx(wanted, abs=1e-9)
    assert error**2 == pytest.approx(wanted_error**2, abs=1e-9)
    if np.ptp(y[there]) > 0:
        assert r2 == pytest.approx(np.corrcoef(x[there], y[there])[0, 1] ** 2, abs=1e-9)
    else:
        assert np.isnan(r2)


def test_a_window_sees_nothing_beyond_its_ends():
    draw = np.random.default_rng(1)
    x, y = draw.normal(size=30), draw.normal(size=30)
    there = draw.random(30) < 0.9
    whole = slopes(x, y, there, np.array([5]), np.array([25]), 3)
    x[:5] = y[:5] = x[25:] = y[25:] = 1e9
    part = slopes(x[5:25].copy(), y[5:25].copy(), there[5:25].copy(), np.array([0]), np.array([20]), 3)
    for values in zip(whole, slopes(x, y, there, np.array([5]), np.array([25]), 3), part, strict=True):
        assert values[0] == values[1] == values[2]


def test_errors_grow_where_neighbours_are_alike():
    draw = np.random.default_rng(2)
    x, noise = (np.repeat(draw.normal(size=200), 5) for _ in range(2))
    assert one(x, noise, lag=10)[1] > 1.8 * one(x, noise, lag=0)[1], (
        "five alike count for one: sqrt(5) if all were seen"
    )


def test_errors_of_sixty_points_are_too_small_by_as_much_as_is_said():
    """Nothing is related, and one window in eleven says so all the same, one in eight where x has fat tails."""
    draw, windows, n = np.random.default_rng(5), 5_000, 60
    first = np.arange(windows) * n
    for x, beyond in ((draw.normal(size=windows * n), 0.093), (draw.standard_t(3, windows * n), 0.123)):
        y, there = draw.normal(size=x.size), np.ones(x.size, bool)
        slope, error, _ = slopes(x, y, there, first, first + n, 5)
        assert np.mean(abs(slope) > 1.96 * error) == pytest.approx(beyond, abs=0.02)


def test_the_compiled_form_is_the_plain_one():
    draw = np.random.default_rng(3)
    x, y, there = draw.normal(size=50), draw.normal(size=50), draw.random(50) < 0.8
    first = np.arange(0, 40)
    for fast, plain in zip(*(f(x, y, there, first, first + 10, 4) for f in (slopes, slopes.py_func)), strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-13)
