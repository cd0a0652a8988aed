"""How unusual an inventory is, minute by minute: its level and its change against the past, and the level's rank.

Everything is compared with what lies strictly before it. A window is cut by time, so minutes without a value thin it
out; too few of them, and it says nothing.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE
from signals.table import Column
from signals.window_sums import sum_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY_MIN = 1_440

SD_FLOOR = 0.05
"""A standard deviation counts as at least this share of its trailing median: a quiet window makes no alarm."""


SCORES = (
    Column(
        "z_level",
        pl.Float64(),
        "standard deviations",
        "inventory_qty against the 6 h before; their standard deviation counts as at least 5 % of its median of "
        "30 days; null below 10 days of history",
    ),
    Column(
        "z_change",
        pl.Float64(),
        "standard deviations",
        "change of inventory_qty over 6 h against the changes of the 7 days before, 28 windows that do not overlap",
    ),
    Column(
        "q_level", pl.Float64(), "0 to 1", "share of the 30 days before with a lower z_level, equal ones count half"
    ),
)
"""The columns of a table that states an inventory and how unusual it is."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Lengths in minutes: what a level is compared with, its changes, its rank and the medians, and least history."""

    level: int
    change: int
    rank: int
    min_history: int

    def __post_init__(self) -> None:
        lengths = self.level, self.change, self.rank, self.min_history
        if any(type(length) is not int or length < 2 for length in lengths) or self.min_history > self.rank:
            raise ValueError(
                "expected whole minutes, at least 2, and min_history_min up to rank_window_min, got window_min "
                "{}, change_window_min {}, rank_window_min {}, min_history_min {}".format(*lengths)
            )

    @property
    def days(self) -> int:
        """Days before a day whose inventories enter its scores: a rank is among scores made with medians."""
        return -(-(max(2 * self.rank, self.change) + self.level) // DAY_MIN)


@dataclass(frozen=True, slots=True)
class Scores:
    """Per minute; NaN where there is none."""

    z_level: Floats
    z_change: Floats
    q_level: Floats


def scores(
    inventory: Floats, coverage: Floats, first_minute: int, begin: int, windows: Windows, min_coverage: float
) -> Scores:
    """Scores of the minutes from position `begin` on.

    inventory: one a minute, NaN where there is none; coverage: of the level's window before each minute;
    first_minute: number of position 0 since 1970, so that sums are the same wherever the data begin.
    """
    from signals.kernels.maker_inventory import mid_ranks  # numba is imported only to compute

    early = max(begin - windows.rank, 0)
    z_level = level_scores(inventory, coverage, first_minute, early, windows, min_coverage)

    change = np.full(inventory.size, np.nan)
    change[windows.level :] = inventory[windows.level :] - inventory[: -windows.level]
    mean, sd = (part[begin:] for part in _moments(change, first_minute, windows.change, min_coverage))
    is_covered = coverage[begin:] >= min_coverage
    z_change = _score(change[begin:] - mean, np.where(is_covered, sd, np.nan))
    return Scores(z_level[begin - early :], z_change, mid_ranks(z_level, windows.rank, begin - early))


def level_scores(
    inventory: Floats, coverage: Floats, first_minute: int, begin: int, windows: Windows, min_coverage: float
) -> Floats:
    """The level's score of the minutes from position `begin` on; see `scores`."""
    mean, sd = _moments(inventory, first_minute, windows.level, min_coverage)
    used = _floored(sd, begin, windows.rank)
    is_covered = coverage[begin:] >= min_coverage
    return _score(inventory[begin:] - mean[begin:], np.where(is_covered, used, np.nan))


def share_before(covered: Floats, window: int) -> Floats:
    """Mean of the shares of the window of minutes before each, counted in whole microseconds."""
    at = np.arange(covered.size)
    known = sum_between(np.rint(covered * MINUTE).astype(np.int64), np.maximum(at - window, 0), at)
    return known / (window * MINUTE)


def _moments(x: Floats, first_minute: int, window: int, min_coverage: float) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the window before each value; NaN if it holds too few."""
    from signals.kernels.trailing_moments import trailing_moments  # numba is imported only to compute

    count, mean, spread = trailing_moments(x, ~np.isnan(x), window, first_minute)
    few = (count < min_coverage * window) | (count < 2)
    return mean, np.where(few, np.nan, np.sqrt(spread / np.maximum(count - 1, 1)))


def _floored(sd: Floats, begin: int, window: int) -> Floats:
    """The standard deviations from position `begin` on, each at least the floor of its window.

    No median of what is not negative is above twice the mean, so few need theirs: medians are what takes long.
    """
    from signals.kernels.trailing_moments import trailing_moments  # numba is imported only to compute

    early = max(begin - window, 0)
    is_there = ~np.isnan(sd[early:])
    _, mean, _ = trailing_moments(sd[early:], is_there, window, 0)
    used = sd[begin:].copy()
    low = np.flatnonzero(is_there[begin - early :] & ~(used >= 2.001 * SD_FLOOR * mean[begin - early :]))
    if low.size:
        medians = _medians_before(sd, early + np.flatnonzero(is_there), begin + low, window)
        used[low] = np.maximum(used[low], SD_FLOOR * medians)
    return used


def _medians_before(sd: Floats, places: Ints, at: Ints, window: int) -> Floats:
    """Median of what lies at `places` in the window before each position `at`; 0 if there is nothing."""
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    first, after = np.searchsorted(places, at - window), np.searchsorted(places, at)
    lower, upper, has_any = trailing_medians(sd[places], first, after)
    return np.where(has_any, (lower + upper) / 2, 0.0)


def _score(distance: Floats, sd: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sd > 0, distance / sd, np.nan)
