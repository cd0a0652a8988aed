"""Readers in other processes see whole states only, while files come and go and the catalogue is published."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.plan import Wanted, make_plan
from pipeline.progress import Silent
from pipeline.registry import forget
from pipeline.run import run_plan
from pipeline.sources import SOURCES
from pipeline.warehouse import publish

pytestmark = pytest.mark.slow

ROUNDS = 2
BTCUSDT = Market("binance-usdm", "BTCUSDT")

READ = {
    "catalogue reopened": """
import duckdb
def read():
    with duckdb.connect(str(root / "footprint.duckdb"), read_only=True) as connection:
        return count(connection)
""",
    "catalogue held open": """
import duckdb
connection = duckdb.connect(str(root / "footprint.duckdb"), read_only=True)
def read():
    return count(connection)
""",
    "delta": """
import polars as pl
def read():
    rows = pl.scan_delta(str(root / "trades"))
    return [rows.select(pl.len(), pl.col("price").sum().round(3)).collect().row(0)]
""",
}
"""Ways to read; each answers what it saw."""

LOOP = """
import json, sys, time
from pathlib import Path
root, stop, seen, reads = Path(sys.argv[1]), Path(sys.argv[2]), set(), 0
def count(connection):
    one = connection.sql("select (select count(*) from trades), (select count(*) from book_updates), "
                         "(select count(*) from taker_flow), (select sum(n_prints) from taker_flow)").fetchall()
    return [tuple(map(int, one[0]))]
{read}
print("ready", flush=True)
while not stop.exists():
    seen.update(map(tuple, read()))
    reads += 1
    time.sleep(0.02)
print(json.dumps([reads, sorted(seen)]))
"""


@contextmanager
def readers(root: Path, stop: Path) -> Iterator[dict[str, subprocess.Popen]]:
    """A process per way to read, running until `stop` is there."""
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", LOOP.format(read=read), str(root), str(stop)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name, read in READ.items()
    }  # fmt: skip
    try:
        for process in running.values():
            assert process.stdout is not None
            process.stdout.readline()
        yield running
    finally:
        stop.touch()


def bring_up_to_date(lake: Lake) -> None:
    report = run_plan(lake, make_plan(lake, Wanted(), signals=True), workers=1, progress=Silent())
    assert report.count("failed") == report.count("skipped") == 0
    publish(lake, "test")


def states(lake: Lake, ways: list[str]) -> dict[str, list]:
    """What each way of reading sees now, without anybody disturbing it."""
    seen = {}
    for name in ways:
        once = LOOP.format(read=READ[name]).replace("while not stop.exists():", "for _ in range(1):")
        done = subprocess.run([sys.executable, "-c", once, str(lake.root), "none"], capture_output=True, check=True)
        seen[name] = json.loads(done.stdout.splitlines()[-1])[1]
    return seen


def test_readers_see_whole_states_only(pieces, tmp_path):
    lake, files = Lake(tmp_path / "lake"), sorted(pieces.iterdir())
    source = SOURCES["binance-capture"]
    ingest(lake, source, files, BTCUSDT, Wanted(), workers=1)
    bring_up_to_date(lake)
    whole = states(lake, list(READ))
    forget(lake, files[-1].name)
    bring_up_to_date(lake)
    part = states(lake, list(READ))
    assert all(whole[name] != part[name] for name in READ)
    with readers(lake.root, tmp_path / "stop") as running:
        for _ in range(ROUNDS):
            ingest(lake, source, files, BTCUSDT, Wanted(), workers=1)
            bring_up_to_date(lake)
            forget(lake, files[-1].name)
            bring_up_to_date(lake)
    for name, process in running.items():
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, f"{name}: {errors}"
        reads, seen = json.loads(out.splitlines()[-1])
        assert reads >= ROUNDS, name
        allowed = [*whole[name], *part[name]]
        assert [state for state in seen if state not in allowed] == [], f"{name}: {reads} reads"
        assert len(seen) == (1 if name == "catalogue held open" else 2), f"{name} saw {seen} in {reads} reads"
