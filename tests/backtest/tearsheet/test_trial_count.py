"""Trials are counted once each, and what is too little for a number gets a reason."""

from datetime import date, timedelta

import numpy as np

from backtest.competition import compete
from backtest.tearsheet.trial_count import trial_count
from backtest.trial import Trial

DAY_ONE = date(2024, 1, 1)


def trial(number, returns):
    days = {DAY_ONE + timedelta(days=k): float(value) for k, value in enumerate(returns)}
    return Trial("tearsheet/x", "c", "d", {"horizon_s": number}, days)


def many(days, *, edge=0.0):
    rng = np.random.default_rng(1)
    made = [trial(k, rng.normal(size=days)) for k in range(5)]
    return [*made, trial(9, rng.normal(size=days) + edge)]


def test_two_days_give_a_reason_and_no_number():
    found = trial_count(many(2), many(2)[0])
    assert (found["trials"], found["days"], found["dsr"], found["pbo"]) == (6, 2, None, None)
    assert "30 are needed" in found["dsr_why"]
    assert "12 are needed" in found["pbo_why"]
    assert found["effective_trials"] is None  # two days correlate by 1 or -1
    assert not found["is_won"]


def test_asking_again_is_no_new_trial():
    assert trial_count([*many(2), *many(2)], None)["trials"] == 6


def test_noise_does_not_survive_and_an_edge_does():
    worthless, real = many(100), many(100, edge=1.5)
    assert not trial_count(worthless, worthless[-1])["is_won"]
    found = trial_count(real, real[-1])
    assert found["dsr"] > 0.95
    assert found["pbo"] <= 0.2
    assert found["effective_trials"] == 6
    assert found["is_won"]


def test_sizes_have_trials_and_no_returns():
    found = trial_count([Trial("tearsheet/x", "c", "d", {"horizon_s": 1}, {})], None)
    assert found["trials"] == 1
    assert "no position" in found["dsr_why"]


def test_a_signal_is_held_to_what_a_strategy_is_held_to():
    """The same days, the same trials: the same ratio and the same chance of overfitting, whoever asks."""
    made = many(60, edge=0.5)
    found, one = trial_count(made, made[-1]), compete(made, len(made) - 1)
    assert (found["dsr"], found["pbo"], found["effective_trials"]) == (one.dsr, one.pbo, one.n_trials_effective)
    assert one.dsr is not None
    assert one.pbo is not None
