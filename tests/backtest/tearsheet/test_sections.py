"""Sections on numbers small enough to work out."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.claims.registry import CLAIMS
from backtest.inference.estimate import Estimate
from backtest.inference.false_discovery import benjamini_yekutieli
from backtest.stylised.series import autocorrelation
from backtest.tearsheet.calibration import calibration
from backtest.tearsheet.case import p_value
from backtest.tearsheet.conclusion import limits, over_all
from backtest.tearsheet.decay import decay
from backtest.tearsheet.distribution import distribution, memory
from backtest.tearsheet.power import power
from backtest.tearsheet.sheet import SECTIONS
from backtest.tearsheet.stability import stability
from tests.backtest.tearsheet.markets import FLOW, case, ends, noise, remembering, sheet_of, walk

PROBABILITY = replace(CLAIMS["volatility_regime"], horizon_s=10, window_s=10, step_s=1)


def test_p_is_below_5_percent_where_the_interval_leaves_0_out():
    assert p_value(Estimate(1.96, 1.0, 0.0, 3.92, 50)) == pytest.approx(0.05, abs=1e-3)
    assert p_value(Estimate(-1.96, 1.0, -3.92, 0.0, 50)) == pytest.approx(0.05, abs=1e-3)
    assert p_value(Estimate(1.0, 0.1, -0.1, 9.0, 50)) > 0.05  # lopsided, and the near side counts
    assert p_value(Estimate(-1.0, 0.1, -9.0, 0.1, 50)) > 0.05
    assert p_value(Estimate(1.0, 0.3, 0.32, 1.68, 10)) == pytest.approx(0.0088, abs=2e-4)  # ten days: t of 3.3, not 2.9
    assert p_value(Estimate(1.0, 0.1, -np.inf, np.inf, 5)) == 1.0
    assert p_value(Estimate(np.nan, np.nan, np.nan, np.nan, 0)) == 1.0


def test_horizons_below_a_second_and_of_too_few_returns_have_no_number():
    rows = {row["horizon_s"]: row for row in decay(case(walk(1_000, 1), noise(1_000, 1)))["rows"]}
    assert rows[0.1]["status"].startswith("not measurable on this grid")
    assert rows[0.5]["ic"] is None
    assert rows[10.0]["status"] == "measured"
    assert rows[60.0]["status"].startswith("too short: 16 returns")
    assert rows[60.0]["ic"] is None
    assert rows[21_600.0]["apart"] == 0


def test_p_counts_all_horizons_that_were_tested():
    rows = [row for row in decay(case(walk(3_000, 1), noise(3_000, 1)))["rows"] if row["p"] is not None]
    assert len(rows) == 5
    adjusted = benjamini_yekutieli(np.array([row["p"] for row in rows]))
    np.testing.assert_allclose([row["p_adjusted"] for row in rows], adjusted)


def test_with_ten_days_a_day_is_one_observation():
    mids = walk(600, 1)
    judged = case(mids, noise(600, 1))
    at = judged.series.at + np.repeat(np.arange(10), 60) * 86_400_000_000
    days = replace(judged, series=replace(judged.series, at=at))
    assert not judged.is_daily
    assert days.is_daily
    found = days.ic(judged.forward(1), 1)
    assert found.n == 10


def test_memory_with_holes_is_autocorrelation_without():
    x = remembering(2_000, 1, 0.8)
    full = memory(x, 20)
    np.testing.assert_allclose(full, autocorrelation(x, 20) * x.size / (x.size - np.arange(21)), atol=1e-9)
    x[::3] = np.nan
    np.testing.assert_allclose(memory(x, 5), full[:6], atol=0.08)


def test_a_signal_that_is_never_known_has_a_sheet_that_says_so():
    sheet = sheet_of(case(walk(500, 1), np.full(500, np.nan)))
    assert sheet.verdict == "no evidence"
    assert sheet.sections["distribution"]["n"] == 0
    assert sheet.sections["verdict"]["why"] == ["no horizon could be tested"]
    assert sheet.sections["verdict"]["cannot_show"] == [
        "not one value of the signal is known in this time: nothing at all"
    ]


def test_a_constant_signal_is_no_evidence():
    assert sheet_of(case(walk(500, 1), np.ones(500))).verdict == "no evidence"


def test_extremes_are_held_against_a_normal():
    found = distribution(case(walk(40_000, 1), noise(40_000, 1)))
    assert found["extreme_share"] == pytest.approx(0.0455, abs=0.005)
    assert found["extreme_share_rolling"] == pytest.approx(0.0455, abs=0.01)
    assert found["missing_share"] == 0
    assert sum(found["histogram"]["counts"]) == pytest.approx(0.99 * 40_000, abs=2)


def coin(seconds, sharpness):
    """p that is high where moves are large, more so the sharper."""
    vol = np.where(np.arange(seconds) // 500 % 2 == 1, 3.0, 1.0)
    p = 0.5 + sharpness * np.where(vol > 2, 0.45, -0.45)
    return case(walk(seconds, 1, vol_bps=vol), p, claim=PROBABILITY)


def test_a_probability_that_knows_beats_the_rate_and_one_that_does_not_loses():
    sharp, turned = calibration(coin(10_000, 0.6)), calibration(coin(10_000, -0.6))
    assert sharp["brier"] < sharp["brier_of_the_rate"] < turned["brier"]
    assert sharp["log_score"] < sharp["log_score_of_the_rate"] < turned["log_score"]
    low, high = sharp["reliability"]
    assert low["came"] < high["came"]
    assert low["stated"] == pytest.approx(0.23)


def test_no_probability_is_not_judged_as_one():
    assert calibration(case(walk(100, 1), noise(100, 1)))["is_applicable"] is False


def test_cells_of_the_grid_hold_every_place_once_a_kind():
    mids = walk(2_000, 1)
    judged = replace(case(mids, noise(2_000, 1)), strata={"volatility": noise(2_000, 2)})
    found = stability(judged, 1.0)
    n = int(np.isfinite(judged.forward(1.0)).sum())
    for kind in ("hour of day (UTC)", "day of week", "volatility", "month", "market"):
        assert sum(row["n"] for row in found["rows"] if row["by"] == kind) == n, kind
    assert found["rows"][0]["cell"] == "00 to 04"


def test_power_is_said_before_no_effect():
    found = power(case(walk(2_000, 1), noise(2_000, 1)), 1.0)
    assert found["n_eff"] == pytest.approx(2_000, rel=0.2)
    assert found["detectable_ic"] == pytest.approx(2.8 / np.sqrt(found["n_eff"]), rel=0.01)
    assert found["needed_for_small_ic"] == pytest.approx(19_622, abs=1)


def test_what_twenty_minutes_cannot_show_is_said():
    judged = case(walk(1_200, 1), noise(1_200, 1))
    said = " ".join(limits(judged, dict(sheet_of(judged).sections)))
    for words in ("20.0 minutes", "60, 300, 900, 3,600, 21,600 s", "1 day:", "go unnoticed", "one market"):
        assert words in said


def test_a_sheet_has_its_seventeen_sections_in_order():
    sheet = sheet_of(case(walk(500, 1), noise(500, 1)))
    assert tuple(sheet.sections) == SECTIONS
    assert len(SECTIONS) == 17


def test_the_own_window_is_not_the_horizon():
    mids = walk(3_000, 9)
    judged = case(mids, mids.backward(ends(mids), 30), claim=replace(FLOW, window_s=30))
    assert sheet_of(judged).sections["explained"]["contemporaneous"]["r2"] == pytest.approx(1.0)


def test_one_claim_among_four_is_counted_as_one_of_four():
    """0.001 times 4, times 1 + 1/2 + 1/3 + 1/4; alone it stays what it is, and none is above 1."""
    assert over_all(0.001, 4) == pytest.approx(0.001 * 4 * 25 / 12)
    assert over_all(0.001, 1) == pytest.approx(0.001)
    assert over_all(0.5, 40) == 1.0


def test_a_sheet_says_that_it_is_one_of_many():
    mids = walk(6_000, 4)
    ahead = mids.forward(ends(mids) + 100_000, latency_ms=50, horizon_s=10)
    sheet = sheet_of(case(mids, 0.3 * ahead + noise(6_000, 4)))
    assert any(f"one of {len(CLAIMS)} claims" in said for said in sheet.sections["verdict"]["cannot_show"])
    none = sheet_of(case(mids, noise(6_000, 4)))
    assert not any("claims" in said for said in none.sections["verdict"]["cannot_show"])
