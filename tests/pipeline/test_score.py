"""A world goes the ordinary way and is graded: captures in, measures out."""

import io
from xml.etree import ElementTree

import pytest

from backtest.scorecard import scorecard
from pipeline.errors import FootprintError
from pipeline.plan import Wanted
from pipeline.progress import LineProgress
from pipeline.score import PICTURES, measures, picture, score_world
from pipeline.score_tables import PERP, capture_path, score_tables
from tests.pipeline.truth_of_demo import write_world

WANTED = Wanted(preset="demo", params={"maker_inventory": {"burn_in_half_lives": 1}})


def quiet():
    return LineProgress(io.StringIO())


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "seed3"
    write_world(folder, seed=3, minutes=14)
    return folder


@pytest.fixture(scope="module")
def tables(world):
    return score_tables(world, 100, WANTED, quiet())


@pytest.fixture(scope="module")
def scored(tables):
    return {(one.detector, one.metric): one for one in measures(tables, half_life_min=2, seed=3)}


def test_grouping_prints_into_sweeps_is_all_but_exact(scored):
    precision, recall = (scored["sweeps", name] for name in ("precision", "recall"))
    assert precision.n > 10
    assert precision.value > 0.95
    assert recall.value > 0.95
    assert recall.naive < recall.value


def test_who_never_hedges_holds_minus_cvd(scored):
    correlation = scored["maker_inventory", "correlation"]
    assert correlation.naive == pytest.approx(1, abs=1e-6)
    assert scored["maker_inventory", "ceiling_half_life"].value == pytest.approx(1, abs=1e-3)
    assert correlation.value < 1
    assert scored["maker_inventory", "lag_min"].naive == 0


def test_where_there_are_no_icebergs_there_is_nothing_to_recall(scored):
    assert scored["replenishment", "recall"].value is None
    assert scored["replenishment", "f1_native"].value is None


def test_every_detector_has_a_picture(tables):
    for detector in PICTURES:
        assert ElementTree.fromstring(picture(tables, detector, half_life_min=2, note="seed 3")) is not None


def test_a_world_becomes_rows_of_the_scorecard(tables, world, monkeypatch):
    monkeypatch.setattr("pipeline.score.score_tables", lambda *_: tables)
    runs = score_world(world, [100], seed=3, half_life_min=2, wanted=WANTED, progress=quiet())
    assert [(run.feed_interval_ms, run.seed) for run in runs] == [(100, 3)]
    rows = {(row.detector, row.metric): row for row in scorecard(runs)}
    assert rows["sweeps", "recall"].n_seeds == 1
    assert rows["maker_inventory", "band_coverage"].verdict == "no value"


def test_a_half_life_that_was_not_computed_is_refused(tables):
    with pytest.raises(ValueError, match=r"among \[1, 2, 5\] minutes, got 30"):
        measures(tables, half_life_min=30, seed=3)


def test_a_feed_without_a_capture_is_refused(world):
    with pytest.raises(FootprintError, match="expected a raw file"):
        score_tables(world, 0, WANTED, quiet())


def test_captures_are_named_by_feed(tmp_path):
    names = [capture_path(tmp_path, PERP, ms).name for ms in (0, 100, 1_000)]
    assert names == [f"binance-usdm_BTCUSDT_{feed}.gz" for feed in ("event", "100ms", "1s")]
