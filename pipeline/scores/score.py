"""Score a simulated world: its captures go the ordinary way, and what came out is compared with the truth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from backtest.scores import (
    score_inventory,
    score_pulls,
    score_regime,
    score_replenishment,
    score_sweeps,
    score_wash_like,
    true_regimes,
)
from backtest.scores.measure import Measure
from backtest.scores.pictures import inventory_picture, replenishment_picture, sweeps_picture
from backtest.scores.scorecard import Run
from backtest.scores.true_sweeps import true_sweeps
from backtest.scores.wash_like import true_pairs
from pipeline.plan import Wanted
from pipeline.run import Progress
from pipeline.scores.estimates import ESTIMATES, GRADED, of_half_life
from pipeline.scores.score_tables import ScoreTables, score_tables

MAX_LAG_MIN = 60
"""How far the lag of the inventory is looked for."""

HIGH_FACTOR = 1.5
"""A minute is truly wild if the value's volatility is above its median by this factor: the world's wild regime has 2.4
times the volatility of the calm one, and both wander."""


def score_world(
    folder: Path, feeds: Sequence[int], *, seed: int, half_life_min: int, wanted: Wanted, progress: Progress
) -> list[Run]:
    """The measures of every detector, one Run per feed (interval in ms, 0: every event).

    seed: of the world; half_life_min: of the inventory that is graded, chosen on other worlds; wanted: preset and
    parameters of the signals. Raises what `score_tables` raises, ValueError if no inventory has that half-life.
    """
    runs = []
    for feed in feeds:
        tables = score_tables(folder, feed, wanted, progress)
        runs.append(Run(feed, seed, tuple(measures(tables, half_life_min=half_life_min, seed=seed))))
    return runs


def measures(tables: ScoreTables, *, half_life_min: int, seed: int) -> list[Measure]:
    """The measures of every detector, and of every inventory estimate, of one world through one feed."""
    signals, truth = tables.signals, tables.truth
    return [
        *(measure for name in ESTIMATES for measure in _inventory_measures(tables, name, half_life_min)),
        *score_pulls(signals["quote_ledger"], signals["quote_pulls"], truth["pulls"]),
        *score_sweeps(signals["sweeps"], signals["trades"], _true_sweeps(tables)),
        *score_wash_like(
            signals["wash_like_pairs"],
            signals["taker_orders"],
            true_pairs(truth["labels"], truth["taker_orders"]),
            gap_ms=tables.params["wash_like"]["gap_ms"],
            most_between=tables.params["wash_like"]["most_between"],
        ),
        *score_replenishment(
            signals["replenishment"],
            signals["taker_orders"],
            truth["icebergs"],
            truth["iceberg_refills"],
            tick=tables.tick,
            min_refills=tables.params["replenishment"]["min_refills"],
            seed=seed,
        ),
        *score_regime(signals["volatility_regime"], true_regimes(truth["values"], factor=HIGH_FACTOR)),
    ]


def _inventory_measures(tables: ScoreTables, name: str, half_life_min: int) -> list[Measure]:
    """Of one estimate; ceilings, which are the same for all, stand with the graded one."""
    truth, is_graded = tables.truth, name == GRADED
    made = score_inventory(
        ESTIMATES[name](tables, half_life_min),
        of_half_life(tables, "maker_inventory", half_life_min),
        truth["inventories"],
        max_lag_min=MAX_LAG_MIN,
        flow=of_half_life(tables, "maker_flow", half_life_min) if is_graded else None,
        owners=truth["owners"] if is_graded else None,
        fills=truth["fills"] if is_graded else None,
    )
    return [replace(one, detector=name) for one in made if is_graded or not one.metric.startswith("ceiling_")]


def picture(tables: ScoreTables, detector: str, *, half_life_min: int, note: str) -> str:
    """SVG text of what a detector found beside the truth. Raises KeyError for a detector without a picture."""
    return PICTURES[detector](tables, half_life_min, note)


def _inventory(tables: ScoreTables, half_life_min: int, note: str) -> str:
    naive = of_half_life(tables, "maker_inventory", half_life_min)
    estimate = ESTIMATES[GRADED](tables, half_life_min)
    return inventory_picture(estimate, naive, tables.truth["inventories"], note=note)


def _sweeps(tables: ScoreTables, _: int, note: str) -> str:
    return sweeps_picture(tables.signals["book_state"], tables.signals["sweeps"], _true_sweeps(tables), note=note)


def _replenishment(tables: ScoreTables, _: int, note: str) -> str:
    return replenishment_picture(
        tables.signals["book_state"],
        tables.signals["replenishment"],
        tables.truth["icebergs"],
        tables.truth["iceberg_refills"],
        tick=tables.tick,
        min_refills=tables.params["replenishment"]["min_refills"],
        note=note,
    )


PICTURES: dict[str, Callable[[ScoreTables, int, str], str]] = {
    "maker_inventory": _inventory,
    "sweeps": _sweeps,
    "replenishment": _replenishment,
}
"""Detectors that can be shown."""


def _true_sweeps(tables: ScoreTables) -> pl.DataFrame:
    rules = ("window_min", "percentile", "min_orders", "many_levels")
    return true_sweeps(
        tables.truth["taker_orders"],
        tables.truth["fills"],
        tables.signals["book_state"],
        tick=tables.tick,
        **{name: tables.params["sweeps"][name] for name in rules},
    )
