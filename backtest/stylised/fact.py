"""A stylised fact, and what was measured against it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that lies in [low, high] in the markets we know.

    `unit` is what it counts, `meaning` how it is measured, `source` where the range is from.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a fact in one market; NaN where it could not be measured, which never holds."""

    fact: Fact
    value: float

    @property
    def is_in_range(self) -> bool:
        return self.fact.low <= self.value <= self.fact.high
