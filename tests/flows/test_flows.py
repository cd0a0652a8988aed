"""What a flow run tells: a state in the step's words, artifacts with counts, the lines of the local driver."""

import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.run import Outcome, RunReport
from tests.pipeline.captures import session, write_capture
from tests.pipeline.command import Result, footprint, ingest_command
from tests.pipeline.lakes import ALONE, digests, state

pytestmark = pytest.mark.usefixtures("harness")

STEP = "binance-usdm/BTCUSDT 2024-03-05"
STEPS = ("normalise", "close", *(signal.name for signal in ALONE))
"""What is done for one day of a perpetual."""


@dataclass(frozen=True)
class Seen:
    """What the server has of a flow run: its last message, the names of its task runs, its artifacts."""

    message: str
    tasks: set[str]
    artifacts: dict[str, Any]

    @classmethod
    def of(cls, ended: Any) -> "Seen":
        from prefect import get_client
        from prefect.client.schemas.filters import (
            ArtifactFilter,
            ArtifactFilterFlowRunId,
            FlowRunFilter,
            FlowRunFilterId,
        )

        run = ended.state_details.flow_run_id
        with get_client(sync_client=True) as client:
            tasks = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
            found = client.read_artifacts(
                artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
            )
            message = client.read_flow_run(run).state.message
        return cls(message, {task.name for task in tasks}, {one.key: one.data for one in found})


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write_capture(tmp_path / "raw" / "small.gz", session())


def _configured(folder: Path, files: str = "raw/*.gz") -> Path:
    path = folder / "footprint.toml"
    raw = f'[[raw]]\nsource = "binance-capture"\nmarket = "binance-usdm/BTCUSDT"\nfiles = "{files}"\n'
    path.write_text('[lake]\nroot = "lake"\n' + raw)
    return path


def _lose_the_recording(lake: Path, capture: Path) -> None:
    """The normalised tables are gone, what was staged too, and the raw file has been moved away."""
    shutil.rmtree(lake / "trades")
    shutil.rmtree(lake / "_staged")
    capture.rename(capture.with_name("elsewhere"))


def test_a_run_shows_its_steps_with_rows_and_coverage(capture: Path, tmp_path: Path):
    from pipeline.flows import daily

    ended = daily(config=_configured(tmp_path), return_state=True)
    seen = Seen.of(ended)
    lake = Lake(tmp_path / "lake")
    assert set(seen.artifacts) == {"footprint-steps", "footprint-totals"}
    rows = json.loads(seen.artifacts["footprint-steps"])
    assert [row["step"] for row in rows] == [f"{name} {STEP}" for name in STEPS]
    assert {row["state"] for row in rows} == {"ok"}
    close = sum(file.rows for table in ("book_close", "book_checks", "gaps") for file in lake.live(table))
    assert rows[1]["rows"] == close > 0
    tables = ("book_state", "taker_flow", "quote_ledger")
    assert re.fullmatch(", ".join(rf"{table} [01]\.\d{{3}}" for table in tables), rows[2]["coverage"])
    assert rows[2]["seconds"] > 0
    told = seen.artifacts["footprint-totals"]
    assert told.startswith(
        f"**ok {len(STEPS)}  failed 0  skipped 0  reused 0**, {sum(row['rows'] for row in rows)} rows written"
    )
    assert "| trades | 40 |" in told.splitlines()
    names = {f"read {capture.name}", *(row["step"] for row in rows)}
    for _ in range(100):  # the server hears of task runs a little later
        if Seen.of(ended).tasks == names:
            break
        time.sleep(0.1)
    assert Seen.of(ended).tasks == names


def test_a_failing_step_fails_the_flow_in_its_own_words(capture: Path, tmp_path: Path):
    from pipeline.flows import compute, ingest

    ingest(config=_configured(tmp_path))
    _lose_the_recording(tmp_path / "lake", capture)
    before = state(tmp_path / "lake")
    ended = compute(config=tmp_path / "footprint.toml", return_state=True)
    assert ended.is_failed()
    seen = Seen.of(ended)
    assert seen.message.startswith(
        f"1 of {1 + len(ALONE)} steps failed\nnormalise {STEP}: error[FP013]: a raw file has gone\n"
    )
    assert f"--> {capture}" in seen.message
    rows = json.loads(seen.artifacts["footprint-steps"])
    assert [row["state"] for row in rows] == ["failed", *["skipped"] * len(ALONE)]
    assert rows[1]["error"] == f"needs normalise {STEP}"
    assert "error[FP013]" in seen.artifacts["footprint-totals"]
    assert state(tmp_path / "lake") == before


def test_a_request_that_is_wrong_is_raised_as_it_is(tmp_path: Path):
    from pipeline.flows import run_now

    with pytest.raises(FootprintError, match="no file matches 'raw"):
        run_now("daily", None, config=_configured(tmp_path))


def _said(result: Result) -> tuple[int, str, list[str]]:
    """Exit code and lines, without the seconds things took."""
    lines = re.sub(r"\d+\.\d s", "_ s", result.err).splitlines()
    return result.code, re.sub(r'"seconds": [\d.]+', "", result.out), lines


def test_run_says_the_same_through_prefect(tmp_path: Path, monkeypatch):
    said = []
    for driver in ("--no-prefect", "--prefect"):
        folder = tmp_path / driver
        write_capture(folder / "raw" / "small.gz", session())
        _configured(folder)
        monkeypatch.chdir(folder)
        said.append([_said(footprint("run", driver, *form)) for form in (("--json",), ())])
    assert said[0] == said[1]
    (first, again) = said[0]
    assert first[0] == again[0] == 0
    assert first[2][0] == "read small.gz"
    assert again[2][1] == f"nothing to do: {len(STEPS)} steps are fresh"
    assert digests(Lake(tmp_path / "--prefect" / "lake")) == digests(Lake(tmp_path / "--no-prefect" / "lake"))


def test_compute_fails_the_same_through_prefect(tmp_path: Path):
    lake, capture = tmp_path / "lake", write_capture(tmp_path / "small.gz", session())
    ingest_command(lake, capture)
    _lose_the_recording(lake, capture)
    local = _said(footprint("compute", "--lake", lake))
    assert _said(footprint("compute", "--lake", lake, "--prefect")) == local
    assert local[0] == 1
    assert "error[FP013]: a raw file has gone" in local[2]


def test_nothing_is_tried_twice_that_only_computes():
    from pipeline.tasks import TASKS

    assert {task.name: task.retries for task in TASKS.values()} == {"step": 0, "read": 0}


def test_telemetry_is_off_in_this_process():
    from prefect._internal.analytics.enabled import is_telemetry_enabled
    from prefect.settings import get_current_settings

    assert os.environ["DO_NOT_TRACK"] == "1"
    assert not is_telemetry_enabled()
    settings = get_current_settings().server
    assert settings.analytics_enabled is False
    assert settings.ephemeral.startup_timeout_seconds == 120


def test_a_report_in_words():
    from pipeline.flows import failures, step_rows, summary

    report = RunReport(
        [
            Outcome("a", "ok", 1_200, 0.25, coverage={"x": 0.5, "y": 2 / 3}),
            Outcome("b", "failed", error="it broke"),
            Outcome("c", "skipped", error="needs b"),
        ],
        reused=4,
        seconds=1.0,
    )
    assert failures(report) == "1 of 3 steps failed\nb: it broke"
    assert step_rows(report)[0] == {
        "step": "a",
        "state": "ok",
        "rows": 1_200,
        "coverage": "x 0.500, y 0.667",
        "seconds": 0.25,
        "error": "",
    }
    assert summary(report, {"trades": 1_000, "empty": 0}) == (
        "**ok 1  failed 1  skipped 1  reused 4**, 1,200 rows written in 1.0 s\n\n"
        "```\n1 of 3 steps failed\nb: it broke\n```\n\n"
        "| published table | rows |\n|---|---:|\n| trades | 1,000 |"
    )
