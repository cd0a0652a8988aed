"""Grades: what counts as good, as acceptable, and as poor.

A value gets the best tier whose bounds it keeps; what is below acceptable is poor. The bounds are targets of this
project, not results from the literature, which has none for detectors that see no order ids.
"""

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "acceptable", "poor", "no value", "no target"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Values from `low` to `high`, in the unit of the metric; None is no bound, `is_open` leaves the bounds out."""

    low: float | None = None
    high: float | None = None
    is_open: bool = False

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("expected at least one bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"expected low up to high, got {self.low} and {self.high}")

    def hold(self, value: float) -> bool:
        """Whether a value keeps them; NaN keeps none."""
        if math.isnan(value):
            return False
        above = self.low is None or (value > self.low if self.is_open else value >= self.low)
        below = self.high is None or (value < self.high if self.is_open else value <= self.high)
        return above and below

    def __str__(self) -> str:
        equal = "" if self.is_open else "="
        if self.low is None:
            return f"<{equal} {self.high:g}"
        if self.high is None:
            return f">{equal} {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of a metric: bounds of the tiers acceptable and good, the latter inside the former."""

    metric: str
    acceptable: Bounds
    good: Bounds

    def verdict(self, value: float | None) -> Verdict:
        """The best tier reached; "no value" where nothing could be measured (None or NaN)."""
        if value is None or math.isnan(value):
            return "no value"
        if self.good.hold(value):
            return "good"
        return "acceptable" if self.acceptable.hold(value) else "poor"

    def __str__(self) -> str:
        return f"{self.acceptable}; good {self.good}"


def at_least(metric: str, acceptable: float, good: float, *, is_open: bool = False) -> Target:
    """A target for a metric of which more is better; `is_open`: good starts above its bound, not at it."""
    return Target(metric, Bounds(low=acceptable), Bounds(low=good, is_open=is_open))


def below(metric: str, acceptable: float, good: float) -> Target:
    """A target for a metric of which less is better; the bounds themselves are too much."""
    return Target(metric, Bounds(high=acceptable, is_open=True), Bounds(high=good, is_open=True))


def verdict(value: float | None, target: Target | None) -> Verdict:
    """The verdict on a value; "no target" for a value that is stated beside others and not judged itself."""
    if value is None or math.isnan(value):
        return "no value"
    return "no target" if target is None else target.verdict(value)
