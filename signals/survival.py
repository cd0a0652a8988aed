"""Survival: how far things go that are seen from some size on only, and whose end is not always seen.

Sizes are in any one unit. A thing is observed from `entry` (delayed entry: had it ended before, nobody would know of
it) up to `size`, where it ended of some cause or was lost sight of (censored). It is at risk at v if
`entry < v <= size`: at a tie, ends come before censorings. Kaplan and Meier 1958; Aalen and Johansen 1978.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Survival:
    """Step functions of the size: they change at `steps` (ascending) and hold from there on.

    `ends` has a row per cause: how many ended of it at each step, of the `at_risk` there. Nothing is said of sizes up
    to `start`. `largest` is the largest size observed (0 if none): vmax of restricted means.
    """

    steps: Floats
    at_risk: Ints
    ends: Ints
    start: float
    largest: float

    @classmethod
    def of(cls, entry: Floats, size: Floats, cause: Ints, *, causes: int = 1, min_at_risk: int = 1) -> "Survival":
        """The curve of things that ended of `cause` 1 to `causes`, or were censored (0).

        It starts at the first size beyond which at least `min_at_risk` are at risk. Raises ValueError if a thing
        entered at or beyond its own size.
        """
        if (entry >= size).any():
            row = int(np.argmax(entry >= size))
            raise ValueError(f"expected entry < size, got {float(entry[row])} and {float(size[row])} in row {row}")
        entries, sizes = np.sort(entry), np.sort(size)
        starts = entries[_beyond(entries, sizes, entries) >= min_at_risk]
        start = float(starts[0]) if starts.size else np.inf
        steps = np.unique(size[(cause > 0) & (size > start)])
        at_risk = np.searchsorted(entries, steps) - np.searchsorted(sizes, steps)
        ends = [np.bincount(np.searchsorted(steps, size[_ended(cause, size, j, start)]), minlength=steps.size)
                for j in range(1, causes + 1)]  # fmt: skip
        return cls(steps, at_risk, np.array(ends, np.int64), start, float(sizes[-1]) if sizes.size else 0.0)

    def survival(self, v: Floats) -> Floats:
        """S(v): share that goes beyond v."""
        return _at(self._surviving, self.steps, v, before=1.0)

    def conditional(self, v: Floats, e: Floats) -> Floats:
        """S(v | e) = S(v) / S(e), v >= e: share of those beyond e that goes beyond v. NaN where none goes beyond e."""
        return _ratio(self.survival(v), self.survival(e))

    def remaining(self, e: Floats, largest: float) -> Floats:
        """E[size - e | size > e], restricted to sizes up to `largest`: the integral of S(u | e) from e to there."""
        return _ratio(self._area(np.full(e.size, largest)) - self._area(np.minimum(e, largest)), self.survival(e))

    def quantile(self, e: Floats, share: float) -> Floats:
        """Smallest size by which at least `share` of those beyond e have ended; `largest` if fewer ever do."""
        reached = np.searchsorted(-self._surviving, -(1 - share) * self.survival(e) - 1e-12)
        return np.maximum(np.append(self.steps, self.largest)[reached], e)

    def incidence(self, cause: int, e: Floats) -> Floats:
        """Aalen-Johansen: share of those beyond e that ends of `cause` (from 1), all causes competing."""
        before = np.concatenate(([1.0], self._surviving))[:-1]
        summed = np.cumsum(before * self.ends[cause - 1] / self.at_risk)
        total = summed[-1] if summed.size else 0.0
        return _ratio(total - _at(summed, self.steps, e, before=0.0), self.survival(e))

    def beyond(self, entry: Floats, size: Floats, e: Floats) -> Ints:
        """How many of the things with these entries and sizes are at risk just beyond e."""
        return _beyond(np.sort(entry), np.sort(size), e)

    @property
    def _surviving(self) -> Floats:
        return np.cumprod(1 - self.ends.sum(axis=0) / self.at_risk)

    def _area(self, v: Floats) -> Floats:
        """Integral of S from 0 to v."""
        knots = np.concatenate(([0.0], self.steps))
        height = np.concatenate(([1.0], self._surviving))
        below = np.concatenate(([0.0], np.cumsum(np.diff(knots) * height[:-1])))
        at = np.searchsorted(knots, v, side="right") - 1
        return below[at] + (v - knots[at]) * height[at]


def _ended(cause: Ints, size: Floats, which: int, start: float) -> NDArray[np.bool_]:
    return (cause == which) & (size > start)


def _beyond(entries: Floats, sizes: Floats, v: Floats) -> Ints:
    return np.searchsorted(entries, v, side="right") - np.searchsorted(sizes, v, side="right")


def _at(values: Floats, steps: Floats, v: Floats, *, before: float) -> Floats:
    """The step function that is `before` up to the first step."""
    return np.concatenate(([before], values))[np.searchsorted(steps, v, side="right")]


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
