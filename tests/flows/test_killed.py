"""A flow run that is killed and run again makes the tables of one that nobody disturbed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pipeline.lake import Lake
from tests.flows.conftest import Served, Tables
from tests.pipeline.command import footprint
from tests.survival.lakes import config
from tests.survival.test_survival_kill import KILL_AT

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("harness")]


MARK = "book_close/"
"""The run is killed when the first file with this in its path is about to take its name."""


def test_killed_midway_and_run_again(served: Served, local: Tables, recordings: Path, tmp_path: Path):
    """Then some parts are written and none is committed. PREFECT_API_URL alone makes it a flow run."""
    path = config(tmp_path, recordings)
    run = [sys.executable, "-c", KILL_AT, MARK, "run", "--config", str(path)]
    killed = subprocess.run(run, capture_output=True, check=False, env=os.environ | {"PREFECT_API_URL": served.url})
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert list((tmp_path / "lake").rglob("part-*.parquet")), "it was killed midway"
    assert not Lake(tmp_path / "lake").exists("trades")
    assert _states(served.url) >= {"Running"}, "nobody told the server"

    assert footprint("run", "--config", path, "--prefect").code == 0
    assert Tables.of(tmp_path / "lake") == local


def _states(url: str) -> set[str]:
    """The states of all flow runs that the server knows."""
    found = httpx.post(f"{url}/flow_runs/filter", json={}, trust_env=False).raise_for_status().json()
    return {run["state_name"] for run in found}
