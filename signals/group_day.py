"""A day of a group of markets: the sum of what is held in them, minute by minute, and how unusual it is."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE
from signals.hour_of_week import typical_before
from signals.inventory_scores import DAY_MIN, Windows, level_scores, scores, share_before
from signals.market_sum import carried, mean_of, total

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rules:
    """The research choices; lengths in minutes."""

    windows: Windows
    share_days: int
    seasonal_window: int
    min_known_share: float
    min_coverage: float

    @property
    def reach(self) -> int:
        """Before a day, what enters it."""
        return reach_min(self.windows, self.seasonal_window, self.share_days)


def reach_min(windows: Windows, seasonal_window: int, share_days: int) -> int:
    """Minutes before a day that enter it: the windows of its scores, and what the first of their sums is judged by."""
    seasonal = windows.rank + windows.level + seasonal_window
    return max(windows.days * DAY_MIN, seasonal) + share_days * DAY_MIN


def day_of_group(rows: pl.DataFrame, day: int, half_life: int, weight: Floats, rules: Rules) -> pl.DataFrame:
    """The sum with its scores in every minute of the day up to its last row.

    rows: of one half-life, from the reach before the day to its end: market (its position in `weight`), bar_end in
    microseconds, inventory_qty, unleaked_qty, confidence.
    """
    ends = rows["bar_end"].to_numpy()
    origin = min(int(ends.min() - 1) // DAY * DAY, day)
    begin = (day - origin) // MINUTE
    shape = weight.size, max(int(ends.max() - origin) // MINUTE, begin)
    at = rows["market"].to_numpy(), (ends - origin) // MINUTE - 1
    held, naive, confidence = (
        _by_market(rows[name], at, shape) for name in ("inventory_qty", "unleaked_qty", "confidence")
    )
    held, naive = held * weight[:, None], naive[:, begin:] * weight[:, None]
    carries = carried(held, rules.share_days, DAY_MIN)
    now = carries[:, begin:]
    is_known = ~np.isnan(held)
    known_share = mean_of(is_known, carries)
    coverage = share_before(known_share, rules.windows.level)
    summed = total(held, known_share, rules.min_known_share)
    columns = {
        "inventory_qty": summed[begin:],
        "unleaked_qty": total(naive, mean_of(~np.isnan(naive), now), rules.min_known_share),
        **_scored(summed, coverage, origin // MINUTE, begin, rules),
        "known_share": known_share[begin:],
        "coverage": coverage[begin:],
        "confidence": mean_of(np.where(is_known, confidence, 0.0)[:, begin:], now),
    }
    return pl.DataFrame(
        {
            "bar_end": origin + (np.arange(begin, shape[1]) + 1) * MINUTE,
            "half_life_min": np.full(shape[1] - begin, half_life, np.int64),
            **{name: pl.Series(values).fill_nan(None) for name, values in columns.items()},
            "n_known": is_known[:, begin:].sum(axis=0, dtype=np.int64),
        }
    )


def _by_market(values: pl.Series, at: tuple[Ints, Ints], shape: tuple[int, int]) -> Floats:
    """A row a market, a column a minute; NaN where nothing is known."""
    placed = np.full(shape, np.nan)
    placed[at] = values.to_numpy()
    return placed


def _scored(summed: Floats, coverage: Floats, first_minute: int, begin: int, rules: Rules) -> dict[str, Floats]:
    """The scores from position `begin` on; none before there is a history of sums."""
    found = scores(summed, coverage, first_minute, begin, rules.windows, rules.min_coverage)
    early = max(begin - rules.windows.rank - rules.windows.level, 0)
    usual = typical_before(summed, first_minute, early, rules.seasonal_window)
    adjusted = np.divide(summed[early:], usual, out=np.full(usual.size, np.nan), where=usual > 0)
    seasonal = adjusted, coverage[early:], first_minute + early, begin - early
    made = {
        "z_level": found.z_level,
        "z_change": found.z_change,
        "q_level": found.q_level,
        "z_seasonal": level_scores(*seasonal, rules.windows, rules.min_coverage),
    }
    stated = np.flatnonzero(~np.isnan(summed))
    first = int(stated[0]) if stated.size else summed.size
    is_old = np.arange(begin, summed.size) + 1 - first >= rules.windows.min_history
    return {name: np.where(is_old, values, np.nan) for name, values in made.items()}
