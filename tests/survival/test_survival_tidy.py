"""Publishing removes what nothing has named for a day, and nothing younger or live."""

import os
import time
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.lake import Lake
from pipeline.market import Market
from tests.pipeline.captures import write_capture
from tests.pipeline.lakes import rows
from tests.pipeline.test_bad_files import ingest_command, session, tape


def _age(path: Path, hours: float) -> None:
    then = time.time() - 3_600 * hours
    os.utime(path, (then, then))


@pytest.fixture
def replaced(tmp_path: Path) -> Path:
    """A lake in which a second file has replaced the trades of the first."""
    lake = tmp_path / "lake"
    assert ingest_command(lake, write_capture(tmp_path / "one.gz", session())).code == 0
    assert ingest_command(lake, write_capture(tmp_path / "two.gz", tape(20, first=700))).code == 0
    return lake


def _publish(lake: Path) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["publish", "--lake", str(lake)])


def test_a_replaced_file_stays_for_readers_of_the_catalogue_before(replaced: Path):
    before = sorted((replaced / "trades").rglob("*.parquet"))
    assert len(before) == 2
    _publish(replaced)
    assert sorted((replaced / "trades").rglob("*.parquet")) == before


def test_what_a_killed_run_left_goes_after_a_day(replaced: Path):
    folder = next((replaced / "trades").rglob("*.parquet")).parent
    old, young = folder / "part-0-0.parquet.77.tmp", folder / "part-1-0.parquet.78.tmp"
    for path in (old, young):
        path.write_bytes(b"half a file")
    _age(old, hours=25)
    held = rows(Lake(replaced), "trades")
    _publish(replaced)
    assert (old.exists(), young.exists()) == (False, True)
    assert rows(Lake(replaced), "trades").equals(held)
    assert len(Lake(replaced).live("trades", Market("binance-usdm", "BTCUSDT"))) == 1
