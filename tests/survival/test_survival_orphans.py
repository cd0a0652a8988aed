"""Workers do not outlive their driver, and a run outlives its workers: it says which steps it could not do."""

import os
import signal
import subprocess
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from pipeline.pool import process_pool
from pipeline.run import _submit
from tests.survival.lakes import MARKET, command, config, footprint, through_delta

pytestmark = pytest.mark.slow


def children(parent: int) -> set[int]:
    """Processes started by `parent` that still run."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.add(int(status.parent.name))
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def workers_of(process: subprocess.Popen) -> set[int]:
    """The pool's processes, once there are two (and the one that tracks their resources)."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        found = {
            child
            for child in children(process.pid)
            if b"spawn_main" in (Path(f"/proc/{child}/cmdline").read_bytes() if is_running(child) else b"")
        }
        if len(found) == 2:
            return found
        time.sleep(0.02)
    raise AssertionError("no two workers were seen")


def test_workers_die_with_their_driver(pieces, tmp_path):
    run = command("run", "--config", config(tmp_path, pieces), "--workers", 2)
    driver = subprocess.Popen(run, stderr=subprocess.DEVNULL)
    workers = workers_of(driver)
    driver.kill()
    driver.wait()
    until = time.monotonic() + 20
    while any(map(is_running, workers)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [worker for worker in workers if is_running(worker)]


def test_a_run_whose_worker_was_killed_says_so_and_the_next_goes_on(pieces, tmp_path):
    footprint("run", "--config", config(tmp_path, pieces))
    wanted = through_delta(tmp_path / "lake")
    other = tmp_path / "other"
    other.mkdir()
    # registered but not computed: the pool that is seen is the one of the plan
    path = config(other, pieces)
    footprint("ingest", "binance-capture", *sorted(pieces.iterdir()), *MARKET, "--config", path)
    driver = subprocess.Popen(command("compute", "--config", path, "--workers", 2), stderr=subprocess.PIPE, text=True)
    os.kill(min(workers_of(driver)), signal.SIGKILL)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 1
    assert "a worker process died" in said
    assert "Traceback" not in said
    footprint("run", "--config", path)
    assert through_delta(other / "lake") == wanted


def test_a_pool_that_lost_a_worker_fails_what_it_is_given_next():
    with process_pool(2) as pool:
        assert isinstance(pool.submit(os._exit, 1).exception(), BrokenExecutor)
        assert isinstance(_submit(pool, Path(), None).exception(), BrokenExecutor)
