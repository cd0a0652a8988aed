"""A signal on its grid of time: a place for every step, NaN where nothing is known."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.claims.claim import Claim
from signals.bars import MILLISECOND, SECOND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Series:
    """at: ends of the steps (us); known: from when the value may be used; value (n,). Places are one step apart.

    rows: how many there were; nulls: of these, how many say nothing; merged: rows that share a place with a later one;
    delay_ms: median time from the end of a bar, or from the event, to when it was known; None without a value.
    """

    at: Ints
    known: Ints
    value: Floats
    step_s: int
    rows: int
    nulls: int
    merged: int
    delay_ms: float | None = None

    @property
    def day(self) -> Ints:
        """UTC day of each place, as a number."""
        return (self.at - 1) // (86_400 * SECOND)

    def steps(self, seconds: float) -> int:
        """A length of time in steps, rounded up, at least one."""
        return max(1, -(-int(seconds) // self.step_s))

    def apart(self, seconds: float, seen: NDArray[np.bool_]) -> int:
        """Stretches of this length that hold something seen: as many returns do not overlap."""
        width = max(int(seconds), self.step_s) * SECOND
        return int(np.unique(self.at[seen] // width).size)

    def with_value(self, value: Floats) -> "Series":
        return replace(self, value=value)


def series_of(frame: pl.DataFrame, claim: Claim, *, until: int) -> Series:
    """From rows with the columns `at`, `known` (us) and `value` of one market; rows after `until` (us) are not used.

    Events of one place become one, known with the last of them: the sum of what has a direction, the mean of sizes.
    """
    frame = frame.filter(pl.col("at") <= until)
    width = claim.step_s * SECOND
    kept = frame.filter(pl.col("value").is_not_null() & pl.col("value").is_finite())
    placed = (
        kept.with_columns(at=-(-pl.col("at") // width) * width)
        .group_by("at")
        .agg(pl.col("known").max(), pl.col("value").sum() if claim.forecast == "return" else pl.col("value").mean())
        .sort("at")
    )
    edges = frame["at"]
    if not frame.height:
        return Series(*(np.empty(0, np.int64),) * 2, np.empty(0), claim.step_s, 0, 0, 0)
    begin, end = (-(-int(edge) // width) * width for edge in (edges.min(), edges.max()))  # type: ignore[arg-type]
    at = np.arange(begin, end + 1, width, dtype=np.int64)
    place = (placed["at"].to_numpy() - begin) // width
    known, value = at.copy(), np.full(at.size, np.nan)
    known[place], value[place] = placed["known"].to_numpy(), placed["value"].to_numpy()
    nulls, merged = frame.height - kept.height, kept.height - placed.height
    delay = kept.select((pl.col("known") - pl.col("at")).median()).item()
    delay_ms = None if delay is None else delay / MILLISECOND
    return Series(at, known, value, claim.step_s, frame.height, nulls, merged, delay_ms)
