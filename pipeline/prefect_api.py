"""Prefect's settings as we want them, and the Prefect server that a run talks to.

That is the one PREFECT_API_URL names; without it, one of our own on this machine's
loopback, for as long as it is needed. Its database is Prefect's usual one, so the
history of runs is there again next time. The truth about the tables is in the lake.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from pipeline.errors import FootprintError

_DEFAULTS: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
_PATIENCE_S: Final = 120
"""A server is up after some twenty seconds of computing; small machines take their time."""
_GOODBYE_S: Final = 10
_LOG: Final = "footprint_server.log"
"""In Prefect's home."""


def settle_prefect(console: str = "ERROR") -> None:
    """No telemetry, quiet logs, patience at start-up. To be called before prefect is imported.

    What the environment says already stands. `console` is the level from which
    Prefect's own log lines are shown; its server keeps them all.
    """
    for name, value in {**_DEFAULTS, "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": console}.items():
        os.environ.setdefault(name, value)


@contextmanager
def prefect_api(told: IO[str]) -> Iterator[str]:
    """A Prefect API that answers, by its URL; says on `told` if a server of our own is started for it.

    Raises FP017 if the configured one does not answer or ours does not start.
    """
    import prefect.context
    from prefect.settings import PREFECT_API_URL

    # Programs started from here must not take a folder `pipeline` in the current folder for ours.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    if configured := PREFECT_API_URL.value():
        _check(configured)
        yield configured
        return
    port = _port()
    print(f"starting a Prefect server on http://127.0.0.1:{port} (some twenty seconds)", file=told, flush=True)
    with _server(port):
        os.environ["PREFECT_API_URL"] = url = f"http://127.0.0.1:{port}/api"  # for child processes too
        prefect.context.refresh_global_settings_context()
        try:
            yield url
        finally:
            _send_what_is_left()
            del os.environ["PREFECT_API_URL"]
            prefect.context.refresh_global_settings_context()


def _send_what_is_left() -> None:
    """Logs and events on their way: at the end of the process they would wait long for a server that has gone."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all()
    EventsWorker.drain_all()


def _check(url: str) -> None:
    from prefect import get_client

    with get_client(sync_client=True) as client:
        if (wrong := client.api_healthcheck()) is not None:
            raise FootprintError(
                "FP017",
                f"the Prefect server does not answer: {wrong}",
                where=url,
                hint="start it, or correct PREFECT_API_URL, or: --no-prefect",
            )


def _port() -> int:
    """Prefect's own port if it is free, else any that is."""
    from prefect.settings import PREFECT_SERVER_API_PORT

    for port in (PREFECT_SERVER_API_PORT.value(), 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(tried.getsockname()[1])
    raise FootprintError("FP017", "no free port on 127.0.0.1")


@contextmanager
def _server(port: int) -> Iterator[None]:
    """A server while this lasts, or as long as this process lives; what it has to say is in its log."""
    from prefect.settings import PREFECT_HOME

    command = [sys.executable, "-m", "pipeline.prefect_server", str(port), str(os.getpid())]
    log = PREFECT_HOME.value() / _LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    # A session of its own: Ctrl-C at the terminal is for us, and we need the server until we are done.
    with log.open("wb") as said, subprocess.Popen(command, stderr=said, start_new_session=True) as server:
        try:
            _await(server, f"http://127.0.0.1:{port}/api/health", log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(_GOODBYE_S)
            except subprocess.TimeoutExpired:
                server.kill()


def _await(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    import httpx

    began = time.monotonic()
    while server.poll() is None and time.monotonic() - began < _PATIENCE_S:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    why = f"it did not answer within {_PATIENCE_S} s" if server.poll() is None else "it ended while starting"
    raise FootprintError(
        "FP017",
        f"a Prefect server was started, and {why}",
        where=str(log),
        hint="start one yourself: prefect server start, then set PREFECT_API_URL",
    )
