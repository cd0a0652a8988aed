"""`footprint serve` as a program: it fires what is scheduled, and ends when asked."""

import signal

import httpx
import pytest

from pipeline.lake import Lake
from pipeline.plan import Wanted, make_plan
from tests.flows.conftest import Served, Tables

pytestmark = pytest.mark.slow


def test_a_schedule_is_fired(served: Served, local: Tables):
    served.wait((served.lake / "footprint.duckdb").exists)
    assert Tables.of(served.lake) == local
    left = make_plan(Lake(served.lake), Wanted(), signals=True)
    assert (left.steps, left.drops) == ((), ())


def test_it_says_what_it_does_and_where_to_look(served: Served):
    ui = served.url.removesuffix("/api")
    assert served.said.read_text().splitlines()[:3] == [
        f"starting a Prefect server on {ui} (some twenty seconds)",
        "daily   * * * * *  (UTC)",
        f"serving; UI {ui}; Ctrl-C ends it",
    ]
    assert "Prefect" in httpx.get(ui, trust_env=False).text


def test_the_server_it_starts_tells_nobody(served: Served):
    settings = httpx.get(f"{served.url}/admin/settings", trust_env=False).json()
    assert settings["server"]["analytics_enabled"] is False
    assert settings["server"]["ui"]["show_promotional_content"] is False


def test_ctrl_c_ends_it_and_its_server(served: Served):
    served.process.send_signal(signal.SIGINT)
    out, _ = served.process.communicate(timeout=60)
    said = served.said.read_text()
    assert (served.process.returncode, out) == (0, ""), said
    assert said.splitlines()[-1] == "ended; the schedules are paused until the next `footprint serve`"
    assert "Traceback" not in said
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.url}/health", trust_env=False)
