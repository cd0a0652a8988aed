"""What every source must hold, whatever it reads."""

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from pipeline.contract_rules import counts_contracts, ruled_contract_size
from pipeline.errors import FootprintError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import MarketSettings
from pipeline.plan import Wanted, make_plan
from pipeline.progress import Silent
from pipeline.run import run_plan
from pipeline.sources import SOURCES
from pipeline.sources.batch import RECORD_TABLES, Batch, staged_schema
from pipeline.sources.facts import FACTS
from pipeline.sources.reading.containers import opened
from signals.inputs.bookkeeping import QUARANTINE
from tests.pipeline.lakes import RECORDS, digest, rows
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.cases import CASES

_DAMAGES = 40
_PRICES = ("price", "bid_px", "ask_px", "mark_price", "index_price", "strike")
_SIZES = ("qty", "bid_qty", "ask_qty", "open_interest_qty", "cum_qty", "volume_qty")
_every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}-{case.write.__name__}")


def _lake(case: Case, root: Path, files: list[Path]) -> Lake:
    """The files, in this order, and their normalised tables."""
    is_stated = counts_contracts(case.market) and ruled_contract_size(case.market) is None
    settings = MarketSettings(max_quarantine=1.0, contract_size=0.01 if is_stated else None)
    wanted = Wanted({case.market: settings})
    lake = Lake(root)
    ingest(lake, SOURCES[case.source], files, case.market, wanted, workers=1)
    report = run_plan(lake, make_plan(lake, wanted, signals=False), workers=1, progress=Silent())
    assert not [outcome for outcome in report.outcomes if outcome.state != "ok"]
    lake.refresh()
    return lake


@dataclass(frozen=True, slots=True)
class _Ingested:
    """A case's files in a lake, and digests of its tables: for reading, as tests share it."""

    lake: Lake
    digests: dict[str, str]


Made = Callable[[Case], _Ingested]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Each case ingested once, whichever test asks first."""

    @cache
    def ingested(at: int) -> _Ingested:
        folder = tmp_path_factory.mktemp("case")
        lake = _lake(CASES[at], folder / "lake", CASES[at].write(folder))
        return _Ingested(lake, {table: digest(lake, table) for table in RECORDS})

    return lambda case: ingested(next(at for at, one in enumerate(CASES) if one is case))


def test_every_source_has_a_payload():
    assert {case.source for case in CASES} == set(SOURCES)


def test_facts_name_the_tables_that_payloads_fill():
    """Each source fills what docs/sources.md says, and no more."""
    assert set(FACTS) == set(SOURCES)
    for name, facts in FACTS.items():
        assert set(facts.tables) == {table for case in CASES if case.source == name for table in case.rows}, name


@_every_case
def test_rows_are_those_of_the_payload_and_every_line_is_accounted_for(case: Case, made: Made):
    lake = made(case).lake
    found = {table: rows(lake, table).height for table in RECORDS}
    assert {table: found[table] for table in case.rows} == case.rows
    assert sum(found.values())
    accounts, manifest = rows(lake, "accounts"), rows(lake, "manifest")
    kept = accounts.select(pl.sum("lines_kept", "lines_duplicate", "lines_quarantined")).sum_horizontal().item()
    assert kept == manifest["lines"].sum()
    balance = accounts["rows_out"] + accounts["records_duplicate"] + accounts["records_quarantined"]
    assert (accounts["records_in"] == balance).all()


@_every_case
def test_units_are_sane(case: Case, made: Made):
    """A day holds what its files' names and neighbours say: no row strays by a unit of time or of size."""
    lake = made(case).lake
    spans = []
    for table in RECORDS:
        frame = rows(lake, table)
        if frame.is_empty():
            continue
        assert (frame["known_ts"] >= frame["event_ts"]).all(), table
        spans.append((frame["event_ts"].min(), frame["event_ts"].max()))
        for name in set(_PRICES) & set(frame.columns):
            assert (frame[name].drop_nulls() > 0).all(), (table, name)
        for name in set(_SIZES) & set(frame.columns):
            assert (frame[name].drop_nulls() >= 0).all(), (table, name)
    assert max(last for _, last in spans) - min(first for first, _ in spans) <= timedelta(days=35)
    prices = pl.concat([rows(lake, table)["price"] for table in ("book_updates", "trades")]).drop_nulls()
    if prices.len():
        assert prices.max() < 2 * prices.min()


@_every_case
def test_the_same_records_again_change_nothing(case: Case, made: Made, tmp_path: Path):
    """Other files of the same lines: packed anew, so that their bytes are not known already."""
    first = made(case)
    (tmp_path / "again").mkdir()
    copies = case.write(tmp_path / "again")
    for copy in copies:
        with opened(copy) as text:
            packed = gzip.compress(text.read(), 1)
        copy.write_bytes(packed)
    again = _lake(case, copytree(first.lake.root, tmp_path / "lake"), copies)
    assert rows(again, "manifest").height == 2 * len(copies)
    assert {table: digest(again, table) for table in RECORDS} == first.digests


@_every_case
def test_files_in_any_order_are_one_table(case: Case, made: Made, tmp_path: Path):
    other = _lake(case, tmp_path / "other", case.write(tmp_path)[::-1])
    assert {table: digest(other, table) for table in RECORDS} == made(case).digests


@_every_case
def test_damaged_text_ends_in_words(case: Case, tmp_path: Path):
    """Bytes changed, cut out, doubled or cut off: rows in their form, quarantine, or a refusal; never a traceback."""
    chance = random.Random(f"{case.source} {case.write.__name__}")
    for file in case.write(tmp_path):
        with opened(file) as text:
            whole = text.read()
        for _ in range(_DAMAGES):
            file.write_bytes(_damaged(whole, chance))
            _check(case, file)


@_every_case
def test_a_damaged_file_ends_in_words(case: Case, tmp_path: Path):
    chance = random.Random(f"{case.source} {case.write.__name__}")
    for file in case.write(tmp_path):
        whole = file.read_bytes()
        for _ in range(_DAMAGES // 2):
            file.write_bytes(_damaged(whole, chance))
            _check(case, file)
        file.write_bytes(chance.randbytes(500))
        _check(case, file)


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    at, size = chance.randrange(len(whole)), chance.choice((1, 1, 2, 8, 40))
    kind = chance.randrange(5)
    if kind == 0:
        return whole[:at]
    if kind == 1:
        return whole[:at] + whole[at + size :]
    if kind == 2:
        return whole[: at + size] + whole[at:]
    alphabet = b'0123456789.,-eE"{}[]: \ntrufalsn' if kind == 3 else bytes(range(256))
    return whole[:at] + bytes(chance.choices(alphabet, k=size)) + whole[at + size :]


def _check(case: Case, file: Path) -> None:
    batches: list[Batch] = []
    refused = None
    try:
        batches.extend(SOURCES[case.source].read(file, case.market))
    except FootprintError as error:
        refused = error.fault.code
    if refused:
        assert refused in ("FP002", "FP003")
        return
    assert sum(_lines(batch) for batch in batches) == sum(batch.lines for batch in batches)
    for batch in batches:
        assert batch.quarantine.schema == staged_schema(QUARANTINE)
        for table in RECORD_TABLES:
            if table.name in batch.frames:
                _check_frame(batch.frames[table.name], table.name)


def _lines(batch: Batch) -> int:
    return sum(int(frame["lines"].sum()) for frame in batch.frames.values()) + int(batch.quarantine["lines"].sum())


def _check_frame(frame: pl.DataFrame, table: str) -> None:
    schema = staged_schema(next(one for one in RECORD_TABLES if one.name == table))
    assert frame.schema == schema
    assert frame["event_ts"].null_count() == 0
    assert frame["event_ts"].dt.year().is_between(2009, 2100).all()
    assert (frame["known_ts"] >= frame["event_ts"]).all()
    for name in set(_PRICES) & set(frame.columns):
        if schema[name] == pl.Float64():
            assert (frame[name].drop_nulls() > 0).all(), name
