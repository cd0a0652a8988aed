"""Chains of refills against the icebergs that made them.

What is true is said in graded_chains. The naive baseline is a spike of volume at a price.
"""

import polars as pl

from backtest.scores.chains import found_chains, standing, volume_spikes
from backtest.scores.controls import turned
from backtest.scores.graded_chains import Graded, grade_chains
from backtest.scores.measure import Measure
from backtest.scores.remaining import delays, score_remaining

DETECTOR = "replenishment"
CLASSES = ("native", "synthetic")
TURNS = 20
"""So often what was found is moved in time, to see how much matches by chance."""


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
    truth = icebergs.sort("venue", "symbol", "chain")
    legs = standing(truth, iceberg_refills)
    graded = grade_chains(found_chains(replenishment), truth, legs, tick, min_refills)
    naive = grade_chains(volume_spikes(taker_orders), truth, legs, tick, min_refills)
    kinds, by_class = set(truth["kind"]), []
    for kind in CLASSES:
        value, plain = (one.f1(kind) if kind in kinds else None for one in (graded, naive))
        by_class.append(Measure(DETECTOR, f"f1_{kind}", value, plain, graded.n(kind) if kind in kinds else 0))
    return [
        Measure(DETECTOR, "f1", graded.f1(), naive.f1(), graded.n()),
        *by_class,
        Measure(DETECTOR, "precision", graded.precision(), naive.precision(), graded.found.height),
        Measure(DETECTOR, "recall", graded.recall(), naive.recall(), truth.height),
        Measure(DETECTOR, "recall_all", graded.recall_all(), naive.recall_all(), truth.height),
        Measure(
            DETECTOR, "f1_by_chance", _by_chance(graded, legs, tick, seed), _by_chance(naive, legs, tick, seed), TURNS
        ),
        *delays(graded, iceberg_refills),
        *score_remaining(replenishment, graded, iceberg_refills),
    ]


def _by_chance(graded: Graded, legs: pl.DataFrame, tick: float, seed: int) -> float | None:
    """Mean F1 of what was found, moved in time around the clock of the simulation."""
    if graded.found.is_empty() or graded.truth.is_empty():
        return None
    turns = turned(graded.found, graded.truth, times=TURNS, seed=seed)
    values = [grade_chains(moved, graded.truth, legs, tick, graded.min_refills).f1() for moved in turns]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
