"""Volatility regimes of a toy market whose true states are known, and the naive baseline by hand."""

import numpy as np
import pytest

from signals.volatility import VOLATILITY
from signals.volatility_regime import VOLATILITY_REGIME_SIGNAL, percentile_before
from tests.signals.minute_frames import made
from tests.signals.tape_frames import column, frame

SHORT = {
    "feature_window_min": 5,
    "step_min": 1,
    "fit_min": 200,
    "min_fit_min": 50,
    "refit_min": 20,
    "warmup_min": 60,
    "season_min": 1_440,
    "sticky": 5.0,
    "naive_window_min": 100,
}


def volatilities(values, *, first=1, window=5):
    """VOLATILITY of one window, a minute each; None is a gap."""
    rows = [
        {"bar_end": 60 * minute, "window_min": window, "realised_vol": value, "coverage": 1.0 if value else 0.2}
        for minute, value in enumerate(values, start=first)
    ]
    return frame(VOLATILITY, rows)


def run(rows, until, **params):
    return made(VOLATILITY_REGIME_SIGNAL, {"volatility": rows}, until=until, **SHORT | params)


def toy(size, seed=1):
    """(volatilities of 0.3 and 0.9 in turn, an hour each, with noise; which are of the wild state)."""
    wild = np.arange(size) // 60 % 2 == 1
    noise = np.exp(0.25 * np.random.default_rng(seed).normal(size=size))
    return np.where(wild, 0.9, 0.3) * noise, wild


def test_the_wild_state_is_told_from_the_calm_one():
    values, wild = toy(600)
    tables = run(volatilities(values.tolist()), 600)
    rows, fits = tables["volatility_regime"], tables["regime_fits"]
    p_high = np.array(column(rows, "p_high")[200:])
    assert ((p_high > 0.5) == wild[200:]).mean() > 0.95
    assert np.exp(column(fits.filter(state=0), "mean")[-1]) == pytest.approx(0.3, rel=0.1)
    assert np.exp(column(fits.filter(state=1), "mean")[-1]) == pytest.approx(0.9, rel=0.1)
    assert column(rows, "realised_vol") == pytest.approx(values)


def test_gaps_are_null_and_do_not_last():
    values = toy(300)[0].tolist()
    values[250:255] = [None] * 5
    rows = run(volatilities(values), 300)["volatility_regime"]
    says = ("realised_vol", "p_high", "regime", "is_change", "naive_is_high")
    for name in says:
        assert column(rows, name)[250:255] == [None] * 5
        assert None not in column(rows, name)[255:]
    assert column(rows, "coverage")[250] == 0.2


def test_a_market_that_stands_still_counts_as_at_the_floor():
    values = toy(300)[0].tolist()
    values[200:260] = [0.0] * 60
    tables = run(volatilities(values), 300)
    p_high = column(tables["volatility_regime"], "p_high")[202:260]
    assert all(0 <= p < 0.5 for p in p_high)


def test_the_past_of_a_row_ends_before_it_is_known():
    rows = run(volatilities(toy(300)[0].tolist()), 300)["volatility_regime"]
    fitted = rows.filter(rows["fit_end"].is_not_null())
    assert fitted.height == 300 - 60
    assert (fitted["fit_end"] < fitted["bar_end"]).all()
    assert (fitted["fit_end"] < fitted["known_ts"]).all()


def test_the_naive_baseline_is_a_percentile_of_what_lies_before():
    # Nearest rank: the 90th percentile of 1 to 10 is the 9th value.
    ends, values = np.arange(1, 12), np.array([*range(1, 11), 9.5])
    found = percentile_before(ends, values, ends, 10, 90, 10)
    assert np.isnan(found[:10]).all()
    assert found[10] == 9
    values[3] = np.nan
    assert np.isnan(percentile_before(ends, values, ends, 10, 90, 10)).all()
    assert percentile_before(ends, values, ends, 10, 90, 9)[10] == 10, "of nine values the ninth"


def test_a_window_that_volatility_lacks_is_refused():
    with pytest.raises(ValueError, match="feature_window_min is 5, expected one of volatility's windows: 15"):
        run(volatilities([0.3] * 5, window=15), 5)


def test_without_volatility_there_are_no_rows():
    assert all(table.is_empty() for table in run(VOLATILITY.empty(), 5).values())


def test_three_states_are_three_codes():
    values, _ = toy(900)
    values[np.arange(900) // 60 % 3 == 2] *= 12
    tables = run(volatilities(values.tolist()), 900, n_states=3, fit_min=400)
    assert set(column(tables["volatility_regime"], "regime")[500:]) == {0, 1, 2}
    assert column(tables["regime_fits"], "state")[-3:] == [0, 1, 2]
