"""Neither the number of workers nor another process beside it changes a table."""

import subprocess
from pathlib import Path

import pytest

from pipeline.lake import Lake
from pipeline.registry import registered
from tests.survival.lakes import MARKET, command, config, differing, footprint, through_catalogue, through_delta

pytestmark = pytest.mark.slow

HOME = Path(__file__).parents[3] / "shared" / "market-data" / "binance-2023-04-05"


def made_by(workers: int, folder: Path, files: Path) -> dict[str, str]:
    """Digests of all tables, as the log and as the catalogue tell them."""
    folder.mkdir()
    footprint("run", "--config", config(folder, files), "--workers", workers)
    logged, published = through_delta(folder / "lake"), through_catalogue(folder / "lake")
    assert not [name for name in differing(logged, published) if name in logged]
    return logged


def test_two_workers_make_the_tables_of_one(pieces, tmp_path):
    """Of a real recording; of the demo's where there is none."""
    files = pieces
    if HOME.is_dir():
        files = tmp_path / "files"
        files.mkdir()
        for name in ("usdm_btcusdt_20230404", "usdm_btcusdt_20230405"):
            (files / f"{name}.gz").symlink_to(HOME / f"{name}.dat.gz")
    one = made_by(1, tmp_path / "1", files)
    assert one == made_by(2, tmp_path / "2", files)
    assert len(one) > 10


def test_two_processes_ingesting_at_once_both_succeed(pieces, tmp_path):
    files = sorted(pieces.iterdir())
    lake, alone = tmp_path / "lake", tmp_path / "alone"
    stated = (*MARKET, "--tick", 0.1, "--qty-decimals", 3)
    footprint("ingest", "binance-capture", *files[:1], *stated, "--lake", lake)
    footprint("ingest", "binance-capture", *files, *stated, "--lake", alone)
    running = [
        subprocess.Popen(
            command("ingest", "binance-capture", *some, *stated, "--lake", lake), stderr=subprocess.PIPE, text=True
        )
        for some in (files[1:2], files[2:])
    ]
    said = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert len(registered(Lake(lake))) == len(files)
    for root in (lake, alone):
        footprint("compute", "--lake", root)
    off = differing(through_delta(lake), through_delta(alone))
    assert set(off) <= {"instruments"}, off  # its known_ts is that of the registration that stated it
