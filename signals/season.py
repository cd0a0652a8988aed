"""Season: what is usual at this hour of the week, from the same hour of past weeks.

Markets have a day and a week of their own: activity of one hour is compared with that of the same hour before, whole
hours all of which are over.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Season:
    """Slots of `slot_min` minutes that come again every `period_min`; `periods` past ones are looked at, and at least
    `least` of them must have a value."""

    slot_min: int
    period_min: int
    periods: int
    least: int

    def __post_init__(self) -> None:
        if (
            self.slot_min < 1
            or self.period_min < self.slot_min  # or the present would be among the past
            or self.period_min % self.slot_min
            or (DAY // MINUTE) % self.slot_min
        ):
            raise ValueError(
                f"expected slot_min to divide a day and period_min, got {self.slot_min} and {self.period_min}"
            )
        if not 1 <= self.least <= self.periods:
            raise ValueError(f"expected min_slots from 1 to periods {self.periods}, got {self.least}")

    @property
    def reach_min(self) -> int:
        """Minutes before a bar's end at which the earliest bar ends that it is compared with, at most."""
        return self.periods * self.period_min + self.slot_min

    def slot(self, ends: Ints) -> Ints:
        """Number of the slot that holds each bar; the bar that ends a slot belongs to it."""
        return (ends - 1) // (self.slot_min * MINUTE)

    def typical(self, ends: Ints, values: Floats, at: Ints) -> tuple[Floats, Ints]:
        """(median of the values in the same slot of past periods, how many of these have a value) for each bar of `at`.

        ends: of the values, ascending; NaN is no value. NaN where too few slots have one.
        """
        is_there = ~np.isnan(values)
        ends, values = ends[is_there], values[is_there]
        width, period = self.slot_min * MINUTE, self.period_min // self.slot_min
        slots, where = np.unique(self.slot(at), return_inverse=True)
        medians, counts = np.full(slots.size, np.nan), np.zeros(slots.size, np.int64)
        past = slots[:, None] - period * np.arange(self.periods, 0, -1)
        first, after = (np.searchsorted(ends, edge * width, side="right") for edge in (past, past + 1))
        for row in range(slots.size):
            parts = [values[a:b] for a, b in zip(first[row], after[row], strict=True) if b > a]
            counts[row] = len(parts)
            if len(parts) >= self.least:
                medians[row] = np.median(np.concatenate(parts))
        return medians[where], counts[where]
