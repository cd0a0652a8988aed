"""Rows of inventory_state a person can check by hand, and what it recovers of a toy market."""

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from signals.basis import BASIS
from signals.inventory_state import INVENTORY_STATE_SIGNAL
from signals.kernels import quote_skew as k
from signals.maker_flow import MAKER_FLOW
from tests.signals.tape_frames import column, frame, run

PLAIN = {
    "half_life_min": [1],
    "maker_share": 1.0,
    "burn_in_min": 0,
    "prior_min": 1.0,
    "window_min": 8,
    "refit_min": 2,
    "least_min": 3,
}


def flow(received, first=1):
    """MAKER_FLOW of consecutive minutes; None is a gap."""
    rows = [
        {"bar_end": 60 * (first + number), "half_life_min": 1, "counted_qty": qty}
        for number, qty in enumerate(received)
    ]
    return frame(MAKER_FLOW, rows)


def basis(levels, first=1, late_s=10):
    """BASIS over the last seconds of each minute; None is a minute without one."""
    rows = [
        {"bar_end": 60 * (first + number) - back, "basis_mid_bps": level}
        for number, level in enumerate(levels)
        if level is not None
        for back in reversed(range(late_s))
    ]
    return frame(BASIS, rows)


def found(made, *more, minutes=12, **params):
    return run(INVENTORY_STATE_SIGNAL, made, *more, start=0, until=60 * minutes, **{**PLAIN, **params})


def test_without_a_basis_it_is_the_leak():
    made = found(flow([8, 0, 0, 4, 0]))
    assert column(made, "inventory_qty") == [8, 4, 2, 5, 2.5]
    assert column(made, "filtered_qty") == [8, 4, 2, 5, 2.5]
    assert column(made, "half_life_min") == [1] * 5
    assert made["skew_bps"].to_list() == made["fit_end"].to_list() == [None] * 5
    assert column(made, "known_ts") == [60.1, 120.1, 180.1, 240.1, 300.1]


def test_makers_get_their_share_and_gaps_are_null():
    made = found(flow([8, None, 0, 0]), maker_share=0.5, burn_in_min=0)
    assert column(made, "inventory_qty") == [4, None, 1, 0.5]
    assert column(found(flow([8, 0, 0, 0]), burn_in_min=3), "inventory_qty") == [None, None, 2, 1]


def test_the_basis_of_a_minute_is_that_of_its_end_and_half_of_it_must_be_known():
    received = [8, 0, 0, 4, 0, 0, 2, 0, 0, 0, 16, 0, 0, 0]
    held = k.leaks(np.array(received, np.float64), np.array([0.5]))[0]
    assert held[:4].tolist() == [8, 4, 2, 5]
    levels = (-2 * held).tolist()
    made = found(flow(received), basis(levels), minutes=14, window_min=20)
    fit_end = made["fit_end"].dt.epoch("s") - made["bar_end"].dt.epoch("s")[0] + 60
    assert fit_end.to_list() == [None, None, None, 240, 240, 360, 360, 480, 480, 600, 600, 720, 720, 840]
    assert made["skew_bps"].to_list()[:11] == [None] * 11, "differences over ten minutes need more than ten"
    assert column(made, "skew_bps")[11:] == [pytest.approx(2)] * 3
    few = found(flow(received), basis(levels, late_s=4), minutes=14, window_min=20)
    assert few["fit_end"].to_list() == [None] * 14


def toy(half_life, *, seed, minutes=900, skew=0.5, noise=0.3):
    """(flow, truth, basis): persistent flow, makers who hedge with `half_life`, and a basis that they shade."""
    draws = np.random.default_rng(seed)
    received, held, level = np.zeros(minutes), np.zeros(minutes), np.zeros(minutes)
    trend = 0.0
    for i in range(minutes):
        trend = 0.9 * trend + draws.normal()
        received[i] = trend + draws.normal()
        held[i] = 2 ** (-1 / half_life) * held[i - 1] + received[i] * (1 + 0.3 * draws.normal())
        level[i] = level[i - 1] + 0.02 * draws.normal()
    return received, held, level - skew * held + noise * draws.normal(size=minutes)


GRID = {
    "half_life_min": [2, 5, 10, 20, 45, 120],
    "prior_min": 15.0,
    "window_min": 720,
    "refit_min": 10,
    "least_min": 20,
}


@pytest.mark.parametrize("half_life", [5, 20, 45])
def test_the_half_life_is_read_off_the_quotes(half_life):
    received, held, level = toy(half_life, seed=half_life)
    made = found(flow(received.tolist()), basis(level.tolist()), minutes=900, **GRID)
    later = slice(300, None)
    assert 0.5 < np.median(made["half_life_min"].to_numpy()[later]) / half_life < 2
    estimate, filtered = (made[name].to_numpy()[later] for name in ("inventory_qty", "filtered_qty"))
    cvd = np.cumsum(received)[later]
    plain = np.corrcoef(cvd, held[later])[0, 1]
    assert np.corrcoef(estimate, held[later])[0, 1] > max(0.9, plain)
    assert np.corrcoef(filtered, held[later])[0, 1] > np.corrcoef(estimate, held[later])[0, 1]


def test_a_band_of_ninety_percent_holds_about_that():
    received, held, level = toy(20, seed=3)
    made = found(flow(received.tolist()), basis(level.tolist()), minutes=900, **GRID, noise_share=0.3, share_sd=0.0)
    inside = np.abs(made["filtered_qty"].to_numpy() - held) <= 1.645 * made["sd_qty"].to_numpy()
    assert 0.8 < inside[300:].mean() < 0.99


def test_the_future_changes_nothing():
    received, _, level = toy(10, seed=4, minutes=300)
    whole = found(flow(received.tolist()), basis(level.tolist()), minutes=300, **GRID)
    early = found(flow(received[:200].tolist()), basis(level[:200].tolist()), minutes=200, **GRID)
    assert_frame_equal(whole[:200], early, check_exact=True)


def test_kernels_agree_with_plain_python():
    received, _, level = toy(10, seed=5, minutes=60)
    kept = 2.0 ** (-1.0 / np.array([2.0, 10.0]))
    level[7] = np.nan
    held = k.leaks(received, kept)
    assert np.array_equal(held, k.leaks.py_func(received, kept))
    at = np.array([19, 39])
    np.testing.assert_allclose(
        k.explained(held, level, at, 30, 5.0), k.explained.py_func(held, level, at, 30, 5.0), rtol=1e-12
    )
    fits = np.array([[0.9, 0.0, 0.0, 1.0, 0.0, 0.0], [0.9, 0.5, 0.1, 1.0, 0.01, 0.1]])
    fit_of = np.repeat([0, 1], 30)
    for fast, slow in zip(
        k.filtered(received, level, fits, fit_of), k.filtered.py_func(received, level, fits, fit_of), strict=True
    ):
        np.testing.assert_allclose(fast, slow, rtol=1e-9)
