"""The race compares rows before it times them, and its section of the page stands beside the others."""

import subprocess
import sys

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks import ingest_race
from benchmarks.end_to_end import Stage
from benchmarks.ingest_race import BARE, COMMITTED, SAME, WRITTEN, Race, bare_sums, lake_sums, markdown, same_sums
from benchmarks.report import RACE, section_of, with_section
from pipeline.lake import Lake, scan_parts
from signals.inputs.trading import BOOK_UPDATES
from tests.pipeline.tardis_files import BOOK, add, book, level, write_csv


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """A small file as each contender leaves it."""
    folder = tmp_path_factory.mktemp("race")
    path = write_csv(
        folder / "book.csv.gz", BOOK, [*book(), *(level(1_000 * n, "bid", "99.5", f"{n}.25") for n in range(1, 40))]
    )
    add(Lake(folder / "lake"), path)
    for name, script in (("bare", ingest_race._CONVERT), ("same", ingest_race._CONVERT_SAME)):
        subprocess.run([sys.executable, "-c", script, path, folder / f"{name}.parquet"], check=True)
    return folder


def test_all_hold_the_same_rows(converted):
    sums = bare_sums(converted / "bare.parquet")
    assert sums == lake_sums(converted / "lake") == same_sums(converted / "same.parquet")
    assert sums["rows"] > 39


def test_the_conversion_to_our_columns_makes_our_columns(converted):
    lake = Lake(converted / "lake")
    (file,) = lake.live("book_updates")
    ours = scan_parts(BOOK_UPDATES, [(lake.root / "book_updates" / file.path, file.market)]).collect()
    theirs = pl.read_parquet(converted / "same.parquet")
    assert_frame_equal(theirs, ours.select(theirs.columns).with_columns(pl.col("clock", "source").cast(pl.String)))
    assert {*ours.columns} - {*theirs.columns} == {"venue", "symbol"}


@pytest.mark.parametrize(("column", "changed"), [("amount", pl.col("amount") + 1e-6), ("side", pl.lit("ask"))])
def test_a_changed_row_shows_in_the_sums(column, changed, converted, tmp_path):
    where = pl.int_range(pl.len()) == 5
    frame = pl.read_parquet(converted / "bare.parquet")
    frame.with_columns(pl.when(where).then(changed).otherwise(column).alias(column)).write_parquet(tmp_path / "one")
    assert bare_sums(tmp_path / "one") != lake_sums(converted / "lake")


def test_a_ratio_is_of_the_same_round():
    rounds = {
        BARE: [Stage("", 2.0, 3.0, 100.0), Stage("", 10.0, 3.0, 100.0), Stage("", 4.0, 3.0, 90.0)],
        SAME: [Stage("", 4.0, 5.0, 700.0)] * 3,
        WRITTEN: [Stage("", 3.0, 4.0, 50.0), Stage("", 5.0, 4.0, 60.0), Stage("", 4.0, 4.0, 50.0)],
        COMMITTED: [Stage("", 4.0, 5.0, 70.0), Stage("", 40.0, 6.0, 60.0), Stage("", 12.0, 7.0, 60.0)],
    }
    page = markdown(Race(rounds, 1_234, 0.5), "day.csv.gz")
    assert f"| {WRITTEN} | 3.0 | 4.0 | 1.00 | 4.0 | 60 |" in page
    assert f"| {COMMITTED} | 4.0 | 12.0 | 3.00 | 5.0 | 70 |" in page
    assert "1,234 updates" in page


def test_a_section_takes_the_place_of_the_one_before():
    page = with_section("# Benchmarks\n", f"{RACE}\n\nold\n")
    assert with_section(page, f"{RACE}\n\nnew\n") == f"# Benchmarks\n\n{RACE}\n\nnew\n"
    assert section_of(page) == f"{RACE}\n\nold\n"
    assert section_of("# Benchmarks\n") == ""


def test_a_missing_file_is_told(capsys, tmp_path):
    assert ingest_race.main([str(tmp_path / "none")]) == 2
    assert "expected incremental_book_L2.csv.gz" in capsys.readouterr().err
