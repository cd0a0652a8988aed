"""Measure: one number about one detector, with the naive baseline's beside it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured in one simulated market.

    value: None where nothing could be measured (a silent detector has no precision); naive: the same number for the
    naive baseline, None if there is none; n: of how many cases (minutes, events, refills).
    """

    detector: str
    metric: str
    value: float | None
    naive: float | None
    n: int
