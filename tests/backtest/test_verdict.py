"""A verdict claims no more than was shown, step by step."""

from itertools import product

import pytest

from backtest.verdict import VERDICTS, Findings, verdict

CLAIMS = list(VERDICTS)


@pytest.mark.parametrize(
    ("explains", "predicts", "pays", "pays_later", "said"),
    [
        (False, False, False, False, "no evidence"),
        (True, False, False, False, "contemporaneous only"),
        (False, True, False, False, "predictive before cost"),
        (True, True, False, False, "predictive before cost"),
        (True, True, True, False, "predictive after cost in sample only"),
        (True, True, True, True, "predictive after cost out of sample"),
        (True, False, True, True, "contemporaneous only"),  # paid, and not for what it claims
        (True, True, False, True, "predictive before cost"),
    ],
)
def test_a_verdict_is_the_furthest_step_reached_without_a_gap(explains, predicts, pays, pays_later, said):
    assert verdict(Findings(explains, predicts, pays, pays_later)) == said


def test_showing_more_never_claims_less():
    for shown in product((False, True), repeat=4):
        for place in range(4):
            more = (*shown[:place], True, *shown[place + 1 :])
            assert CLAIMS.index(verdict(Findings(*more))) >= CLAIMS.index(verdict(Findings(*shown)))
