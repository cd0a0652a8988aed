"""A Sharpe ratio after all that was tried; None, with the reason, where nothing can be said."""

from datetime import date, timedelta

import numpy as np
import pytest

from backtest.competition import SAME_IDEA, compete
from backtest.inference.deflated_sharpe import deflate
from backtest.inference.overfitting import overfitting
from backtest.trial import Trial

FIRST = date(2024, 1, 1)


def trials_of(*, days, edge, count=8, seed=1):
    """Of independent noise, the first with an edge of so many standard deviations a day."""
    drawn = np.random.default_rng(seed).normal(size=(count, days))
    drawn[0] += edge
    return [
        Trial("f", "c", "d", {"at": at}, {FIRST + timedelta(day): float(value) for day, value in enumerate(row)})
        for at, row in enumerate(drawn)
    ]


def test_it_is_what_the_tested_statistics_say_of_all_trials():
    made = trials_of(days=60, edge=0.5)
    found = compete(made, 0)
    returns = np.array([[trial.returns[FIRST + timedelta(day)] for trial in made] for day in range(60)])
    assert found.dsr == deflate(returns, 0, least_correlation=SAME_IDEA).dsr
    assert (found.pbo, found.blocks) == (overfitting(returns, blocks=16).pbo, 16)
    assert (found.n_trials, found.n_trials_effective, found.days) == (8, 8, 60)


def test_more_trials_of_nothing_lower_it():
    one, many = (compete(trials_of(days=60, edge=0.3, count=count), 0) for count in (2, 40))
    assert many.dsr < one.dsr
    assert many.n_trials == 40


def test_the_same_idea_again_is_no_other_trial():
    made = trials_of(days=60, edge=0.3, count=2)
    again = [Trial("f", "c", "d", {"at": 10 + at}, made[0].returns) for at in range(5)]
    found = compete([*made, *again], 0)
    assert (found.n_trials, found.n_trials_effective) == (7, 2)


@pytest.mark.parametrize(("days", "blocks"), [(48, 16), (47, 14), (30, 10), (12, 4)])
def test_few_days_are_cut_into_fewer_blocks(days, blocks):
    assert compete(trials_of(days=days, edge=1), 0).blocks == blocks


def test_what_cannot_be_said_has_a_reason():
    assert compete(trials_of(days=11, edge=1), 0).pbo_reason == "11 days of returns, 12 are needed"
    assert compete(trials_of(days=29, edge=1), 0).dsr_reason == "29 days of returns, 30 are needed"
    alone = compete(trials_of(days=60, edge=1, count=1), 0)
    assert alone.pbo is None
    assert "a single configuration" in alone.pbo_reason
    assert alone.dsr is not None  # a single trial has no hurdle but 0
    assert not alone.is_won
    idle = [Trial("f", "c", "d", {"at": at}, {FIRST + timedelta(day): 0.0 for day in range(60)}) for at in (0, 1)]
    found = compete(idle, 0)
    assert (found.dsr, found.pbo, found.is_won) == (None, None, False)
