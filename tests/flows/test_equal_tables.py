"""The driver changes no table: local with one and two workers, and Prefect."""

from pathlib import Path

import pytest

from pipeline.lake import Lake
from tests.flows.conftest import Tables
from tests.pipeline.command import footprint
from tests.survival.lakes import config

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("harness")]


def test_two_local_workers_make_the_same_tables(local: Tables, recordings: Path, tmp_path: Path):
    assert footprint("run", "--config", config(tmp_path, recordings), "--workers", 2, "--no-prefect").code == 0
    assert Tables.of(tmp_path / "lake") == local
    assert len(local.logged) > 10


def test_a_flow_makes_the_same_tables(local: Tables, recordings: Path, tmp_path: Path):
    """With two steps at once."""
    from pipeline.flows import daily

    state = daily(config=config(tmp_path, recordings), workers=2, return_state=True)
    assert state.is_completed(), state.message
    assert Tables.of(tmp_path / "lake") == local


def test_flow_by_flow_is_the_same_as_at_once(local: Tables, recordings: Path, tmp_path: Path):
    from pipeline.flows import compute, ingest, publish

    path = config(tmp_path, recordings)
    assert ingest(config=path, return_state=True).message == "ok 4  failed 0  skipped 0  reused 0"
    assert Lake(tmp_path / "lake").live("taker_flow") == []
    compute(config=path, days=2)
    assert Lake(tmp_path / "lake").live("taker_flow") == [], "2024 is not the last two days"
    compute(config=path)
    assert not (tmp_path / "lake" / "footprint.duckdb").exists()
    publish(config=path)
    assert Tables.of(tmp_path / "lake") == local
    assert ingest(config=path, return_state=True).message == "ok 0  failed 0  skipped 0  reused 4"
