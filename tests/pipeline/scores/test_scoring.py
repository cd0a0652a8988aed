"""Worlds are simulated, scored and thrown away; the command hands over what came out."""

import json
import tempfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from backtest.scores.scorecard import Row, scorecard
from pipeline.scores.limited_by import limited_by
from pipeline.scores.score_faults import NO_FAULT, SCORE_FAULTS, ScoreFault
from pipeline.scores.scorecard_report import KEYS, command_line, document, objects, text
from pipeline.scores.scoring import CALIBRATION_SEEDS, EVALUATION_SEEDS, SCORED, Scoring, interval_ms, score_seeds
from pipeline.simulator.presets import SMALL
from signals import SIGNALS
from tests.pipeline.command import footprint
from tests.pipeline.worlds import WANTED

MINUTE = 1 / 60
TINY = Scoring(("100ms",), hours=MINUTE, world=SMALL, wanted=WANTED, half_life_min=2)


@pytest.fixture(scope="module")
def told() -> list[int]:
    return []


@pytest.fixture(scope="module")
def runs(told):
    return score_seeds([1, 2], TINY, workers=1, tell=lambda seed, _: told.append(seed))


@pytest.mark.slow
def test_every_seed_is_told_and_has_a_run(runs, told):
    assert told == [1, 2]
    assert [(run.seed, run.feed_interval_ms) for run in runs] == [(1, 100), (2, 100)]
    assert runs[0].measures != runs[1].measures


@pytest.mark.slow
def test_two_processes_give_the_same_numbers(runs):
    assert score_seeds([1, 2], TINY, workers=2, tell=lambda *_: None) == runs


@pytest.mark.slow
def test_worlds_are_thrown_away_also_if_scoring_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="expected a half-life among"):
        score_seeds([1, 2], replace(TINY, half_life_min=7), workers=1, tell=lambda *_: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ten_minutes_as_a_command(tmp_path):
    written, docs = tmp_path / "score.json", tmp_path / "scorecard.md"
    result = footprint(
        *("score", "--seeds", 1, "--hours", 10 * MINUTE, "--feed", "100ms", "--json", written, "--docs", docs),
        *("--workers", 1),
    )
    assert result.code == 0
    assert result.out.startswith("maker_inventory\n  metric")
    assert "not validated on venues" in result.out
    assert max(map(len, result.out.splitlines())) <= 110
    assert "[1/1] seed 1  " in result.err
    rows = json.loads(written.read_text())
    assert all(tuple(row) == KEYS for row in rows)
    values = {(row["detector"], row["metric"]): row["value"] for row in rows}
    assert values["sweeps", "precision"] > 0.95
    assert values["sweeps", "recall"] > 0.95
    assert "footprint score --first-seed 1 --seeds 1 --hours 0.166667 --feed 100ms --docs" in docs.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["score.json", "scorecard.md"]


@pytest.mark.slow
def test_show_writes_a_picture_and_says_where(tmp_path):
    to = tmp_path / "sweeps.svg"
    result = footprint("score", "--show", "sweeps", "--seed", 2, "--hours", 2 * MINUTE, "--to", to)
    assert (result.code, result.out) == (0, "")
    assert str(to) in result.err
    assert ElementTree.fromstring(to.read_text()).tag.endswith("svg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--show", "sweep"), "did you mean sweeps?"),
        (("--feed", "100"), "did you mean 100ms?"),
        (("--seeds", 0), "expected --seeds of 1 or more, or --recordings"),
    ],
)
def test_a_name_that_is_none_is_refused_before_any_work(arguments, said):
    result = footprint("score", *arguments)
    assert (result.code, result.out) == (2, "")
    assert "error[FP009]" in result.err
    assert said in result.err
    assert "simulating" not in result.err


def test_a_folder_of_recordings_that_is_none_is_refused(tmp_path):
    result = footprint("score", "--seeds", 0, "--recordings", tmp_path / "none")
    assert (result.code, result.out) == (2, "")
    assert "expected a folder of recordings" in result.err


def test_a_file_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    result = footprint("score", "--json", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "error[FP015]" in result.err


def test_seeds_for_choosing_are_none_of_those_that_are_scored():
    assert not {*CALIBRATION_SEEDS} & {*EVALUATION_SEEDS}
    assert {len(CALIBRATION_SEEDS), len(EVALUATION_SEEDS)} == {20}


def test_scored_parameters_exist():
    known = {signal.name: signal.params for signal in SIGNALS}
    assert all(name in known[signal] for signal, values in SCORED.params.items() for name in values)


def test_faults_have_names_and_change_something():
    assert len({fault.name for fault in SCORE_FAULTS}) == len(SCORE_FAULTS)
    assert all(replace(fault, name="") != NO_FAULT and fault.name for fault in SCORE_FAULTS)
    feeds = [Scoring(fault=fault).seen for fault in SCORE_FAULTS]
    assert {interval_ms(name) for seen in feeds for name in seen} == {0, 10, 100, 500, 1_000}


def test_a_fault_is_a_key_only_where_faults_were_asked_for():
    rows = scorecard([])
    rows = rows or [Row("sweeps", "recall", 100, 0.9, None, None, 0.5, ">= 0.95", 1, "poor")]
    fault = ScoreFault("message loss 1 %", loss=0.01)
    both = {"": rows, fault.name: rows}
    assert [tuple(one) for one in objects({"": rows}, [])] == [KEYS]
    assert [one["fault"] for one in objects(both, [])] == ["none", fault.name]
    assert "= With message loss 1 % ===" in text(both, [])
    said = document(both, [], seeds=[1], scoring=Scoring(), command="footprint score")
    assert "## With message loss 1 %" in said
    assert "information: " in said


def test_recordings_are_rows_of_the_same_keys():
    row = {"detector": "exact", "metric": "share", "feed_interval_ms": None, "value": 0.5, "lo": 0.4, "hi": 0.6}
    row |= {"naive": None, "target": None, "n_seeds": 0, "n": 1_234, "verdict": "real data", "note": "of prints"}
    assert tuple(objects({}, [row])[0]) == KEYS
    assert "0.4 to 0.6" in text({}, [row])
    assert "1,234" in text({}, [row])
    said = document({}, [row], seeds=[], scoring=Scoring(), command="footprint score")
    assert "| exact | share | 0.5 | 0.4 to 0.6 | - | 1,234 | of prints |" in said


@pytest.mark.parametrize(
    ("verdict", "feed", "start"),
    [("good", 0, ""), ("no value", 0, ""), ("poor", 0, "method: "), ("poor", 100, "information: ")],
)
def test_a_row_that_could_be_better_says_what_limits_it(verdict, feed, start):
    said = limited_by(Row("replenishment", "f1", feed, 0.5, None, None, None, None, 1, verdict))
    assert said.startswith(start)
    assert bool(said) == bool(start)


def test_the_command_of_a_document_names_what_is_not_the_default():
    made = command_line(range(1, 21), Scoring(), with_faults=True, with_recordings=True)
    assert made == (
        "footprint score --first-seed 1 --seeds 20 --hours 3 --faults --recordings DIR --docs docs/scorecard.md"
    )
