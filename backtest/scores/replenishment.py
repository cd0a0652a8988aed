"""Chains of refills against the icebergs that made them.

A chain found is true if an iceberg of its side stands within a tick of it while it lasts. An iceberg that was never
refilled often enough to be stated leaves no chain to find: it is not missed, and a chain that meets only such a one
is neither true nor false. `recall_all` counts them all. By class, what was found for icebergs of other classes is left
out, and what is false counts against every class. The naive baseline is a spike of volume at a price.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.controls import turned
from backtest.matching import Matching, match
from backtest.measure import Measure
from backtest.scores.chains import found_chains, true_chains, volume_spikes
from backtest.scores.remaining import delays, score_remaining

DETECTOR = "replenishment"
CLASSES = ("native", "synthetic")
TOLERANCE_TICKS = 1

TURNS = 20
"""So often what was found is moved in time, to see how much matches by chance."""


@dataclass(frozen=True, slots=True)
class Graded:
    """Chains found, icebergs (all of them), which is which, and which icebergs and chains count."""

    found: pl.DataFrame
    truth: pl.DataFrame
    matching: Matching
    min_refills: int

    def f1(self, kind: str | None = None) -> float | None:
        """F1 over all classes, or one."""
        true, n_found = self._counts(kind)
        total = int(true.sum()) + n_found
        hits = int(true[self.matching.true_rows].sum())
        return 2 * hits / total if total else None

    def precision(self) -> float | None:
        true, n_found = self._counts(None)
        return int(true[self.matching.true_rows].sum()) / n_found if n_found else None

    def recall(self) -> float | None:
        true, _ = self._counts(None)
        return int(true[self.matching.true_rows].sum()) / int(true.sum()) if true.any() else None

    def n(self, kind: str | None = None) -> int:
        true, n_found = self._counts(kind)
        return int(true.sum()) + n_found

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Per iceberg, whether it was refilled often enough to be found."""
        return (self.truth["n_refills"] >= self.min_refills).to_numpy()

    def _counts(self, kind: str | None) -> tuple[NDArray[np.bool_], int]:
        """(per iceberg, whether it counts; how many chains found do)."""
        counts = self.counts
        if kind is not None:
            counts = counts & (self.truth["kind"] == kind).to_numpy()
        return counts, int(counts[self.matching.true_rows].sum()) + self.matching.false.size


def score_replenishment(
    replenishment: pl.DataFrame,
    taker_orders: pl.DataFrame,
    icebergs: pl.DataFrame,
    iceberg_refills: pl.DataFrame,
    *,
    tick: float,
    min_refills: int,
    seed: int,
) -> list[Measure]:
    """F1 of chains overall and by class, what chance would reach, the delay of detection, and remaining sizes.

    replenishment, taker_orders: rows of the signals of a market; icebergs, iceberg_refills: its truth; min_refills: of
    an iceberg that could be stated, as the signal has it; seed: of the turns in time for `f1_by_chance`.
    """
    truth = true_chains(icebergs)
    graded = grade_chains(found_chains(replenishment), truth, tick, min_refills)
    naive = grade_chains(volume_spikes(taker_orders), truth, tick, min_refills)
    kinds, by_class = set(truth["kind"]), []
    for kind in CLASSES:
        value, plain = (one.f1(kind) if kind in kinds else None for one in (graded, naive))
        by_class.append(Measure(DETECTOR, f"f1_{kind}", value, plain, graded.n(kind) if kind in kinds else 0))
    return [
        Measure(DETECTOR, "f1", graded.f1(), naive.f1(), graded.n()),
        *by_class,
        Measure(DETECTOR, "precision", graded.precision(), naive.precision(), graded.found.height),
        Measure(DETECTOR, "recall", graded.recall(), naive.recall(), truth.height),
        Measure(DETECTOR, "recall_all", graded.matching.recall, naive.matching.recall, truth.height),
        Measure(DETECTOR, "f1_by_chance", _by_chance(graded, tick, seed), _by_chance(naive, tick, seed), TURNS),
        *delays(graded.found, truth, graded.matching, iceberg_refills),
        *score_remaining(replenishment, graded.found, truth, graded.matching, iceberg_refills),
    ]


def grade_chains(found: pl.DataFrame, truth: pl.DataFrame, tick: float, min_refills: int) -> Graded:
    """Which chain (`found_chains`) is of which iceberg (`true_chains`).

    Icebergs with at least `min_refills` are matched first: a smaller one takes no chain from them.
    """
    is_large = (truth["n_refills"] >= min_refills).to_numpy()
    large, small = np.flatnonzero(is_large), np.flatnonzero(~is_large)
    first = _match(found, truth[large], tick)
    rest = first.false
    second = _match(found[rest], truth[small], tick)
    true_rows = np.concatenate([large[first.true_rows], small[second.true_rows]])
    found_rows = np.concatenate([first.found_rows, rest[second.found_rows]])
    return Graded(found, truth, Matching(true_rows, found_rows, truth.height, found.height), min_refills)


def _match(found: pl.DataFrame, truth: pl.DataFrame, tick: float) -> Matching:
    return match(truth, found, tolerance_ms=0, tick=tick, tolerance_ticks=TOLERANCE_TICKS)


def _by_chance(graded: Graded, tick: float, seed: int) -> float | None:
    """Mean F1 of what was found, moved in time around the clock of the simulation."""
    if graded.found.is_empty() or graded.truth.is_empty():
        return None
    turns = turned(graded.found, graded.truth, times=TURNS, seed=seed)
    values = [grade_chains(moved, graded.truth, tick, graded.min_refills).f1() for moved in turns]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
