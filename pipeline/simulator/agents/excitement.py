"""Excitement: orders that bring further orders, a Hawkes process with a sum of exponential kernels."""

from dataclasses import dataclass, field
from math import exp


@dataclass(slots=True)
class Excitement:
    """Intensity = base * level + sum of decaying responses to past events; `shares` sum to the branching ratio.

    Rates are per microsecond. `thin` is Ogata's (1981): a candidate drawn with the intensity before is kept with the
    ratio of the intensity now to it.
    """

    base: float
    shares: tuple[float, ...]
    decays_us: tuple[float, ...]
    _parts: list[float] = field(default_factory=list)
    _time: int = 0

    def __post_init__(self) -> None:
        self._parts = [0.0] * len(self.shares)

    def rate(self, now: int, level: float = 1.0) -> float:
        """Events per microsecond expected now; `level` moves the base."""
        passed = now - self._time
        if passed > 0:
            self._time = now
            self._parts = [part * exp(-passed / decay) for part, decay in zip(self._parts, self.decays_us, strict=True)]
        return self.base * level + sum(self._parts)

    def excite(self) -> None:
        """An event happened at the time asked for last."""
        for place, (share, decay) in enumerate(zip(self.shares, self.decays_us, strict=True)):
            self._parts[place] += share / decay
