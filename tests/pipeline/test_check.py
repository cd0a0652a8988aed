"""`footprint check`: a line for each rule, 1 if rows break one, and how to see them."""

import json
from pathlib import Path

import duckdb
import pytest

from pipeline.lake import Lake
from pipeline.scripts import scripts
from pipeline.warehouse import publish
from tests.pipeline.captures import session, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.lakes import add

_CHECKS = [check.name for check in scripts("checks")]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake whose catalogue shows imbalances that cannot be, in each of three seconds."""
    folder = tmp_path_factory.mktemp("broken")
    lake = Lake(folder / "lake")
    add(lake, write_capture(folder / "a.gz", session()))
    publish(lake, "test")
    with duckdb.connect(str(lake.root / "footprint.duckdb")) as connection:
        connection.execute("create table good as from book_state")
        connection.execute("create or replace view book_state as select * replace (-1.5 as imbalance_5) from good")
    return lake.root


def test_a_good_catalogue_passes_every_check(lake_small: Lake):
    result = footprint("check", "--lake", lake_small.root)
    assert (result.code, result.err) == (0, f"{len(_CHECKS)} checks, 0 failed\n")
    assert [line.split()[:3] for line in result.out.splitlines()] == [["ok", name, "0"] for name in _CHECKS]


def test_rows_that_break_a_rule_are_counted_and_the_exit_code_is_1(broken: Path):
    result = footprint("check", "--lake", broken)
    assert result.code == 1
    (failed,) = [line for line in result.out.splitlines() if line.startswith("FAILED")]
    assert failed.split()[:4] == ["FAILED", "imbalance_within_one", "3", "rows"]
    assert result.err == f"{len(_CHECKS)} checks, 1 failed; footprint sql @imbalance_within_one shows the rows\n"


def test_the_rows_that_break_a_rule_can_be_seen(broken: Path):
    result = footprint("sql", "@imbalance_within_one", "--lake", broken)
    assert (result.code, len(result.out.splitlines())) == (0, 1 + 3)


def test_a_catalogue_that_lacks_what_a_check_reads(tmp_path: Path):
    """As one written by a version before the macros."""
    with duckdb.connect(str(tmp_path / "footprint.duckdb")) as connection:
        connection.execute("create table trades (seq bigint)")
    result = footprint("check", "--lake", tmp_path)
    assert result.code == 2
    assert "does not exist" in result.err
    assert "try: footprint publish, if another version wrote the catalogue" in result.err


def test_the_counts_as_json(broken: Path):
    result = footprint("check", "--lake", broken, "--json")
    assert (result.code, json.loads(result.out)) == (1, dict.fromkeys(_CHECKS, 0) | {"imbalance_within_one": 3})
