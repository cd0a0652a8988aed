"""A plan says why, and after its steps are done there is nothing left to do."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import pipeline.plan
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import Wanted, make_plan
from pipeline.progress import Silent
from pipeline.registry import forget
from pipeline.run import run_plan
from pipeline.sources import SOURCES
from pipeline.steps import execute
from signals import SIGNALS

BTCUSDT = Market("binance-usdm", "BTCUSDT")
STATED = MarketSettings(tick=0.1, qty_decimals=3)
WANTED = Wanted({BTCUSDT: STATED})
FIRST, SECOND = date(2024, 1, 2), date(2024, 1, 3)


@pytest.fixture
def files(pieces: Path) -> list[Path]:
    return sorted(pieces.iterdir())


def add(lake: Lake, files: list[Path]) -> None:
    ingest(lake, SOURCES["binance-capture"], files, BTCUSDT, WANTED, workers=1)


def do(lake: Lake, wanted: Wanted = WANTED) -> None:
    report = run_plan(lake, make_plan(lake, wanted, signals=True), workers=1, progress=Silent())
    assert not report.count("failed")
    left = make_plan(lake, wanted, signals=True)
    assert (left.steps, left.drops) == ((), ())


def reasons(lake: Lake, wanted: Wanted = WANTED) -> dict[tuple[str, date], str]:
    return {(step.name, step.day): step.why for step in make_plan(lake, wanted, signals=True).steps}


@pytest.fixture
def lake(tmp_path: Path, files: list[Path]) -> Lake:
    """With the first three of four files; the last of them reaches into the second day."""
    lake = Lake(tmp_path / "lake")
    add(lake, files[:3])
    assert set(reasons(lake).values()) == {"never made"}
    do(lake)
    return lake


def test_a_new_file_is_named_and_what_follows_names_its_inputs(lake, files):
    add(lake, files[3:])
    said = reasons(lake)
    assert {day for _, day in said} == {SECOND}, "the first day is over"
    assert said["normalise", SECOND].startswith("raw file ")
    assert said["normalise", SECOND].endswith(" added")
    assert "input normalise changed" in said["close", SECOND]
    assert "data now reaches 2024-01-03 00:01:2" in said["close", SECOND]
    assert "feeds" not in said["close", SECOND], "what did not change is not named"
    assert "book_updates" in said["book_pass", SECOND]
    do(lake)


def test_a_withdrawn_file_is_named(lake, files):
    gone = forget(lake, files[2].name)
    said = reasons(lake)
    assert said["normalise", min(gone.dates)] == f"raw file {gone.file_id} withdrawn"
    do(lake)


def test_the_next_day_makes_the_day_before_complete(tmp_path, files):
    lake = Lake(tmp_path / "lake")
    add(lake, files[:1])
    do(lake)
    add(lake, files[2:])
    said = reasons(lake)
    assert "data now reaches 2024-01-03 00:00:00" in said["close", FIRST]
    do(lake)


def test_a_new_version_or_parameter_of_a_signal_is_named(lake, monkeypatch):
    signal = SIGNALS[0]
    name, value = next((name, value) for name, value in signal.params.items() if isinstance(value, float))
    other = replace(WANTED, params={signal.name: {name: value / 2}})
    assert reasons(lake, other)[signal.name, FIRST] == f"parameter {name} changed: {value} -> {value / 2}"
    raised = replace(signal, version=signal.version + 1)
    monkeypatch.setattr(pipeline.plan, "SIGNALS", (raised, *SIGNALS[1:]))
    why = reasons(lake)[signal.name, SECOND]
    assert why == f"version {signal.version} -> {signal.version + 1}"


def test_days_outside_are_left_out_but_for_what_is_needed(tmp_path, files):
    """Bounded to the second day, a plan still brings the book over midnight; it must not wait for it for ever."""
    lake = Lake(tmp_path / "lake")
    add(lake, files)
    plan = make_plan(lake, WANTED, signals=True, since=SECOND)
    done = [(step.name, step.day) for step in plan.steps]
    assert ("close", FIRST) in done
    # What other days read of the first is made too, and nothing else of it.
    assert ("book_pass", FIRST) in done
    assert not {("footprint", FIRST), ("reversion_signal", FIRST)} & set(done)
    assert run_plan(lake, plan, workers=1, progress=Silent()).count("ok") == len(done)
    assert not make_plan(lake, WANTED, signals=True, since=SECOND).steps
    assert {step.day for step in make_plan(lake, WANTED, signals=True, until=FIRST).steps} == {FIRST}


def test_a_commit_that_was_cut_short_is_done_again(lake):
    """Some tables of a step bear the new mark already, others the old one: the step is stale, and says as of what."""
    wanted = Wanted({BTCUSDT: replace(STATED, silence_s=20.0)})
    plan = make_plan(lake, wanted, signals=False)
    (step, *_) = plan.steps
    done = execute(lake.root, step)
    lake.commit(pipeline.plan.TABLES, done.parts[:1], [])
    assert reasons(lake, wanted)["close", FIRST] == "silence_s 10.0 -> 20.0"
    do(lake, wanted)
