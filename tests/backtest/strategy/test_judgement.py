"""Each step of the verdict can fail, and says why."""

from dataclasses import replace

import pytest

from backtest.competition import compete
from backtest.strategy.figure import Excess, Figure
from backtest.strategy.judgement import judge
from backtest.strategy.placebos import Compared
from backtest.strategy.sample import Sample
from tests.backtest.test_competition import trials_of

GOOD = Figure(10.0, 1.0, 8.0, 12.0, 120, 120)
BAD = Figure(1.0, 1.0, -1.0, 3.0, 120, 120)
BEATEN = Compared(99, BAD, BAD, BAD, "own_entries", Excess(9, 7, 11), is_beaten=True)
WON = compete(trials_of(days=60, edge=3.0), 0)
ALL = {
    "gross": GOOD,
    "net": GOOD,
    "net_later": GOOD,
    "controls": {"shuffled": BEATEN},
    "competition": WON,
    "sample": Sample(120, 3, 2),
}


def said(**changed):
    found = judge(**(ALL | changed))
    return found.verdict, " / ".join(found.why)


def test_all_shown_is_out_of_sample():
    assert WON.is_won
    assert said() == ("predictive after cost out of sample", "")


@pytest.mark.parametrize(
    "changed",
    [{"sample": Sample(99, 3, 2)}, {"sample": Sample(120, 2, 2)}, {"sample": Sample(120, 3, 1)}],
    ids=["episodes", "symbols", "regimes"],
)
def test_too_small_a_sample_claims_nothing_whatever_it_made(changed):
    verdict, why = said(**changed)
    assert verdict == "no evidence"
    assert "too little data" in why


def test_a_gross_within_chance_or_a_placebo_as_good_is_no_evidence():
    assert said(gross=BAD)[0] == "no evidence"
    verdict, why = said(controls={"shuffled": BEATEN, "past_return": replace(BEATEN, is_beaten=False)})
    assert verdict == "no evidence"
    assert "past_return" in why
    assert "shuffled" not in why


def test_what_the_rule_is_held_against_is_no_placebo():
    own = replace(BEATEN, excess=None, is_beaten=None)
    assert said(controls={"own_entries": own})[0] == "predictive after cost out of sample"


def test_less_than_costs_is_before_cost():
    verdict, why = said(net=BAD)
    assert verdict == "predictive before cost"
    assert "net, first 80 %: +1.00 bps" in why


def test_what_did_not_last_or_was_chosen_among_many_is_in_sample_only():
    assert said(net_later=BAD)[0] == "predictive after cost in sample only"
    assert said(net_later=Figure(float("nan"), *[float("nan")] * 3, 0, 0))[0] == "predictive after cost in sample only"
    verdict, why = said(competition=compete(trials_of(days=60, edge=0.0), 0))
    assert verdict == "predictive after cost in sample only"
    assert "deflated Sharpe ratio" in why
    verdict, why = said(competition=compete(trials_of(days=20, edge=3.0), 0))
    assert verdict == "predictive after cost in sample only"
    assert "20 days of returns, 30 are needed" in why
