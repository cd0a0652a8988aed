"""Outcomes begin after latency, end a horizon later, and never reach across a gap; the past is what was past."""

import numpy as np
import pytest

from backtest.forecast.choices import Choices
from backtest.forecast.features import features
from backtest.forecast.outcome import outcomes
from backtest.forecast.rows import forecast_rows
from backtest.mids import Mids
from tests.backtest.forecast.minutes import START_US, book, choices, market, observed

_BPS = 1e-4


def _known(*seconds: float) -> np.ndarray:
    return START_US + np.array([round(1e6 * one) for one in seconds])


def test_a_return_runs_from_the_first_second_after_latency_over_the_horizon():
    """Known at 60.2 s, 0.2 s of latency: it meets the mid of second 61, and ends at 121."""
    path = np.zeros(200)
    path[60], path[61], path[121], path[122] = 5, 1, 4, 99
    came = outcomes(_known(60.2), Mids(START_US, path * _BPS), choices(horizon_min=1))
    assert came.value == pytest.approx([3.0])
    assert (came.begin[0], came.end[0]) == (START_US + 61_000_000, START_US + 121_000_000)


def test_a_latency_to_the_very_second_meets_that_second():
    came = outcomes(_known(60.2, 60.2), Mids(START_US, np.zeros(200)), choices(horizon_min=1, latency_ms=800))
    assert came.begin[0] == START_US + 61_000_000
    later = outcomes(_known(60.2), Mids(START_US, np.zeros(200)), choices(horizon_min=1, latency_ms=801))
    assert later.begin[0] == START_US + 62_000_000


def test_a_volatility_is_of_the_returns_inside_the_window():
    """Returns of 10 s: 3, -1, 0, 0, 0, 0 bps; mean square 10 / 6, a year of 3,153,600 such steps."""
    path = np.zeros(200)
    path[71:], path[81:] = 3, 2
    came = outcomes(_known(60.2), Mids(START_US, path * _BPS), choices("volatility", 1))
    assert np.exp(came.value) == pytest.approx([np.sqrt(10 / 6 * 3_153_600) * _BPS])


@pytest.mark.parametrize(
    ("gap", "why"),
    [
        ([61], "no mid when it could be acted on"),
        ([121], "no mid at the end of the outcome"),
        (range(80, 90), "a gap in the window of the outcome"),
    ],
)
@pytest.mark.parametrize("target", ["return", "volatility"])
def test_minutes_with_a_gap_ahead_are_left_out_with_the_reason(target, gap, why):
    path = np.cumsum(np.ones(200)) * _BPS
    path[list(gap)] = np.nan
    came = outcomes(_known(60.2), Mids(START_US, path), choices(target, 1))
    assert np.isnan(came.value[0])
    assert came.why_not[0] == why


def test_a_volatility_misses_a_single_second_it_samples_and_no_other():
    path = np.cumsum(np.ones(200)) * _BPS
    path[72] = np.nan
    assert outcomes(_known(60.2), Mids(START_US, path), choices("volatility", 1)).why_not[0] == ""
    path[71] = np.nan
    assert "gap" in outcomes(_known(60.2), Mids(START_US, path), choices("volatility", 1)).why_not[0]


def test_a_mid_that_never_moved_has_no_logarithm_and_the_end_of_the_data_no_outcome():
    still = outcomes(_known(60.2, 150), Mids(START_US, np.zeros(200)), choices("volatility", 1))
    assert list(still.why_not) == ["a mid that never moved", "an outcome after the end of the data"]


def test_every_minute_is_kept_or_counted():
    observations, seconds = market(40, pull=0.0, seed=1)
    rows = forecast_rows(observations, seconds, choices(horizon_min=5))
    assert rows.size + sum(rows.dropped.values()) == 40
    assert rows.dropped == {"an outcome after the end of the data": 5}


def test_the_past_is_up_to_the_end_of_the_minute():
    path = np.arange(1_201) * 0.5
    looked = features(observed(20, {}), Mids.of(book(np.log(100) + path * _BPS)), sampling_s=10)
    assert looked["past_return_1m"] == pytest.approx(np.full(20, 30.0))
    assert looked["past_return_5m"][4:] == pytest.approx(np.full(16, 150.0))
    assert np.isnan(looked["past_return_5m"][:4]).all()


def test_no_feature_sees_what_is_later():
    observations, seconds = market(90, pull=0.0, seed=2)
    whole = features(observations, Mids.of(seconds), sampling_s=10)
    cut = features(observations[:70], Mids.of(seconds[: 70 * 60 + 1]), sampling_s=10)
    for name, values in cut.items():
        np.testing.assert_array_equal(values, whole[name][:70], err_msg=name)


@pytest.mark.parametrize("wrong", [{"target": "price"}, {"horizon_min": 0}, {"sampling_s": 7}, {"folds": 1}])
def test_choices_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=r"need|expected"):
        Choices(**(choices().as_dict() | wrong))
