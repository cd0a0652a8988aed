"""Negative controls on a whole world: what must not be found, and what a score must do when it is spoilt on purpose."""

from dataclasses import replace

import polars as pl
import pytest

from backtest.scores.chains import found_chains
from backtest.scores.controls import delayed, most_by_chance, permuted
from pipeline.progress import Silent
from pipeline.scores.score import measures
from pipeline.scores.score_tables import score_tables
from pipeline.scores.scoring import SCORED, SPURIOUS_CHAINS_PER_HOUR
from tests.pipeline.worlds import write_world

pytestmark = pytest.mark.slow

MINUTES = 20
HALF_LIFE_MIN = 2


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Of a world in which nobody hides anything."""
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, seed=3, minutes=MINUTES, without=("icebergs",))
    return score_tables(folder, 100, SCORED, Silent())


def graded(tables, **changed: pl.DataFrame):
    """Values by detector and metric, with some tables of signals changed."""
    tables = replace(tables, signals={**tables.signals, **changed})
    return {(one.detector, one.metric): one for one in measures(tables, half_life_min=HALF_LIFE_MIN, seed=3)}


def test_where_nobody_hides_hardly_anything_is_found(tables):
    """Not nothing: makers who quote again at the same price look like an iceberg, at a rate measured on other seeds."""
    assert tables.truth["icebergs"].is_empty()
    found = found_chains(tables.signals["replenishment"]).height
    assert found <= most_by_chance(SPURIOUS_CHAINS_PER_HOUR * MINUTES / 60)


def test_where_nobody_hides_there_is_nothing_to_recall(tables):
    made = graded(tables)
    assert made["replenishment", "recall"].value is None
    assert made["replenishment", "f1_native"].value is None
    assert not made["replenishment", "precision"].value


@pytest.mark.parametrize("late", [1, 3])
def test_a_feed_delayed_by_d_has_a_lag_grown_by_d(tables, late):
    before = graded(tables)["maker_inventory", "lag_min"].value
    after = graded(tables, inventory_state=delayed(tables.signals["inventory_state"], late))
    assert after["maker_inventory", "lag_min"].value == before + late


def test_an_inventory_permuted_in_time_scores_at_chance(tables):
    inventory = tables.signals["inventory_state"]
    shuffled = [permuted(inventory, "filtered_qty", seed=seed) for seed in range(20)]
    values = [graded(tables, inventory_state=one)["maker_inventory", "correlation"].value for one in shuffled]
    assert abs(sum(values) / len(values)) < 0.2
    assert graded(tables)["maker_inventory", "correlation"].value > max(values)


def test_wash_like_pairs_moved_in_time_score_at_chance(tables):
    moved = tables.signals["wash_like_pairs"].with_columns(pl.col("event_ts", "first_ts").dt.offset_by("7s"))
    assert graded(tables)["wash_like", "auc"].value > 0.8
    assert abs(graded(tables, wash_like_pairs=moved)["wash_like", "auc"].value - 0.5) < 0.05


def test_sweeps_moved_in_time_are_found_by_chance_only(tables):
    moved = tables.signals["sweeps"].with_columns(pl.col("event_ts").dt.offset_by("7s"))
    assert graded(tables)["sweeps", "f1"].value > 0.95
    assert graded(tables, sweeps=moved)["sweeps", "f1"].value < 0.05
