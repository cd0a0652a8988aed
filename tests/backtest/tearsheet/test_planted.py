"""What is planted in a random walk is what the sheet says: nothing, the present, the future, or a leak."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.tearsheet.conclusion import conclusion
from backtest.tearsheet.decay import decay
from backtest.tearsheet.explained import explained_share
from backtest.tearsheet.leak import suspicions
from backtest.tearsheet.placebo import leaks, moved_correlations, placebo, shifted
from tests.backtest.tearsheet.markets import (
    BY_MINUTE,
    BY_MINUTE_DAYS,
    FLOW,
    SIZE,
    by_minute,
    case,
    ends,
    minutes,
    noise,
    remembering,
    sheet_of,
    walk,
)


def said(judged):
    """The verdict without the sections that have no part in it."""
    curve = decay(judged)
    horizon = curve["best_horizon_s"] or float(judged.claim.horizon_s)
    facts = {"decay": curve, "explained": explained_share(judged), "placebo": placebo(judged, horizon)}
    facts |= {
        "costs": {},
        "trials": {"dsr": None, "dsr_why": "none", "is_won": False},
        "power": {"detectable_ic": 0.01},
    }
    return conclusion(judged, facts)["verdict"]


def days_of(seed, *, vol_bps=1.0):
    return walk(BY_MINUTE_DAYS * 86_400, seed, vol_bps=vol_bps)


def test_noise_is_no_evidence():
    verdicts = [said(case(walk(3_000, seed), noise(3_000, seed))) for seed in range(40)]
    assert verdicts.count("no evidence") >= 38


@pytest.mark.slow
def test_noise_of_days_is_no_evidence():
    verdicts = []
    for seed in range(10):
        mids = days_of(seed)
        size = minutes(mids).size
        verdicts += [said(by_minute(mids, x)) for x in (noise(size, seed), remembering(size, seed, 0.95))]
    assert sum("predictive" in one for one in verdicts) <= 1


def test_labels_out_of_order_are_no_evidence():
    mids = walk(6_000, 2)
    planted = mids.forward(ends(mids) + 100_000, latency_ms=50, horizon_s=10) + 10 * noise(6_000, 2)
    shuffled = np.random.default_rng(3).permutation(planted)
    assert said(case(mids, shuffled)) == "no evidence"


def test_what_moves_with_the_price_is_contemporaneous_only():
    mids = walk(6_000, 4)
    now = mids.backward(ends(mids), 10) + 2 * noise(6_000, 4)
    sheet = sheet_of(case(mids, now))
    assert sheet.verdict == "contemporaneous only"
    shares = sheet.sections["explained"]
    assert shares["contemporaneous"]["r2"] > 0.5
    assert shares["predictive"][0]["r2"] < 0.01


def planted(seed, *, seconds=20_000, strength=0.1):
    mids = walk(seconds, seed)
    ahead = mids.forward(ends(mids) + 100_000, latency_ms=50, horizon_s=10)
    return case(mids, strength * ahead / np.nanstd(ahead) + noise(seconds, seed))


def planted_by_minute(seed, *, strength=0.1):
    mids = days_of(seed)
    at = minutes(mids)
    ahead = mids.forward(at + 100_000, latency_ms=50, horizon_s=60)
    return by_minute(mids, strength * ahead / np.nanstd(ahead) + noise(at.size, seed))


def test_a_forecast_is_predictive_before_cost():
    sheet = sheet_of(planted_by_minute(5))
    assert sheet.verdict == "predictive before cost"
    assert sheet.sections["decay"]["best_horizon_s"] in (30.0, 60.0, 300.0)
    assert sheet.sections["verdict"]["looks_like_a_leak"] is False


def test_of_hours_nothing_is_called_predictive_whatever_the_figures():
    sheet = sheet_of(planted(5))
    best = next(row for row in sheet.sections["decay"]["rows"] if row["horizon_s"] == 10.0)
    assert best["p_adjusted"] < 1e-6
    assert sheet.verdict == "no evidence"
    assert any("nothing is called predictive below 10 days" in why for why in sheet.sections["verdict"]["why"])


@pytest.mark.parametrize(("strength", "expected"), [(0.015, False), (0.06, True)])
def test_what_is_added_needs_a_t_of_3_over_all_places(strength, expected):
    """15,840 minutes: t is about 126 times the correlation."""
    found = placebo(planted_by_minute(5, strength=strength), 60.0)
    assert found["adds_to_naive"] is expected
    assert expected or found["naive"]["beyond_it"]["p"] < 0.05  # 5 % would have let it through


def test_of_a_handful_of_minutes_nothing_is_called_a_leak():
    """Ten minutes of a signal that is the next minute's return."""
    mids = walk(660, 1)
    at = minutes(mids)
    assert placebo(by_minute(mids, mids.forward(at + 100_000, latency_ms=50, horizon_s=60)), 60.0)["suspicions"] == []


def test_a_forecast_of_the_wrong_sign_is_none():
    judged = planted(5)
    turned = judged.with_value(-judged.series.value)
    assert said(turned) == "no evidence"
    curve = decay(turned)
    best = [row for row in curve["rows"] if row["horizon_s"] == curve["best_horizon_s"]]
    assert all(row["ic"]["value"] > 0 for row in best)
    assert curve["best_horizon_s"] not in (5.0, 10.0)


def test_a_signal_from_the_future_looks_like_a_leak():
    mids = walk(6_000, 6)
    later = mids.backward(ends(mids) + 12 * 1_000_000, 10) + 2 * noise(6_000, 6)
    sheet = sheet_of(case(mids, later))
    assert sheet.sections["verdict"]["looks_like_a_leak"] is True
    assert "predictive" not in sheet.verdict
    assert any("explains at least" in why for why in sheet.sections["verdict"]["why"])


def test_a_long_sample_makes_no_leak_of_an_honest_signal():
    """A state of the book that foretells a second by 0.18, R2 of 3.2 %: among 100,000 of them its t is 57."""
    mids = walk(100_000, 9)
    ahead = mids.forward(ends(mids) + 100_000, latency_ms=50, horizon_s=1)
    state = replace(FLOW, window_s=1, horizon_s=1, sign_now=0)
    judged = case(mids, 0.18 * ahead + noise(100_000, 9), claim=state)
    assert explained_share(judged)["predictive"][0]["t"] > 50
    assert suspicions(judged, judged.series.value, 1.0) == []
    assert suspicions(judged, ahead + 2 * noise(100_000, 9), 1.0) != []


@pytest.mark.parametrize("ahead_s", [1, 2, 5])
def test_flow_stamped_a_second_too_early_looks_like_a_leak(ahead_s):
    mids = walk(20_000, 3)
    early = mids.backward(ends(mids) + (ahead_s + 1) * 1_000_000, 10) + 3 * noise(20_000, 3)
    assert suspicions(case(mids, early), early, 1.0)


def test_the_leaking_controls_of_a_sheet_are_exposed():
    mids = walk(6_000, 4)
    judged = case(mids, mids.backward(ends(mids), 10) + 2 * noise(6_000, 4))
    found = placebo(judged, 10.0)
    assert [one["is_exposed"] for one in found["leaks"].values()] == [True, True]
    assert found["suspicions"] == []


def test_the_signal_of_a_leak_is_the_one_at_the_end_of_the_return():
    mids = walk(200, 8)
    judged = case(mids, np.arange(200.0))
    later = leaks(judged, 10.0)["this signal, moved into the future"]
    assert later[0] == 11.0  # a second until it can be acted on, and ten
    assert np.isnan(later[-11:]).all()


def test_moved_in_time_a_forecast_is_rare_and_noise_is_not():
    assert shifted(planted(5), planted(5).forward(10), 10)["p"] < 0.01
    ps = []
    for seed in range(30):
        judged = case(walk(2_000, seed), remembering(2_000, seed, 0.9))
        ps.append(shifted(judged, judged.forward(10), 10)["p"])
    assert 0.3 < np.mean(ps) < 0.7
    assert np.mean(np.array(ps) < 0.1) <= 0.3


def test_all_moves_at_once_are_the_moves_one_by_one():
    rng = np.random.default_rng(1)
    (x, y), (seen_x, seen_y) = rng.normal(size=(2, 101)), (rng.random((2, 101)) < 0.8).astype(float)
    x, y = x * seen_x, y * seen_y
    slow = []
    for k in range(101):
        both = (np.roll(seen_x, k) * seen_y) > 0
        a, b = np.roll(x, k)[both], y[both]
        slow.append(a @ b / np.sqrt((a @ a) * (b @ b)))
    np.testing.assert_allclose(moved_correlations(x, seen_x, y, seen_y), slow, atol=1e-12)


def test_too_short_to_move_says_so():
    judged = case(walk(70, 1), noise(70, 1))
    assert shifted(judged, judged.forward(10), 10) is None
    assert said(judged) == "no evidence"


def swinging(seed, seconds=12_000):
    """Volatility with a memory of minutes."""
    return np.exp(0.5 * remembering(seconds, 500 + seed, 0.99) / 7)


def test_of_sizes_the_past_move_alone_is_no_forecast_of_its_own():
    vol = swinging(1)
    mids = walk(vol.size, 1, vol_bps=vol)
    past = np.abs(mids.backward(ends(mids), 10))
    judged = case(mids, past, claim=SIZE)
    assert said(judged) == "contemporaneous only"
    found = placebo(judged, 10.0)
    assert found["naive"]["ic"]["value"] == pytest.approx(found["ic"]["value"])
    assert not found["adds_to_naive"]


def test_of_sizes_who_knows_volatility_forecasts():
    vol = swinging(2, seconds=BY_MINUTE_DAYS * 1_440)
    mids = days_of(2, vol_bps=np.repeat(vol, 60))
    claim = replace(BY_MINUTE, forecast="size")
    assert said(by_minute(mids, vol, claim=claim)) == "predictive before cost"


def test_without_a_registered_sign_either_way_explains():
    mids = walk(6_000, 4)
    judged = case(mids, -mids.backward(ends(mids), 10) + 2 * noise(6_000, 4))
    assert said(judged) == "no evidence"
    assert said(replace(judged, claim=replace(FLOW, sign_now=0))) == "contemporaneous only"
