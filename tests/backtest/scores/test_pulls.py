"""Seconds of a ledger and true withdrawals: times in seconds."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from backtest.scores.pulls import average_precision, score_pulls
from pipeline.simulator.truth import PULLS
from signals.quote_ledger import QUOTE_LEDGER
from signals.quote_pulls import QUOTE_PULLS
from tests.backtest.scores.test_sweeps import truth_rows
from tests.signals.rows import rows_of


def second(end, bid=0.0, ask=0.0, **lost):
    row = {"bar_end": end, "bid_pull_intensity": bid, "ask_pull_intensity": ask}
    return row | {"bid_decreased_qty": lost.get("bid_lost", 1.0), "ask_decreased_qty": lost.get("ask_lost", 1.0)}


def scored(seconds, truth, pulls=()):
    ledger = rows_of(QUOTE_LEDGER, seconds)
    true = truth_rows(PULLS, [{"event_ts": at, "owner": 1, "side": side, "qty": 1.0} for at, side in truth])
    stated = rows_of(QUOTE_PULLS, [{"event_ts": at, "side": side} for at, side in pulls])
    return {one.metric: one for one in score_pulls(ledger, stated, true)}


def test_ranking_the_true_seconds_first_is_one_over_their_share():
    got = scored([second(1, ask=0.2), second(2, bid=0.3), second(3), second(4)], [(0.5, -1), (1.99, 1), (1.995, 1)])
    one = got["auc_pr_over_base"]
    assert (one.value, one.n) == (8 / 2, 2)  # two of eight cases
    assert one.naive == 1  # all decreases are equal


def test_the_side_and_the_second_must_be_right():
    got = scored([second(1, bid=0.2), second(2), second(3), second(4)], [(0.5, -1)])
    # the true case shares the last place with six others: precision 1 / 8
    assert got["auc_pr_over_base"].value == 1
    got = scored([second(1, bid=0.2), second(2), second(3), second(4)], [(1.0, 1)])
    assert got["auc_pr_over_base"].value == 1  # at 1 s begins the second that ends at 2 s


def test_seconds_of_which_nothing_is_said_are_no_cases():
    got = scored([second(1, ask=0.2), second(2, bid=None, ask=None)], [(0.5, -1), (1.5, 1)])
    assert (got["auc_pr_over_base"].value, got["auc_pr_over_base"].n) == (2, 1)


def test_stated_pulls_are_counted_by_their_second_and_side():
    got = scored([second(1), second(2)], [(0.5, -1)], [(0.1, -1), (0.2, 1), (1.5, -1)])
    one = got["event_precision"]
    assert (one.value, one.naive, one.n) == (pytest.approx(1 / 3), 1 / 4, 3)


def test_without_a_true_withdrawal_there_is_no_value():
    got = scored([second(1)], [])
    assert [one.value for one in got.values()] == [None, None]


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_that_of_scikit_learn(seed):
    draw = np.random.default_rng(seed)
    score, true = draw.integers(0, 6, 60).astype(float), draw.random(60) < 0.2
    assert average_precision(score, true) == pytest.approx(average_precision_score(true, score), abs=1e-12)
