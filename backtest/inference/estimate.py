"""An estimate and how far it may be off."""

from dataclasses import dataclass
from math import copysign, inf, nan


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its standard error, its 95 % interval, and its number of observations; NaN where nothing can be said.

    `n` counts observations as they came, not as independent ones: see effective_sample.
    """

    value: float
    error: float
    low: float
    high: float
    n: int

    @property
    def t(self) -> float:
        """Value over error; infinite if only the error is 0."""
        if self.error == 0:
            return copysign(inf, self.value) if self.value else nan
        return self.value / self.error


def unknown(n: int) -> Estimate:
    """Nothing can be said from these `n` observations."""
    return Estimate(nan, nan, nan, nan, n)
