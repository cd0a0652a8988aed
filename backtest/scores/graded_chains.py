"""Which chains found are of which icebergs.

A chain found is true if an iceberg of its side stands within a tick of it while it lasts; several may be of one, whose
refills came too far apart. An iceberg that was never refilled often enough to be stated leaves no chain to find: it is
not missed, and a chain that meets only such a one is neither true nor false. `recall_all` counts them all. By class,
what was found for icebergs of other classes is left out, and what is false counts against every class.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.scores.matching import near_pairs, nearest_first

Ints = NDArray[np.int64]

TOLERANCE_TICKS = 1


@dataclass(frozen=True, slots=True)
class Graded:
    """Chains found, icebergs (all of them), and per chain the row of its iceberg, -1 if there is none."""

    found: pl.DataFrame
    truth: pl.DataFrame
    iceberg: Ints
    min_refills: int

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Per iceberg, whether it was refilled often enough to be found."""
        return (self.truth["n_refills"] >= self.min_refills).to_numpy()

    @property
    def is_found(self) -> NDArray[np.bool_]:
        """Per iceberg, whether a chain is of it."""
        found = np.zeros(self.truth.height, bool)
        found[self.iceberg[self.iceberg >= 0]] = True
        return found

    @property
    def is_true(self) -> NDArray[np.bool_]:
        """Per chain, whether it is of an iceberg that counts."""
        return self._of(self.counts)

    @property
    def false(self) -> Ints:
        """Rows of chains that are of no iceberg."""
        return np.flatnonzero(self.iceberg < 0)

    def f1(self, kind: str | None = None) -> float | None:
        """Harmonic mean of precision and recall, over all classes or one; None if there is nothing of either kind."""
        precision, recall = self.precision(kind), self.recall(kind)
        if precision is None and recall is None:
            return None
        if not precision or not recall:
            return 0.0
        return 2 * precision * recall / (precision + recall)

    def precision(self, kind: str | None = None) -> float | None:
        """Share of the chains found that are true; None if none was found."""
        true = int(self._of(self._counting(kind)).sum())
        total = true + self.false.size
        return true / total if total else None

    def recall(self, kind: str | None = None) -> float | None:
        """Share of the icebergs that count which were found; None if none counts."""
        counts = self._counting(kind)
        return float(self.is_found[counts].mean()) if counts.any() else None

    def recall_all(self) -> float | None:
        """The same of all icebergs."""
        return float(self.is_found.mean()) if self.truth.height else None

    def n(self, kind: str | None = None) -> int:
        """Icebergs that count and chains that are false."""
        return int(self._counting(kind).sum()) + self.false.size

    def firsts(self) -> Ints:
        """Rows of the chains that were the first of their iceberg to be known."""
        rows = np.flatnonzero(self.iceberg >= 0)
        rows = rows[np.argsort(self.found["known_ts"].to_physical().to_numpy()[rows], kind="stable")]
        _, first = np.unique(self.iceberg[rows], return_index=True)
        return rows[first]

    def _counting(self, kind: str | None) -> NDArray[np.bool_]:
        return self.counts if kind is None else self.counts & (self.truth["kind"] == kind).to_numpy()

    def _of(self, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Per chain, whether its iceberg is one of those."""
        return (self.iceberg >= 0) & np.append(which, False)[self.iceberg]


def grade_chains(found: pl.DataFrame, truth: pl.DataFrame, legs: pl.DataFrame, tick: float, min_refills: int) -> Graded:
    """Which chain (`found_chains`) is of which iceberg, which stood at `legs` (`standing`): of those with at least
    `min_refills` if there is one, of the nearest."""
    leg, seen, steps = near_pairs(legs, found, tolerance_ms=0, tick=tick, tolerance_ticks=TOLERANCE_TICKS)
    of = legs["iceberg"].to_numpy().astype(np.int64)
    order = nearest_first(legs, found, leg, seen, steps)
    is_small = (truth["n_refills"] < min_refills).to_numpy()
    order = order[np.argsort(is_small[of[leg[order]]], kind="stable")]
    chains, first = np.unique(seen[order], return_index=True)
    iceberg = np.full(found.height, -1, np.int64)
    iceberg[chains] = of[leg[order[first]]]
    return Graded(found, truth, iceberg, min_refills)
