"""Matching: which detected event is which true one.

A pair may match if it is of one market and side, its intervals overlap or lie at most a tolerance apart, and, where
places count, its prices are at most so many ticks apart. Pairs are taken one by one, the nearest first: by distance in
price, then by the time between the intervals, then by the time between their starts, then the earlier row of the truth,
then the earlier one found; each event is taken once. Taking the nearest first may leave a pair unmatched that another
choice would have matched, so scores are never too high for it.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_MS = 1_000


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs of rows, by row of the truth, and how many there were.

    true_rows, found_rows: shape (pairs,), row numbers of the frames that were matched.
    """

    true_rows: Ints
    found_rows: Ints
    n_true: int
    n_found: int

    @property
    def n_matched(self) -> int:
        return self.true_rows.size

    @property
    def precision(self) -> float | None:
        """Share of what was found that is true; None if nothing was found."""
        return self.n_matched / self.n_found if self.n_found else None

    @property
    def recall(self) -> float | None:
        """Share of what is true that was found; None if there is nothing to find."""
        return self.n_matched / self.n_true if self.n_true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; 0 if nothing matched, None if there was nothing to find and nothing found."""
        total = self.n_true + self.n_found
        return 2 * self.n_matched / total if total else None

    @property
    def missed(self) -> Ints:
        """Rows of the truth that were not found."""
        return np.setdiff1d(np.arange(self.n_true), self.true_rows)

    @property
    def false(self) -> Ints:
        """Rows found that are not true."""
        return np.setdiff1d(np.arange(self.n_found), self.found_rows)


def match(
    truth: pl.DataFrame,
    found: pl.DataFrame,
    *,
    tolerance_ms: float,
    tick: float | None = None,
    tolerance_ticks: int = 0,
) -> Matching:
    """Match one to one events with columns venue, symbol, side, start_ts, end_ts and, if `tick` is given, price.

    tick: quote per base; without it places do not count. Raises ValueError if an interval ends before it starts.
    """
    true, seen, steps = near_pairs(truth, found, tolerance_ms=tolerance_ms, tick=tick, tolerance_ticks=tolerance_ticks)
    is_free, is_new = np.ones(truth.height, bool), np.ones(found.height, bool)
    kept = []
    for pair in nearest_first(truth, found, true, seen, steps).tolist():
        if is_free[true[pair]] and is_new[seen[pair]]:
            is_free[true[pair]] = is_new[seen[pair]] = False
            kept.append(pair)
    taken = np.array(kept, np.int64)
    taken = taken[np.argsort(true[taken], kind="stable")]
    return Matching(true[taken], seen[taken], truth.height, found.height)


def near_pairs(
    truth: pl.DataFrame, found: pl.DataFrame, *, tolerance_ms: float, tick: float | None, tolerance_ticks: int
) -> tuple[Ints, Ints, Ints]:
    """(rows of the truth, rows of what was found, ticks between their prices) of all pairs that may match."""
    pairs = [np.empty((2, 0), np.int64)]
    sides = {name: _sorted(frame, name) for name, frame in (("truth", truth), ("found", found))}
    for key, true_rows in sides["truth"].items():
        if key in sides["found"]:
            pairs.append(_near_in_time(truth, found, true_rows, sides["found"][key], round(tolerance_ms * _MS)))
    true, seen = np.concatenate(pairs, axis=1)
    if tick is None:
        return true, seen, np.zeros(true.size, np.int64)
    apart = np.abs(truth["price"].to_numpy()[true] - found["price"].to_numpy()[seen]) / tick
    steps = np.rint(apart).astype(np.int64)
    is_near = steps <= tolerance_ticks
    return true[is_near], seen[is_near], steps[is_near]


def nearest_first(truth: pl.DataFrame, found: pl.DataFrame, true: Ints, seen: Ints, steps: Ints) -> Ints:
    """The order in which the pairs are taken: `near_pairs`, the nearest first."""
    true_start, true_end = (truth[name].to_physical().to_numpy() for name in ("start_ts", "end_ts"))
    found_start, found_end = (found[name].to_physical().to_numpy() for name in ("start_ts", "end_ts"))
    apart = np.maximum(true_start[true] - found_end[seen], found_start[seen] - true_end[true])
    between = np.abs(true_start[true] - found_start[seen])
    return np.lexsort((seen, true, between, np.maximum(apart, 0), steps))


def _sorted(frame: pl.DataFrame, name: str) -> dict[tuple[object, ...], Ints]:
    """Row numbers by market and side, in order of start."""
    if (frame["end_ts"] < frame["start_ts"]).any():
        raise ValueError(f"{name}: expected intervals that end after they start")
    rows = frame.select("venue", "symbol", "side", "start_ts").with_row_index("row").sort("start_ts", "row")
    groups = rows.group_by("venue", "symbol", "side", maintain_order=True).agg("row")
    return {tuple(group[:3]): np.array(group[3], np.int64) for group in groups.iter_rows()}


def _near_in_time(truth: pl.DataFrame, found: pl.DataFrame, true_rows: Ints, found_rows: Ints, tolerance: int) -> Ints:
    """(2, pairs): rows of the truth and of what was found whose intervals lie at most `tolerance` us apart."""
    starts, ends = (found[name].to_physical().to_numpy()[found_rows] for name in ("start_ts", "end_ts"))
    true_starts, true_ends = (truth[name].to_physical().to_numpy()[true_rows] for name in ("start_ts", "end_ts"))
    first = np.searchsorted(np.maximum.accumulate(ends), true_starts - tolerance)  # all before ended too early
    after = np.searchsorted(starts, true_ends + tolerance, side="right")
    pairs = [np.empty((2, 0), np.int64)]
    # One by one: an interval of hours among what was found makes all pairs together too many to hold.
    for row, begin, start, end in zip(true_rows, first, true_starts - tolerance, after, strict=True):
        near = begin + np.flatnonzero(ends[begin:end] >= start)
        pairs.append(np.stack([np.full(near.size, row), found_rows[near]]))
    return np.concatenate(pairs, axis=1)
