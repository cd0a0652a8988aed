"""The commands of docs/fetching.md run as they stand, against the loopback archive."""

import gzip
import json
import re
import shlex
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.fetch.origin import ORIGINS
from pipeline.fetch.outcome import STATES
from pipeline.fetch.settings import FetchSettings
from tests.archive import layouts, venues
from tests.archive.server import Archive
from tests.pipeline.command import footprint

_DOCS = (Path(__file__).parents[3] / "docs" / "fetching.md").read_text(encoding="utf-8")
_COMMANDS = [line for line in _DOCS.splitlines() if line.startswith("footprint fetch ")]


def _hours(first: str, last: str, step_ms: int) -> list[int]:
    begin, end = (int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000 for day in (first, last))
    return list(range(begin, end, step_ms))


@pytest.fixture
def full(archive: Archive) -> Archive:
    """An archive that has what the document asks for."""
    for day in ("2024-06-01", "2024-06-02", "2024-06-03"):
        layouts.put_binance(archive, day, symbol="BTCUSDT")
        layouts.put_binance(archive, day, symbol="BTCUSDT", kind="metrics")
        layouts.put_binance(archive, day, symbol="BTCUSDT", market="spot")
        layouts.put_bybit_trades(archive, day, symbol="BTCUSDT")
        layouts.put_bybit_book(archive, day, 500, symbol="BTCUSDT")
        layouts.put_okx(archive, day)
        layouts.put_okx(archive, day, kind="orderbook")
    layouts.put_binance(archive, "2024-06", symbol="BTCUSDT", kind="fundingRate")
    for kind in ("trades", "incremental_book_L2"):
        archive.put(f"/binance-futures/{kind}/2024/06/01/BTCUSDT.csv.gz", gzip.compress(b"exchange\n", mtime=0))
    settled = _hours("2024-05-01", "2024-06-01", venues.HOUR_MS)
    venues.serve_bybit(archive, settled[::8])
    venues.serve_okx_rest(archive, settled[::8])
    venues.serve_hyperliquid(archive, settled)
    venues.serve_deribit(archive, _hours("2024-06-01", "2024-06-03", 60_000))
    layouts.serve_okx(archive)
    for folder in ("/trading/", "/orderbook/linear/"):
        layouts.serve_index(archive, folder)
    listing = archive.answers[layouts.S3]
    archive.answers["/"] = lambda asked: listing(asked) if asked.path == "/" else None
    return archive


@pytest.mark.parametrize("line", _COMMANDS)
def test_a_command_of_the_document_fetches_all_it_names(full, tmp_path, line):
    _, _, source, *options = shlex.split(line)
    if source == "tardis" and find_spec("tardis_dev") is None:
        pytest.skip("the extra tardis is not installed")
    (tmp_path / "footprint.toml").write_text("[fetch]\nokx_archive_spacing_s = 0\nrest_spacing_s = 0\n")
    where = ("--base-url", full.base, "--to", tmp_path / "raw", "--config", tmp_path / "footprint.toml")
    result = footprint("fetch", source, *options, *where, "--strict", "--json")
    assert result.code == 0, result.err
    told = json.loads(result.out)
    assert {file["state"] for file in told["files"]} == {"fetched"}
    assert len(told["files"]) >= 1
    assert f"next: footprint ingest {ORIGINS[source].ingested_as} " in result.err


def test_every_source_setting_and_state_is_in_the_document():
    assert {shlex.split(line)[2] for line in _COMMANDS} == set(ORIGINS)
    for name in FetchSettings.__dataclass_fields__:
        assert f"`{name}`" in _DOCS
    for state in STATES:
        assert re.search(rf"^\| ([a-z]+, )?{state}[ ,]", _DOCS, re.MULTILINE), state
