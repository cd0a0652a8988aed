"""Two Prefect servers for all tests here: the harness of this process, and the one that `footprint serve` starts.

The second begins with a copy of the first one's empty database: to make it costs ten seconds of computing.
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.prefect_api import settle_prefect
from tests.pipeline.command import footprint
from tests.pipeline.demo_market import write_demo_market
from tests.survival.lakes import command, config, through_catalogue, through_delta

SCHEDULE = '[schedule]\ndaily = "* * * * *"\n'
"""Every minute; other tests run while the first one passes."""
PATIENCE_S = 120


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two minutes of the demo market around midnight, so that every step is there twice."""
    folder = tmp_path_factory.mktemp("recordings")
    write_demo_market(folder / "usdm.gz", start=datetime(2024, 1, 2, 23, 59, tzinfo=UTC), minutes=2)
    return folder


@dataclass(frozen=True)
class Served:
    """`footprint serve` while it runs, with a Prefect server of its own."""

    process: "subprocess.Popen[str]"
    lake: Path
    url: str
    said: Path

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Until it is so; longer than a minute, which is how often the schedule fires."""
        began = time.monotonic()
        while not is_so():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() - began < PATIENCE_S, self.said.read_text()
            time.sleep(0.2)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Prefect is imported after this: with a home of its own, and settled as our programs settle it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        environment.delenv("PREFECT_API_URL", raising=False)
        settle_prefect(console="CRITICAL")
        yield


@pytest.fixture(scope="session")
def database(home: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:  # noqa: ARG001
    """Starts the harness: flows called in this process run against its server. A copy of its database, still empty."""
    from prefect.settings import PREFECT_SERVER_DATABASE_CONNECTION_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        _, _, made = PREFECT_SERVER_DATABASE_CONNECTION_URL.value().partition(":///")
        copy = tmp_path_factory.mktemp("database") / "prefect.db"
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        yield copy


@pytest.fixture(scope="session")
def starting(database: Path, recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Begins to start, and takes its time."""
    folder = tmp_path_factory.mktemp("serve")
    path, said = config(folder, recordings), folder / "said"
    path.write_text(path.read_text() + SCHEDULE)
    (folder / "home").mkdir()
    shutil.copy(database, folder / "home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DO_NOT_TRACK"))}
    with (
        said.open("w") as stream,
        subprocess.Popen(
            command("serve", "--config", path),
            stderr=stream,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=others | settings,
        ) as process,
    ):
        yield Served(process, folder / "lake", f"http://127.0.0.1:{port}/api", said)
        process.send_signal(signal.SIGKILL)


@pytest.fixture(scope="session")
def harness(starting: Served) -> None:
    """Flows can be called in this process; beside it, `footprint serve` is starting."""


@pytest.fixture(scope="session")
def served(starting: Served) -> Served:
    """Its server answers, and its schedules are known there."""
    starting.wait(lambda: "serving; UI" in starting.said.read_text())
    return starting


@dataclass(frozen=True)
class Tables:
    """Digests of all tables of a lake, as the log and as the catalogue tell them."""

    logged: dict[str, str]
    published: dict[str, str]

    @classmethod
    def of(cls, lake: Path) -> "Tables":
        return cls(through_delta(lake), through_catalogue(lake))


@pytest.fixture(scope="session")
def local(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """As the local driver makes them in one process that nobody disturbs."""
    folder = tmp_path_factory.mktemp("local")
    assert footprint("run", "--config", config(folder, recordings), "--no-prefect").code == 0
    return Tables.of(folder / "lake")
