"""Which Prefect a run talks to, and how it is set."""

import os
from pathlib import Path

import pytest

from pipeline.errors import FootprintError
from pipeline.prefect_api import settle_prefect
from tests.pipeline.captures import session, write_capture
from tests.pipeline.command import program

SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR",
}


def test_settings_are_ours_where_the_user_has_none(monkeypatch):
    for name in SETTINGS:
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "300")
    settle_prefect()
    wanted = SETTINGS | {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300"}
    assert {name: os.environ[name] for name in SETTINGS} == wanted


def test_a_server_that_does_not_answer_is_told_before_anything_is_done(tmp_path: Path):
    """PREFECT_API_URL alone asks for it; nobody listens on port 9."""
    write_capture(tmp_path / "a.gz", session())
    raw = '[[raw]]\nsource = "binance-capture"\nmarket = "binance-usdm/BTCUSDT"\nfiles = "*.gz"\n'
    (tmp_path / "footprint.toml").write_text(raw)
    result = program("run", folder=tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert (result.code, result.out) == (1, "")
    lines = result.err.splitlines()
    assert lines[:2] == ["error[FP020]: Prefect is not there", "  --> http://127.0.0.1:9/api"]
    assert lines[2].startswith("  why: the Prefect server does not answer: ")
    assert lines[3] == "  try: start it, or correct PREFECT_API_URL, or: --no-prefect"
    assert not (tmp_path / "data").exists()
    assert program("run", "--no-prefect", folder=tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api").code == 0


def test_steps_go_to_threads_or_to_the_dask_scheduler_that_is_named(monkeypatch):
    from pipeline.tasks import task_runner

    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    assert task_runner(3)._max_workers == 3
    assert task_runner()._max_workers == os.cpu_count()
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://scheduler:8786")
    try:
        import prefect_dask  # noqa: F401
    except ImportError:
        with pytest.raises(FootprintError, match="DASK_SCHEDULER_ADDRESS is tcp://scheduler:8786, and") as refused:
            task_runner()
        assert refused.value.fault.title == "Prefect is not there"
    else:
        assert task_runner().address == "tcp://scheduler:8786"
