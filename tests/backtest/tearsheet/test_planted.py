"""What is planted in a random walk is what the sheet says: nothing, the present, the future, or a leak."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.tearsheet.conclusion import conclusion
from backtest.tearsheet.decay import decay
from backtest.tearsheet.explained import explained_share
from backtest.tearsheet.placebo import leaks, moved_correlations, placebo, shifted
from tests.backtest.tearsheet.markets import FLOW, SIZE, case, ends, noise, remembering, sheet_of, walk


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


def test_noise_is_no_evidence():
    verdicts = [said(case(walk(3_000, seed), noise(3_000, seed))) for seed in range(40)]
    assert verdicts.count("no evidence") >= 37
    assert sum("predictive" in one for one in verdicts) <= 2


def test_noise_that_remembers_is_no_evidence():
    verdicts = [said(case(walk(3_000, seed), remembering(3_000, seed, 0.95))) for seed in range(40)]
    assert sum("predictive" in one for one in verdicts) <= 2


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


def test_a_forecast_is_predictive_before_cost():
    sheet = sheet_of(planted(5))
    assert sheet.verdict == "predictive before cost"
    assert sheet.sections["decay"]["best_horizon_s"] in (5.0, 10.0, 30.0)
    assert sheet.sections["verdict"]["looks_like_a_leak"] is False


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
    vol = swinging(2)
    mids = walk(vol.size, 2, vol_bps=vol)
    assert said(case(mids, vol, claim=SIZE)) == "predictive before cost"


def test_without_a_registered_sign_either_way_explains():
    mids = walk(6_000, 4)
    judged = case(mids, -mids.backward(ends(mids), 10) + 2 * noise(6_000, 4))
    assert said(judged) == "no evidence"
    assert said(replace(judged, claim=replace(FLOW, sign_now=0))) == "contemporaneous only"
