"""A world goes the ordinary way and is graded: captures in, measures out."""

from xml.etree import ElementTree

import polars as pl
import pytest

from backtest.scores.scorecard import scorecard
from pipeline.errors import FootprintError
from pipeline.progress import Silent
from pipeline.scores.estimates import ESTIMATES, fixed
from pipeline.scores.score import PICTURES, measures, picture, score_world
from pipeline.scores.score_tables import PERP, capture_path, score_tables
from tests.pipeline.worlds import WANTED, write_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "seed3"
    write_world(folder, seed=3, minutes=14)
    return folder


@pytest.fixture(scope="module")
def tables(world):
    return score_tables(world, 100, WANTED, Silent())


@pytest.fixture(scope="module")
def scored(tables):
    return {(one.detector, one.metric): one for one in measures(tables, half_life_min=2, seed=3)}


def test_grouping_prints_into_sweeps_is_all_but_exact(scored):
    precision, recall = (scored["sweeps", name] for name in ("precision", "recall"))
    assert precision.n > 10
    assert precision.value > 0.95
    assert recall.value > 0.95
    assert recall.naive < recall.value


def test_makers_true_fills_are_nearer_the_truth_than_anything_public(scored):
    ceiling = scored["maker_inventory", "ceiling_fills"].value
    assert ceiling > 0.95
    assert 0 < scored["maker_inventory", "correlation"].value < ceiling


def test_chains_found_are_of_icebergs_more_often_than_by_chance(scored):
    assert scored["replenishment", "f1"].value > scored["replenishment", "f1"].naive
    assert scored["replenishment", "f1"].value > scored["replenishment", "f1_by_chance"].value


def test_the_truth_is_that_of_the_perpetual_and_of_the_makers_who_quote_it(tables):
    home = f"{PERP.venue}/{PERP.symbol}"
    makers = tables.truth["owners"].filter(kind="market_maker")
    assert set(makers["home"]) == {home}
    assert set(tables.truth["inventories"]["owner"]) == set(makers["owner"])
    assert set(tables.truth["fills"]["venue"]) == {PERP.venue}


def test_a_further_estimate_stands_beside_the_graded_one(tables, monkeypatch):
    def banded(tables, half_life_min):
        return fixed(tables, half_life_min).with_columns(sd_qty=pl.lit(1e9))

    monkeypatch.setitem(ESTIMATES, "maker_inventory_banded", banded)
    made = {(one.detector, one.metric): one for one in measures(tables, half_life_min=2, seed=3)}
    assert made["maker_inventory_banded", "band_coverage"].value == 1
    assert made["maker_inventory_fixed", "band_coverage"].value is None
    assert made["maker_inventory_banded", "correlation"].value == made["maker_inventory_fixed", "correlation"].value
    assert not [metric for name, metric in made if name.endswith("banded") and metric.startswith("ceiling")]


def test_every_detector_has_a_picture(tables):
    for detector in PICTURES:
        assert ElementTree.fromstring(picture(tables, detector, half_life_min=2, note="seed 3")) is not None


def test_a_world_becomes_rows_of_the_scorecard(tables, world, monkeypatch):
    monkeypatch.setattr("pipeline.scores.score.score_tables", lambda *_: tables)
    runs = score_world(world, [100], seed=3, half_life_min=2, wanted=WANTED, progress=Silent())
    assert [(run.feed_interval_ms, run.seed) for run in runs] == [(100, 3)]
    rows = {(row.detector, row.metric): row for row in scorecard(runs)}
    assert rows["sweeps", "recall"].n_seeds == 1
    assert rows["replenishment", "concordance"].verdict == "no value"


def test_a_half_life_that_was_not_computed_is_refused(tables):
    with pytest.raises(ValueError, match=r"among \[2, 5, 10\] minutes, got 30"):
        measures(tables, half_life_min=30, seed=3)


def test_a_feed_without_a_capture_is_refused(world):
    with pytest.raises(FootprintError, match="expected a raw file"):
        score_tables(world, 0, WANTED, Silent())


def test_captures_are_named_by_feed(tmp_path):
    names = [capture_path(tmp_path, PERP, ms).name for ms in (0, 100, 1_000)]
    assert names == [f"binance-usdm_BTCUSDT_{feed}.gz" for feed in ("event", "100ms", "1s")]
