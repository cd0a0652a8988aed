"""Steps on a Dask scheduler that stands already: the same tables. Needs the extra dask."""

from pathlib import Path

import pytest

from tests.flows.conftest import Tables
from tests.pipeline.command import footprint
from tests.survival.lakes import config

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
pytest.importorskip("prefect_dask")

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("harness")]


def test_two_dask_workers_make_the_same_tables(local: Tables, recordings: Path, tmp_path: Path, monkeypatch):
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", cluster.scheduler_address)
        assert footprint("run", "--config", config(tmp_path, recordings), "--prefect").code == 0
        done = cluster.scheduler.transition_counter
    assert Tables.of(tmp_path / "lake") == local
    assert done > 0, "the steps were done there"
