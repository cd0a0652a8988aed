"""What a combined forecast is of, and how it is judged: every number that is a choice, in one place."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Target = Literal["return", "volatility"]

UNITS: Mapping[Target, str] = {"return": "bps", "volatility": "log of fraction per root year"}


@dataclass(frozen=True, slots=True)
class Choices:
    """horizon_min: of the outcome; latency_ms: from known to the first price; lookback_min: memory purged.

    sampling_s: of the returns a volatility is made of; min_coverage: seconds with a mid over those of the window;
    folds: refits of the walk-forward; draws: of every control and importance; cost_bps: of a round trip; seed: of all
    randomness. Raises ValueError for what cannot be.
    """

    target: Target
    horizon_min: int
    latency_ms: float
    lookback_min: int
    sampling_s: int
    min_coverage: float
    folds: int
    draws: int
    cost_bps: float
    seed: int

    def __post_init__(self) -> None:
        if self.target not in UNITS:
            raise ValueError(f"expected a target of {', '.join(UNITS)}, got {self.target!r}")
        if self.horizon_min < 1 or self.latency_ms < 0 or self.lookback_min < 0 or self.cost_bps < 0:
            raise ValueError("need horizon_min >= 1, and latency_ms, lookback_min and cost_bps >= 0")
        if not 1 <= self.sampling_s <= 30 * self.horizon_min or (60 * self.horizon_min) % self.sampling_s:
            raise ValueError(f"need sampling_s that divides the horizon at least twice, got {self.sampling_s}")
        if not 0 < self.min_coverage <= 1 or self.folds < 2 or self.draws < 2:
            raise ValueError("need 0 < min_coverage <= 1, folds >= 2 and draws >= 2")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
