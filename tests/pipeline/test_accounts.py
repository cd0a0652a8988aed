"""Nothing lost, nothing hidden: every line and every record is kept, a duplicate or in quarantine."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.lake import Lake
from pipeline.market import MarketSettings
from pipeline.plan import Wanted
from pipeline.warehouse import open_catalogue, publish, run_checks
from tests.pipeline import tardis_files
from tests.pipeline.captures import NOON, depth, line, mark, snapshot, ticker, trade, write_capture
from tests.pipeline.lakes import MARKET, RECORDS, add, rows

_LENIENT = Wanted({MARKET: MarketSettings(tick=0.1, qty_decimals=3, max_quarantine=0.9)})


def _dirty_lines() -> list[bytes]:
    """22 lines: 10 kept, 2 duplicates, 10 for quarantine."""
    good = [
        snapshot(NOON, 10, [["99.9", "2.000"]], [["100.1", "3.000"]]),
        depth(NOON + 100, (9, 11, 8), [["99.9", "2.500"], ["99.8", "1.000"]]),
        depth(NOON + 200, (12, 12, 11)),
        ticker(NOON + 300, 12),
        mark(NOON + 400),
        *(trade(number) for number in range(5, 10)),
    ]
    duplicates = [trade(5), depth(NOON + 100, (9, 11, 8), [["99.9", "2.500"], ["99.8", "1.000"]])]
    wrong = [
        line(trade(6, price="101.0"), recv_us=1_000 * NOON + 5_000_000),  # conflicts with print 6
        line(trade(20, qty="-1.000")),
        line(trade(21, price="100.05")),  # off the tick of 0.1
        line(trade(22, qty="0.0001")),  # finer than three decimals
        line(trade(23, s="ETHUSDT")),
        line(depth(NOON + 2_400, (13, 13, 12), [["99.9", "1.000"], ["NaN", "1.000"], ["99.7", "1.000"]])),
        b"1709640002500000 {broken",
        b"1709640002600000 [1, 2]",
        line({"e": "forceOrder", "E": NOON + 2_700, "T": NOON + 2_700, "s": "BTCUSDT"}),
        line(mark(NOON + 2_800, r="much")),
    ]
    return [*map(line, good), *map(line, duplicates), *wrong]


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("dirty")
    lake = Lake(folder / "lake")
    add(lake, write_capture(folder / "dirty.gz", _dirty_lines()), wanted=_LENIENT)
    publish(lake, "test")
    return lake


def test_every_line_of_a_dirty_file_is_accounted_for(dirty: Lake):
    counts = rows(dirty, "accounts").select(pl.col("^lines_.*$").sum()).row(0, named=True)
    assert counts == {"lines_kept": 10, "lines_duplicate": 2, "lines_quarantined": 10}
    assert rows(dirty, "manifest")["lines"].to_list() == [22]


def test_every_record_of_a_dirty_file_is_accounted_for(dirty: Lake):
    """Book messages count levels, a silent one is one row; the rejected depth would have given three."""
    columns = ["table_name", "records_in", "rows_out", "records_duplicate", "records_quarantined"]
    found = {name: tuple(counts) for name, *counts in rows(dirty, "accounts").select(columns).rows()}
    assert found == {
        "book_ticker": (1, 1, 0, 0),
        "book_updates": (2 + 2 + 1 + 2 + 3, 2 + 2 + 1, 2, 3),
        "derivative_ticker": (2, 1, 0, 1),
        "funding": (1, 1, 0, 0),
        "trades": (5 + 1 + 5, 5, 1, 5),
        "unknown": (3, 0, 0, 3),
    }


def test_each_line_in_quarantine_has_its_number_reason_and_text(dirty: Lake):
    found = rows(dirty, "quarantine").select("line", "table_name", "reason", "raw").rows()
    said = [(number, table, reason.split(" unexpected character")[0]) for number, table, reason, _ in found]
    assert said == [
        (13, "trades", "conflicts with an earlier record of the same id (binance-capture 6)"),
        (14, "trades", "qty is '-1.000', expected a number > 0"),
        (15, "trades", "price 100.05 is off the grid of 0.1"),
        (16, "trades", "quantity 0.0001 has more than 3 decimals"),
        (17, "trades", "foreign symbol 'ETHUSDT', expected 'BTCUSDT'"),
        (18, "book_updates", "level ['NaN', '1.000'], expected a price > 0 and a quantity >= 0 as text"),
        (19, "unknown", "not JSON:"),
        (20, "unknown", "expected a JSON object, got list"),
        (21, "unknown", "unknown stream 'forceOrder'"),
        (22, "derivative_ticker", "funding_rate is 'much', expected a number"),
    ]
    assert [text.encode() for *_, text in found] == _dirty_lines()[12:]


def test_a_rejected_book_message_breaks_the_chain_and_is_a_gap(tmp_path: Path):
    """A level that cannot be read leaves the book unknown, not a little wrong."""
    lines = [
        snapshot(NOON, 10, [["99.9", "2.000"]], [["100.1", "3.000"]]),
        depth(NOON + 100, (9, 11, 8), [["99.9", "2.500"]]),
        depth(NOON + 1_100, (12, 12, 11), [["?", "1.000"]]),
        depth(NOON + 2_100, (13, 13, 12), [["99.8", "1.000"]]),
        depth(NOON + 3_100, (14, 14, 13), [["99.8", "2.000"]]),
    ]
    lake = Lake(tmp_path / "lake")
    add(lake, write_capture(tmp_path / "hole.gz", lines), wanted=_LENIENT)
    assert rows(lake, "book_state")["state"].to_list() == ["OK", "OK", "RESYNC"]
    assert "sequence_break" in rows(lake, "gaps")["reason"].to_list()


@pytest.mark.parametrize("name", ["dirty", "lake_small", "lake_2023", "lake_2024"])
def test_checks_find_nothing_in_good_lakes(name: str, request: pytest.FixtureRequest):
    lake = request.getfixturevalue(name)
    with open_catalogue(lake.root) as connection:
        assert set(run_checks(connection).values()) == {0}


@pytest.mark.parametrize("name", ["lake_2023", "lake_2024"])
def test_real_recordings_are_kept_whole(name: str, request: pytest.FixtureRequest):
    """No duplicate and nothing for quarantine in them: every line became a row somewhere."""
    lake = request.getfixturevalue(name)
    accounts = rows(lake, "accounts")
    assert accounts["lines_kept"].sum() == rows(lake, "manifest")["lines"].sum()
    assert accounts.select("lines_duplicate", "lines_quarantined").sum().row(0) == (0, 0)
    assert {table: rows(lake, table).height for table in RECORDS} == {
        table: accounts.filter(table_name=table)["rows_out"].sum() for table in RECORDS
    }


def test_files_that_meet_in_a_stretch_of_time_are_counted_each(tmp_path: Path):
    first = tardis_files.write_csv(
        tmp_path / "a.csv", tardis_files.TRADES, [tardis_files.fill(n, n) for n in range(1, 6)]
    )
    second = tardis_files.write_csv(
        tmp_path / "b.csv", tardis_files.TRADES, [tardis_files.fill(n, n) for n in range(5, 8)]
    )
    lake = tardis_files.add(Lake(tmp_path / "lake"), first, second)
    counts = rows(lake, "accounts").select("records_in", "rows_out", "records_duplicate")
    assert set(counts.rows()) in ({(5, 5, 0), (3, 2, 1)}, {(5, 4, 1), (3, 3, 0)})  # print 5 is in both; either may stay
