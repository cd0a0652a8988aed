"""What the sizes of orders look like over a window: first digits, round sizes, and the shape of their distribution.

Sizes that many parties choose for many reasons tend to Benford's law and to a log-normal shape, with round sizes more
often than others; sizes that a program draws tend to neither (Cong, Li, Tang and Yang 2023; Aloosh and Li 2024). A
program that means no harm draws sizes too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BENFORD = np.log10(1 + 1 / np.arange(1, 10))
ROUND_LOTS = 10
"""A round size is a multiple of so many lots."""
BINS_AN_OCTAVE = 16
_POWERS = 10 ** np.arange(19, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SizeCounts:
    """Counts per minute: digits (minutes, 9), rounds and roundable (minutes,), logs (minutes, bins)."""

    digits: Ints
    rounds: Ints
    roundable: Ints
    logs: Ints

    @classmethod
    def of(cls, lots: Ints, minute: Ints, minutes: int) -> "SizeCounts":
        """Of orders of positive sizes, each in a minute below `minutes`."""
        scale = _POWERS[np.searchsorted(_POWERS, np.maximum(lots, 1), side="right") - 1]
        place = np.floor(BINS_AN_OCTAVE * np.log2(np.maximum(lots, 1))).astype(np.int64)
        can_be = lots >= ROUND_LOTS
        return cls(
            _counted(minute, lots // scale - 1, minutes, 9),
            np.bincount(minute[is_round(lots)], minlength=minutes),
            np.bincount(minute[can_be], minlength=minutes),
            _counted(minute, place, minutes, int(place.max(initial=0)) + 1),
        )

    def over(self, stands: NDArray[np.bool_], window: int) -> "SizeCounts":
        """Sums over the `window` minutes up to and with each, of those that stand."""
        return SizeCounts(*(trailing(counts, stands, window) for counts in (
            self.digits, self.rounds, self.roundable, self.logs
        )))  # fmt: skip

    def at(self, minute: Ints) -> "SizeCounts":
        """Those of some minutes."""
        return SizeCounts(*(np.ascontiguousarray(counts[minute]) for counts in (
            self.digits, self.rounds, self.roundable, self.logs
        )))  # fmt: skip

    def first_digit_distance(self) -> Floats:
        """Mean distance of the shares of first digits from Benford's; NaN without a size."""
        n = self.digits.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return np.abs(self.digits / n - BENFORD).mean(axis=1)

    def round_share(self) -> Floats:
        """Share of round sizes among those that could be; NaN if none could."""
        with np.errstate(invalid="ignore"):
            return self.rounds / self.roundable

    def lognormal_distance(self) -> Floats:
        """As in kernels.size_shape, of the logarithms."""
        from signals.kernels.size_shape import distance_to_normal  # numba is imported only to compute

        return distance_to_normal(self.logs)


def is_round(lots: Ints) -> NDArray[np.bool_]:
    """Whether sizes are multiples of ROUND_LOTS."""
    return (lots >= ROUND_LOTS) & (lots % ROUND_LOTS == 0)


def trailing(counts: Ints, stands: NDArray[np.bool_], window: int) -> Ints:
    """Sums over the `window` rows up to and with each, of those that stand; what lies before the first is none."""
    kept = counts * (stands if counts.ndim == 1 else stands[:, None])
    running = np.concatenate((np.zeros((1, *kept.shape[1:]), np.int64), np.cumsum(kept, axis=0)))
    rows = np.arange(1, counts.shape[0] + 1)
    return running[rows] - running[np.maximum(rows - window, 0)]


def _counted(minute: Ints, which: Ints, minutes: int, bins: int) -> Ints:
    return np.bincount(minute * bins + which, minlength=minutes * bins).reshape(minutes, bins)
