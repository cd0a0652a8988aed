"""What may go wrong between a market and its recording, so that the scorecard can be repeated with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoreFault:
    """One fault: the share of depth messages lost, how far the recorder's clock is ahead (us), the share of retail
    orders the book does not show, and feeds that take the place of those asked for; none of it, no fault.
    """

    name: str = ""
    loss: float = 0.0
    skew_us: int = 0
    rpi_share: float = 0.0
    feeds: tuple[str, ...] = ()


NO_FAULT = ScoreFault()
SCORE_FAULTS = (
    ScoreFault("message loss 0.1 %", loss=0.001),
    ScoreFault("message loss 1 %", loss=0.01),
    ScoreFault("clock 50 ms ahead", skew_us=50_000),
    ScoreFault("clock 50 ms behind", skew_us=-50_000),
    ScoreFault("retail orders outside the book 10 %", rpi_share=0.1),
    ScoreFault("feeds of 10 and 500 ms", feeds=("10ms", "500ms")),
)
"""Domain reference, section 4.5."""
