"""Tardis.dev files through the vendor's package, against the loopback archive."""

import gzip
from email.message import Message
from urllib.error import HTTPError

import pytest

from pipeline.errors import FootprintError
from pipeline.fetch import tardis
from pipeline.fetch.period import Period
from pipeline.fetch.remote import Remote
from tests.archive.server import Defect
from tests.pipeline.fetch.runs import FIRST, LAST

_KEY = "TD.secret-key-123"
_FILE = "/v1/binance-futures/trades/2024/06/03/TESTUSDT.csv.gz"


@pytest.fixture(autouse=True)
def at_tardis(archive, desk, monkeypatch):
    desk.source = "tardis"
    monkeypatch.setenv("TARDIS_API_KEY", _KEY)
    for day in ("03", "05"):
        archive.put(_FILE.replace("/03/", f"/{day}/"), gzip.compress(f"exchange,symbol\n{day}\n".encode(), mtime=0))
    desk.base_path = "/v1"


def test_a_missing_package_is_a_sentence_that_names_the_extra(desk, monkeypatch):
    monkeypatch.setattr(tardis, "find_spec", lambda _: None)
    with pytest.raises(FootprintError, match="tardis-dev") as raised:
        desk.fetch("trades")
    assert (raised.value.fault.code, raised.value.hint) == ("FP019", "pip install 'mm-footprint[tardis]'")


def test_no_error_repeats_the_key():
    remote = Remote("u", "p", "trades", Period(FIRST))
    refused = HTTPError("u", 403, f"no such key {_KEY}", Message(), None)
    assert _KEY not in str(tardis._refusal(refused, remote, _KEY))
    assert "403 no such key ..." in str(tardis._refusal(refused, remote, _KEY))


def test_days_come_to_the_paths_they_have_there_and_a_missing_one_is_absent(archive, desk):
    pytest.importorskip("tardis_dev", reason="the extra tardis is not installed")
    run = desk.fetch("trades", until=LAST)
    assert run.states == ["fetched", "absent", "fetched"]
    assert desk.held(f"tardis{_FILE}") == archive.files[_FILE]
    (asked,) = archive.asked(_FILE)
    assert asked.headers["authorization"] == f"Bearer {_KEY}"
    assert desk.fetch("trades", until=LAST).states == ["have", "absent", "have"]
    assert len(archive.asked(_FILE)) == 1
    assert desk.names() == {"TESTUSDT.csv.gz"}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told_without_the_key(archive, desk, monkeypatch, status):
    pytest.importorskip("tardis_dev", reason="the extra tardis is not installed")
    archive.spoil(_FILE, Defect(status=status, body=f"no such key {_KEY}".encode()))
    run = desk.fetch("trades", until=FIRST)
    (outcome,) = run.outcomes.values()
    assert (outcome.state, f"the server answered {status}" in outcome.error) == ("failed", True)
    assert "the key in TARDIS_API_KEY does not cover" in outcome.error
    assert _KEY not in outcome.error + run.told
    assert _KEY not in "".join(path.read_text() for path in desk.folder.glob("*.jsonl"))
    monkeypatch.delenv("TARDIS_API_KEY")
    (outcome,) = desk.fetch("trades", until=FIRST).outcomes.values()
    assert "set TARDIS_API_KEY in the environment" in outcome.error
