"""Correlation regimes of hand-made correlations: the adjustment, ranks, spikes and what ends them."""

import numpy as np
import pytest

from signals.correlation import CORRELATION
from signals.correlation_regime import CORRELATION_REGIME_SIGNAL
from signals.volatility import VOLATILITY
from tests.signals.minute_frames import made
from tests.signals.tape_frames import column, frame

SHORT = {
    "adjust_vol_window_min": 240,
    "spike_vol_window_min": 60,
    "rank_window_min": 20,
    "min_history_min": 4,
    "release_min": 3,
    "spike_warmup_min": 10,
    "step_min": 1,
    "fit_min": 200,
    "min_fit_min": 50,
    "refit_min": 20,
    "warmup_min": 60,
    "sticky": 5.0,
}


def correlations(values, *, first=1):
    rows = [
        {"bar_end": 60 * minute, "correlation": value, "short_correlation": value}
        for minute, value in enumerate(values, start=first)
    ]
    return frame(CORRELATION, rows)


def volatilities(values, *, first=1, windows=(60, 240)):
    rows = [
        {"bar_end": 60 * minute, "window_min": window, "realised_vol": value}
        for minute, value in enumerate(values, start=first)
        for window in windows
    ]
    return frame(VOLATILITY, rows)


def tables(rho, vol, *, until=None, start=0, first=1, **params):
    inputs = {"correlation": correlations(rho, first=first), "volatility": volatilities(vol, first=first)}
    until = first + len(rho) - 1 if until is None else until
    return made(CORRELATION_REGIME_SIGNAL, inputs, until=until, start=start, **SHORT | params)


def rows(rho, vol, **options):
    return tables(rho, vol, **options)["correlation_regime"]


def test_a_day_of_which_nothing_is_complete_has_no_rows():
    """Its file has a record at midnight; all the rows are of the day before."""
    assert rows([0.6] * 6, [0.5] * 6, until=6, start=6).is_empty()


def test_forbes_and_rigobon_by_hand():
    # Variance 0.75 against 0.25 before: d = 2. 0.6 / sqrt(1 + 2 * (1 - 0.36)) = 0.6 / sqrt(2.28).
    found = rows([0.6] * 6, [0.5] * 5 + [0.75**0.5])
    assert column(found, "vol_adjusted_correlation")[:4] == [None] * 4
    assert column(found, "vol_adjusted_correlation")[4] == pytest.approx(0.6), "the variance is what it was"
    assert column(found, "vol_adjusted_correlation")[5] == pytest.approx(0.6 / 2.28**0.5)


def test_in_calm_the_same_correlation_means_more():
    # Variance 0.0625 against 0.25 before: d = -0.75. 0.6 / sqrt(1 - 0.75 * 0.64) = 0.6 / sqrt(0.52).
    assert column(rows([0.6] * 6, [0.5] * 5 + [0.25]), "vol_adjusted_correlation")[5] == pytest.approx(0.6 / 0.52**0.5)


def test_constant_dependence_is_adjusted_to_be_constant():
    # y = x + noise of variance 1: rho^2 = v / (v + 1), and the adjusted one is that at the usual v of 1, 1 / sqrt(2).
    for v in (0.25, 4.0, 9.0):
        found = rows([(v / (v + 1)) ** 0.5] * 6, [1.0] * 5 + [v**0.5])
        assert column(found, "vol_adjusted_correlation")[5] == pytest.approx(0.5**0.5)


def test_a_market_that_never_moved_has_no_adjusted_correlation():
    assert column(rows([0.6] * 6, [0.0] * 6), "vol_adjusted_correlation") == [None] * 6


def test_a_rank_is_among_what_lies_before():
    found = rows([0.1, 0.2, 0.3, 0.4, 0.3, 0.9, None], [0.5] * 7)
    # 0.3 among 0.1, 0.2, 0.3, 0.4: two are lower and one is equal.
    assert column(found, "q_correlation") == [None] * 4 + [2.5 / 4, 1.0, None]
    assert column(found, "is_spike_naive") == [None] * 4 + [False, True, None]


RHO = [0.1, 0.2, 0.3, 0.2, 0.1, 0.9, 0.5, 0.2, 0.2, 0.2, 0.2, 0.95]


def test_a_spike_needs_both_and_ends_after_a_while_of_quiet():
    hot = [0.5, 0.6, 0.5, 0.6, 0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4]
    found = rows(RHO, hot)
    assert column(found, "is_vol_high")[4:] == [False, True, False, False, False, False, False, False]
    # At minute 6 both are high; 0.5 ranks 5 of 6 below 0.9: quiet from minute 7 on, over with minute 9.
    assert column(found, "is_spike")[4:] == [False, True, True, True, False, False, False, False]
    assert column(found, "is_spike_naive")[4:] == [False, True, False, False, False, False, False, True]


def test_a_rare_correlation_on_a_calm_market_is_no_spike():
    found = rows(RHO, [0.5] * 12)
    assert not any(column(found, "is_spike")[4:])
    assert sum(column(found, "is_spike_naive")[4:]) == 2


def test_of_what_is_unknown_nothing_is_said():
    rho, hot = list(RHO), [0.5, 0.6, 0.5, 0.6, 0.5, 0.9, 0.5, 0.5, None, 0.5, 0.5, 0.4]
    rho[6] = None
    found = rows(rho, hot)
    assert column(found, "is_spike")[5:] == [True, None, True, None, False, False, False]
    assert column(found, "q_correlation")[6] is None
    assert column(found, "is_vol_high")[8] is None


def test_a_day_begins_in_the_spike_that_its_warm_up_is_in():
    hot = [0.5, 0.6, 0.5, 0.6, 0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4]
    late = rows(RHO, hot, first=-5, until=6)
    assert column(late, "bar_end") == [60, 120, 180, 240, 300, 360]
    assert column(late, "is_spike") == [True, True, False, False, False, False]
    assert not any(column(rows(RHO, hot, first=-5, until=6, spike_warmup_min=0, release_min=9), "is_spike"))


def test_the_state_of_close_movement_is_told_from_the_other():
    close = np.arange(600) // 60 % 2 == 1
    z = np.where(close, 1.5, 0.3) + 0.2 * np.random.default_rng(1).normal(size=600)
    made_tables = tables(np.tanh(z).tolist(), [0.5] * 600)
    p = np.array(column(made_tables["correlation_regime"], "p_high_correlation")[200:])
    assert ((p > 0.5) == close[200:]).mean() > 0.95
    fits = made_tables["correlation_fits"]
    assert column(fits, "mean")[-2:] == pytest.approx([0.3, 1.5], abs=0.1)


def test_a_correlation_of_one_has_a_fisher_transform_all_the_same():
    found = tables([1.0] * 60, [0.5] * 60)
    assert column(found["correlation_fits"], "mean") == pytest.approx([np.arctanh(0.9999)] * 2)


def test_without_a_reference_all_is_null():
    found = rows([None] * 60, [0.5] * 60)
    for name in ("q_correlation", "is_spike", "is_spike_naive", "p_high_correlation", "vol_adjusted_correlation"):
        assert column(found, name) == [None] * 60


def test_a_window_that_volatility_lacks_is_refused():
    with pytest.raises(ValueError, match="spike_vol_window_min is 61"):
        rows([0.5] * 5, [0.5] * 5, spike_vol_window_min=61)
