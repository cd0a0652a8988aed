"""The weights of levels: worked by hand where one number moves all of them, and against scikit-learn where not."""

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA

from signals.flow_loadings import FLOW_LOADINGS_SIGNAL
from tests.signals.tape_frames import book, column, run

LOADINGS = [f"loading_{level}" for level in range(1, 6)]
SMALL = {"window_s": 10, "fit_min": 2, "refit_min": 1, "min_windows": 3}


def moved(flows, first=1):
    """A book whose levels move by `flows`, in touch depths, in the last second of each ten."""
    changed = {
        first + 10 * number + 9: {f"ofi_{level}": 3.0 * float(flow) for level, flow in enumerate(row, 1)}
        for number, row in enumerate(flows)
    }
    return book(changed, first + 10 * len(flows) - 1, first=first)


def fits(state, until, start=0, **params):
    return run(FLOW_LOADINGS_SIGNAL, state, start=start, until=until, **{**SMALL, **params})


def weights(row):
    return [row[name] for name in LOADINGS]


def test_one_number_moves_all_levels():
    # every window moves the levels as (4, 2, 2, 1, -1): weights over 10, and nothing else varies
    state = moved([[size * part for part in (4, 2, 2, 1, -1)] for size in (1, -2, 3, 0, -1, 2)])
    row = fits(state, until=60).row(-1, named=True)
    assert weights(row) == pytest.approx([0.4, 0.2, 0.2, 0.1, -0.1])
    assert row["explained_share"] == pytest.approx(1)
    assert (row["n"], row["fit_start"].minute, row["fit_end"].minute) == (6, 0, 1)


def test_their_sum_is_positive_whatever_the_flows():
    state = moved([[size * part for part in (-4, -2, -2, -1, 1)] for size in (1, -2, 3, 0, -1, 2)])
    assert weights(fits(state, until=60).row(-1, named=True)) == pytest.approx([0.4, 0.2, 0.2, 0.1, -0.1])


def test_they_are_the_first_component_of_scikit_learn():
    flows = np.random.default_rng(1).integers(-9, 10, size=(60, 1)) + np.random.default_rng(2).integers(-4, 5, (60, 5))
    row = fits(moved(flows), until=600, fit_min=10, refit_min=10).row(-1, named=True)
    model = PCA(1, svd_solver="full").fit(flows)
    component = model.components_[0] * np.sign(model.components_[0].sum())
    assert row["n"] == 60
    assert weights(row) == pytest.approx(component / np.abs(component).sum())
    assert row["explained_share"] == pytest.approx(model.explained_variance_ratio_[0])


def test_a_fit_sees_the_minutes_before_it_only():
    old, new = (1, 0, 0, 0, 0), (0, 1, 0, 0, 0)
    state = moved([[size * part for part in kind] for kind in (old,) * 2 + (new,) * 2 for size in (1, -2, 3, 0, -1, 2)])
    made = fits(state, until=240)
    assert column(made, "event_ts") == [60, 120, 180, 240]
    assert column(made, "fit_start") == [0, 0, 60, 120]
    assert column(made, "fit_end") == [60, 120, 180, 240]
    assert column(made, "known_ts") == pytest.approx([60.1, 120.1, 180.1, 240.1])
    assert column(made, "loading_1")[:2] == pytest.approx([1, 1])
    assert column(made, "loading_2")[3] == pytest.approx(1)


def test_by_default_a_day_is_fitted_on_the_days_before():
    rows = [[size * part for part in (2, 1, 1, 0, 0)] for size in (1, -2, 3, 0, -1, 2)]
    state = moved(rows, first=-59)
    made = run(FLOW_LOADINGS_SIGNAL, state, start=0, until=86_400, min_windows=6)
    assert column(made, "event_ts") == [0], "midnight is of the day it opens, not of the one it ends"
    assert weights(made.row(0, named=True)) == pytest.approx([0.5, 0.25, 0.25, 0, 0])
    assert column(made, "fit_end") == [0]
    assert column(made, "known_ts") == pytest.approx([0.1]), "with the last second of the day before"
    assert run(FLOW_LOADINGS_SIGNAL, state, start=86_400, until=86_400 + 60, min_windows=6).height == 1
    assert run(FLOW_LOADINGS_SIGNAL, state, start=6 * 86_400, until=6 * 86_400 + 60, min_windows=6).is_empty()


def test_too_few_windows_or_still_ones_have_no_weights():
    row = fits(moved([[1] * 5, [-1] * 5]), until=60).row(-1, named=True)
    assert weights(row) == [None] * 5
    assert (row["n"], row["explained_share"]) == (2, None)
    assert weights(fits(moved([[0] * 5] * 6), until=60).row(-1, named=True)) == [None] * 5


def test_a_window_half_in_a_gap_is_left_out_and_depth_is_of_the_rest():
    flows = [[size * part for part in (4, 2, 2, 1, -1)] for size in (1, -2, 3, 0, -1, 2)]
    is_lost = pl.col("bar_end").dt.second()
    state = moved(flows).filter(~is_lost.is_between(21, 23), ~is_lost.is_between(41, 42))
    row = fits(state, until=60).row(-1, named=True)
    assert row["n"] == 5, "three seconds of ten are too many, two are not"
    assert weights(row) == pytest.approx([0.4, 0.2, 0.2, 0.1, -0.1])


def test_fits_must_divide_a_day():
    with pytest.raises(ValueError, match="divide a day"):
        fits(moved([[1] * 5] * 6), until=60, refit_min=7)
