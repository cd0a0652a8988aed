"""The five things a judge may say of a signal or a strategy, and the rule by which one of them is said."""

from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal[
    "no evidence",
    "contemporaneous only",
    "predictive before cost",
    "predictive after cost in sample only",
    "predictive after cost out of sample",
]

VERDICTS: Final[dict[Verdict, str]] = {
    "no evidence": "nothing was shown; with little data that says little",
    "contemporaneous only": "moves with the return of its own window; of the next nothing was shown",
    "predictive before cost": "says something of the next return, less than a round trip costs",
    "predictive after cost in sample only": "pays on the data it was looked for in, and was not shown to elsewhere",
    "predictive after cost out of sample": "pays on data that had no part in choosing it",
}
"""In order of what they claim."""

LEVEL: Final = 0.05
"""Chance of a test to find what is not there."""

POWER: Final = 0.8
"""Chance that a sample should have had to find what is."""

LATER_SHARE: Final = 0.2
"""Of the time, set aside at the end: what is found before has to hold there too."""

HURDLE_T: Final = 3.0
"""What a single test has to reach (Harvey, Liu and Zhu 2016): many have looked at such signals before."""

LEAST_DAYS: Final = 10
"""Days of data below which no forecast is claimed, whatever the figures: fewer are one state of one market."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was shown, each beyond chance and with the sign that was fixed beforehand; all else is False.

    is_explaining: moves with the return of its own window. is_predicting: with the return after it was known, by more
    than every placebo. is_paying: net of costs, in sample. is_paying_later: net of costs, on data set aside,
    with a deflated Sharpe ratio above 0.95 and a probability of overfitting of at most 0.2.
    """

    is_explaining: bool
    is_predicting: bool
    is_paying: bool
    is_paying_later: bool


def verdict(found: Findings) -> Verdict:
    """The furthest claim of which every step below it was shown too."""
    if not found.is_predicting:
        return "contemporaneous only" if found.is_explaining else "no evidence"
    if not found.is_paying:
        return "predictive before cost"
    return "predictive after cost out of sample" if found.is_paying_later else "predictive after cost in sample only"
