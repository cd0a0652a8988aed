"""Lakes made of Tardis CSVs: any set of files, real rows of the vendor, a synthetic day with its truth."""

import csv
import gzip
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.lake import Lake
from pipeline.plan import Wanted
from pipeline.warehouse import open_catalogue, publish, run_checks
from tests.pipeline.lakes import digests, rows
from tests.pipeline.tardis_files import BOOK, LENIENT, TRADES, add, book, fill, level, write_csv

_TOOL = Path(__file__).parents[3] / "shared" / "tools" / "make_l2_day.py"


def _session() -> tuple[list[str], list[str]]:
    """Fifteen minutes of book and tape, so that several slices of time are touched, with some of it bad."""
    changes = [level(1_000 * n, "bid" if n % 3 else "ask", f"{90 + n % 7}", f"{n % 5}") for n in range(1, 900, 3)]
    bad = [level(300_000, "bid", "?", "1"), level(600_000.5, "bid", "99.05", "1"), "?"]
    prints = [fill(n, 1_000 * n, price=f"{100 + n % 3}") for n in range(1, 900)]
    return [*book(), *changes[:150], *bad, *changes[150:], *book(at=899_000)], prints


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("whole")
    levels, prints = _session()
    files = write_csv(folder / "book.csv.gz", BOOK, levels), write_csv(folder / "trades.csv", TRADES, prints)
    lake = add(Lake(folder / "lake"), *files)
    publish(lake, "test")
    return lake


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
def test_overlapping_files_in_any_order_are_one_recording(order: tuple[int, ...], whole: Lake, tmp_path: Path):
    levels, prints = _session()
    cuts = [levels[:120], levels[80:250], levels[200:]]
    books = [write_csv(tmp_path / f"book_{n}.csv", BOOK, cut) for n, cut in enumerate(cuts)]
    tape = write_csv(tmp_path / "all.csv", TRADES, prints)
    parts = [write_csv(tmp_path / f"trades_{n}.csv", TRADES, prints[400 * n : 400 * n + 500]) for n in (0, 1)]
    lake = add(Lake(tmp_path / "lake"), *parts)
    for at in order:
        add(lake, books[at])
    add(lake, tape)
    assert digests(lake) == digests(whole)
    counts = rows(lake, "accounts").group_by("file_id").agg(pl.col("^lines_.*$").sum())
    assert sum(counts.drop("file_id").sum().row(0)) == rows(lake, "manifest")["lines"].sum()


@pytest.mark.parametrize("name", ["whole", pytest.param("day", marks=pytest.mark.slow)])
def test_the_checks_find_nothing(name: str, request: pytest.FixtureRequest):
    with open_catalogue(request.getfixturevalue(name).root) as connection:
        assert set(run_checks(connection).values()) == {0}


def test_every_line_of_the_session_is_counted(whole: Lake):
    """Of 307 levels 3 are bad: one alone, and a line that says nothing with the one before it."""
    counts = rows(whole, "accounts").select("table_name", pl.col("^lines_.*$")).rows()
    assert sorted(counts) == [("book_updates", 304, 0, 3), ("trades", 899, 0, 0)]
    assert sorted(rows(whole, "manifest")["lines"]) == [307, 899]


@pytest.fixture(scope="module")
def vendor_rows(recordings: Path) -> Path:
    return recordings / "tardis" / "binance-futures_trades_BTCUSDT.csv.gz"


def test_real_trades(vendor_rows: Path, tmp_path: Path):
    """All 9,999 rows, compared with a reading by the standard library."""
    with gzip.open(vendor_rows, "rt") as file:
        plain = list(csv.DictReader(file))
    lake = add(Lake(tmp_path / "lake"), vendor_rows, wanted=Wanted())
    found = rows(lake, "trades")
    assert found.height == len(plain) == 9_999
    assert sorted(found["trade_id"].cast(int).to_list()) == sorted(int(row["id"]) for row in plain)
    said = {row["id"]: (row["side"], float(row["price"]), float(row["amount"])) for row in plain}
    sides = {1: "buy", -1: "sell"}
    for number, side, price, qty in found.select("trade_id", "taker_side", "price", "qty").rows():
        assert (sides[side], price, qty) == said[number]
    assert found["event_ts"].dt.epoch("us").to_list() == sorted(int(row["timestamp"]) for row in plain)
    delayed = pl.max_horizontal("recv_ts", pl.col("event_ts") + pl.duration(milliseconds=50))
    assert found.select((pl.col("known_ts") == delayed).all()).item()
    bought = sum(Decimal(row["amount"]) for row in plain if row["side"] == "buy")
    assert found.filter(taker_side=1)["qty"].sum() == pytest.approx(float(bought), abs=1e-6)
    assert rows(lake, "instruments").select("tick_size", "qty_decimals").row(0) == (0.01, 3)
    accounts = rows(lake, "accounts").select("lines_kept", "lines_duplicate", "lines_quarantined").row(0)
    assert accounts == (9_999, 0, 0)


def test_book_snapshots_of_the_vendor_are_another_source(recordings: Path, tmp_path: Path):
    from pipeline.errors import FootprintError

    for name in ("book_snapshot_5_BTCUSDT.csv", "book_snapshot_25_BTCUSDT.csv"):
        with pytest.raises(FootprintError, match="FP002"):
            add(Lake(tmp_path / "lake"), recordings / "tardis" / f"binance-futures_{name}")


@pytest.fixture(scope="module")
def day_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thinned synthetic day of book and tape with the truth beside it."""
    if not _TOOL.is_file():
        pytest.skip(f"the tool that makes the day is not here: {_TOOL}")
    folder = tmp_path_factory.mktemp("day")
    subprocess.run([sys.executable, _TOOL, "5e4", "3e3", folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def day(day_files: Path) -> Lake:
    files = (day_files / f"{name}.csv.gz" for name in ("incremental_book_L2", "trades"))
    lake = add(Lake(day_files / "lake"), *files, wanted=LENIENT)
    publish(lake, "test")
    return lake


@pytest.mark.slow
def test_a_synthetic_day_is_read_as_it_was_made(day: Lake, day_files: Path):
    truth = np.load(day_files / "truth.npz")
    found = rows(day, "book_updates")
    assert found.height == truth["ts"].size > 50_000
    for column, wanted in {
        "event_ts": truth["ts"],
        "recv_ts": truth["local_ts"],
        "is_snapshot": truth["is_snapshot"] == 1,
        "side": np.where(truth["is_bid"] == 1, 1, -1),
        "price": truth["price_ticks"] / 10,
        "qty": truth["size_lots"] / 1_000,
    }.items():
        assert (found[column].to_physical().to_numpy() == wanted).all(), column
    moments = Counter(zip(truth["ts"].tolist(), truth["local_ts"].tolist(), strict=True))
    assert found["msg_id"].n_unique() == len(moments)
    assert rows(day, "accounts").select(pl.col("^lines_[dq].*$").sum()).row(0) == (0, 0)
