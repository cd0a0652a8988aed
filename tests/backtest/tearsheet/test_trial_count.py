"""Trials are counted once each, and what is too little for a number gets a reason."""

from datetime import date, timedelta

import numpy as np

from backtest.tearsheet.trial_count import is_out_of_sample, trial_count
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
    assert "20 are needed" in found["dsr_why"]
    assert "48 days" in found["pbo_why"]


def test_asking_again_is_no_new_trial():
    assert trial_count([*many(2), *many(2)], None)["trials"] == 6


def test_noise_does_not_survive_and_an_edge_does():
    worthless, real = many(100), many(100, edge=1.5)
    assert not is_out_of_sample(trial_count(worthless, worthless[-1]))
    found = trial_count(real, real[-1])
    assert found["dsr"] > 0.95
    assert found["pbo"] <= 0.2
    assert found["effective_trials"] == 6
    assert is_out_of_sample(found)


def test_sizes_have_trials_and_no_returns():
    found = trial_count([Trial("tearsheet/x", "c", "d", {"horizon_s": 1}, {})], None)
    assert found["trials"] == 1
    assert "no position" in found["dsr_why"]
