"""Hyperliquid's files through to the tables: every layout, files in any order and twice, and bytes that are damaged."""

import random
from collections.abc import Callable
from pathlib import Path

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.sources import SOURCES
from pipeline.sources.batch import RECORD_TABLES
from tests.pipeline.lakes import digest, rows
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.hyperliquid.payloads import (
    ANN,
    BLOCKS,
    BTC,
    CASES,
    FILLS,
    NINE,
    NODE,
    block,
    fill,
    pair,
    session,
    write_lines,
)
from tests.pipeline.sources.load import load


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}-{'-'.join(case.rows)}")
def test_every_layout_gives_its_rows_and_accounts_for_every_line(case: Case, tmp_path: Path):
    files = case.write(tmp_path / "raw")
    lake = load(tmp_path / "lake", case.source, files, case.market)
    counts = {table.name: rows(lake, table.name).height for table in RECORD_TABLES if lake.exists(table.name)}
    assert {name: count for name, count in counts.items() if count} == case.rows
    accounts, manifest = rows(lake, "accounts"), rows(lake, "manifest")
    taken = accounts.select(pl.sum("lines_kept", "lines_duplicate", "lines_quarantined")).sum_horizontal().item()
    assert (taken, rows(lake, "quarantine").height) == (manifest["lines"].sum(), 0)


def test_hours_in_any_order_and_fills_told_twice_give_the_same_tables(tmp_path: Path):
    nine = write_lines(tmp_path / BLOCKS, [block(1, *pair(1)), block(2, *pair(2))])
    ten = [block(3, *pair(3, at=NINE + 3_600_000), at=NINE + 3_600_000)]
    files = [nine, write_lines(tmp_path / NODE / "node_fills_by_block/hourly/20250801/10.lz4", ten)]
    files.append(write_lines(tmp_path / FILLS, pair(2)))
    lakes = [
        load(tmp_path / f"lake{number}", "hyperliquid-archive", chosen, BTC)
        for number, chosen in enumerate((files, files[::-1]))
    ]
    assert rows(lakes[0], "trades")["trade_id"].to_list() == [
        f"{NINE}:BTC:1", f"{NINE}:BTC:2", f"{NINE + 3_600_000}:BTC:3",
    ]  # fmt: skip
    assert rows(lakes[0], "fills").height == 6
    for table in ("trades", "fills"):
        assert digest(lakes[0], table) == digest(lakes[1], table)


def test_halves_of_a_print_in_two_files_are_one_print_and_no_conflict(tmp_path: Path):
    maker, taker = pair(1)
    files = [write_lines(tmp_path / name, [half]) for name, half in (("a.json", maker), ("b.json", taker))]
    lake = load(tmp_path / "lake", "hyperliquid-archive", files, BTC)
    assert (rows(lake, "trades").height, rows(lake, "fills").height, rows(lake, "quarantine").height) == (1, 2, 0)


def test_fills_of_one_id_that_say_different_things_conflict(tmp_path: Path):
    lines = [[ANN, fill(1, "B", crossed=True)], [ANN, fill(1, "B", crossed=True, sz="9.0")]]
    files = [write_lines(tmp_path / f"{number}.json", [line, *pair(2)]) for number, line in enumerate(lines)]
    lake = load(tmp_path / "lake", "hyperliquid-archive", files, BTC)
    assert rows(lake, "fills").filter(trade_id=f"{NINE}:BTC:1").height == 1
    assert rows(lake, "quarantine")["reason"].str.starts_with("conflicts with an earlier record").all()


def _capture_text() -> bytes:
    return b"".join(line + b"\n" for line in session())


def _block_text() -> bytes:
    return b"".join(orjson.dumps(block(number, *pair(number))) + b"\n" for number in range(20))


@pytest.mark.parametrize(
    ("source", "text"), [("hyperliquid-capture", _capture_text), ("hyperliquid-archive", _block_text)]
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 12))
def test_damaged_bytes_are_refused_or_put_in_quarantine(
    tmp_path: Path, source: str, text: Callable[[], bytes], seed: int, count: int
):
    chance, damaged = random.Random(seed), bytearray(text())
    for _ in range(count):
        damaged[chance.randrange(len(damaged))] = chance.choice(b'0{}[],:"\\\n\xff9Ae')
    path = tmp_path / "damaged"
    path.write_bytes(damaged)
    try:
        batches = list(SOURCES[source].read(path, BTC))
    except FootprintError as refusal:
        if refusal.fault.code not in ("FP002", "FP003"):
            raise
        return
    frames = [frame for batch in batches for frame in (*batch.frames.values(), batch.quarantine)]
    assert sum(int(frame["lines"].sum()) for frame in frames) == sum(batch.lines for batch in batches)
    assert sum(batch.lines + batch.lines_beside for batch in batches) == len(bytes(damaged).rstrip(b"\n").split(b"\n"))
