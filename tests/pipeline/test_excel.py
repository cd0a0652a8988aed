"""Spreadsheets: every cell is what the table says, times are real ones, and what does not fit is refused before."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipeline.errors import FootprintError
from pipeline.excel import Notes, check_excel
from pipeline.fingerprint import sha256_of
from pipeline.lake import Lake
from pipeline.rowfile import write_rows
from tests.pipeline.command import footprint
from tests.pipeline.lakes import rows
from tests.pipeline.spreadsheet import sheets, time_of


def _written(path: Path, query: str) -> list[list]:
    """The first sheet of a query's result."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        write_rows(connection.sql(query), path, Notes("rows"), [].append)
    return sheets(path)["rows"]


def _about(path: Path) -> dict:
    """The second sheet, by what stands first in a row; facts before columns of the same name."""
    return {row[0]: row[1] for row in reversed(sheets(path)["about"]) if len(row) == 2}


def test_an_export_as_a_spreadsheet_is_the_whole_table(lake_small: Lake, tmp_path: Path):
    target = tmp_path / "trades.xlsx"
    assert footprint("export", "trades", "--to", target, "--lake", lake_small.root).code == 0
    header, *found = sheets(target)["trades"]
    wanted = rows(lake_small, "trades")
    assert header[:4] == ["venue", "symbol", "event_ts (UTC)", "publish_ts (UTC)"]
    assert [name.removesuffix(" (UTC)") for name in header] == [*wanted.columns, "date"]
    for name in ("event_ts", "recv_ts", "known_ts"):
        shown = wanted[name].dt.round("1ms").to_list()
        assert [time_of(row[header.index(f"{name} (UTC)")]) for row in found] == shown
    for name in ("seq", "price", "qty", "taker_side", "trade_id", "is_off_market", "print_type", "maker_order_id"):
        assert [row[header.index(name)] for row in found] == wanted[name].to_list()
    assert {time_of(row[header.index("date")]) for row in found} == {datetime(2024, 3, 5, tzinfo=UTC)}


def test_the_second_sheet_says_where_the_rows_come_from_and_what_columns_mean(lake_small: Lake, tmp_path: Path):
    target = tmp_path / "flow.xlsx"
    choice = ("--since", "2024-03-05", "--where", "n_prints > 0", "--symbol", "BTCUSDT")
    footprint("export", "taker_flow", "--to", target, *choice, "--lake", lake_small.root)
    about = _about(target)
    assert (about["rows"], about["symbol"], about["where"]) == ("3", "BTCUSDT", "n_prints > 0")
    assert (about["time_column"], about["since"]) == ("bar_end", "2024-03-05T00:00:00+00:00")
    assert "until" not in about
    assert about["presets"] == "default"
    assert "min_coverage = 0.8" in about["made with"]
    assert about["table versions"] == f"taker_flow {lake_small.version('taker_flow')}"
    assert about["raw file"].endswith(rows(lake_small, "manifest")["sha256"].item())
    assert about["buy_qty"].endswith("null where the tape has a gap [base]")
    assert list(sheets(target)) == ["taker_flow", "about"]


def test_a_view_as_a_spreadsheet_explains_its_columns(lake_small: Lake, tmp_path: Path):
    footprint("export", "market_seconds", "--to", tmp_path / "m.xlsx", "--lake", lake_small.root)
    assert _about(tmp_path / "m.xlsx")["mid_px"] == "middle of best bid and ask, quote per base"


def test_times_are_real_ones(tmp_path: Path):
    (_, (found,)) = _written(tmp_path / "t.xlsx", "select timestamptz '2024-08-08 12:34:56.789012+02' as at")
    assert found == pytest.approx(45512.44093505801, abs=1e-11)
    assert time_of(found) == datetime(2024, 8, 8, 10, 34, 56, 789000, tzinfo=UTC)


def test_cells_of_every_kind(tmp_path: Path):
    query = """
    select * from (values
        (1, 0.1, true, 'x', date '1970-01-02', 12.5::decimal(9, 2), 10::hugeint),
        (null, null, null, null, null, null, null),
        (-7, 1e300, false, '=1+1', date '2024-08-08', -1, 3)
    ) as t(whole, number, flag, text, day, exact, huge)
    """
    assert _written(tmp_path / "kinds.xlsx", query) == [
        ["whole", "number", "flag", "text", "day", "exact", "huge"],
        [1, 0.1, True, "x", 25570, 12.5, 10],
        [],
        [-7, 1e300, False, "=1+1", 45512, -1, 3],
    ]


def test_whole_numbers_that_a_spreadsheet_would_round_are_text(tmp_path: Path):
    query = "select unnest([999999999999999, 1000000000000001, -9007199254740993]) as id"
    assert _written(tmp_path / "ids.xlsx", query)[1:] == [
        [999999999999999],
        ["1000000000000001"],
        ["-9007199254740993"],
    ]


def test_text_that_does_not_fit_a_cell_is_an_error_and_leaves_no_file(tmp_path: Path):
    with pytest.raises(FootprintError, match="raw of row 2 has 32,768 characters, and a cell holds 32,767") as wrong:
        _written(tmp_path / "long.xlsx", "select repeat('x', 32766 + n) as raw from range(1, 3) t(n)")
    assert wrong.value.fault.code == "FP018"
    assert list(tmp_path.iterdir()) == []


def test_too_many_rows_are_refused_before_anything_is_written(tmp_path: Path):
    with duckdb.connect() as connection, pytest.raises(FootprintError) as wrong:
        write_rows(connection.sql("from range(1048576)"), tmp_path / "a.xlsx", Notes("a"), [].append)
    assert wrong.value.why == "1,048,576 rows, and a sheet holds 1,048,575"
    assert wrong.value.hint == "fewer with --since, --until or --where, or --to with .parquet"
    assert list(tmp_path.iterdir()) == []
    check_excel(pa.schema([("a", pa.int64())]), 1_048_575)


def test_lists_have_no_form(lake_small: Lake, tmp_path: Path):
    result = footprint("export", "book_close", "--to", tmp_path / "x.xlsx", "--lake", lake_small.root)
    assert result.code == 2
    assert "error[FP018]" in result.err
    assert "why: a table with lists has no form as a spreadsheet" in result.err
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_a_sentence_says_how_to_get_it(lake_small: Lake, tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    result = footprint("export", "trades", "--to", tmp_path / "x.xlsx", "--lake", lake_small.root)
    assert result.code == 2
    assert "error[FP019]: an optional package is not installed" in result.err
    assert "try: pip install 'mm-footprint[excel]', or --to with .parquet" in result.err
    assert list(tmp_path.iterdir()) == []


def test_the_same_rows_give_the_same_bytes(lake_small: Lake, tmp_path: Path):
    for name in ("a.xlsx", "b.xlsx"):
        footprint("export", "taker_flow", "--to", tmp_path / name, "--lake", lake_small.root)
    assert sha256_of(tmp_path / "a.xlsx") == sha256_of(tmp_path / "b.xlsx")


def test_a_query_as_a_spreadsheet_says_what_was_asked(lake_small: Lake, tmp_path: Path):
    query = "select sum(n_prints) as prints, [1, 2] as both from taker_flow"
    result = footprint("sql", query, "--to", tmp_path / "q.xlsx", "--lake", lake_small.root)
    assert (result.code, result.err) == (0, f"1 rows to {tmp_path}/q.xlsx\n")
    found = sheets(tmp_path / "q.xlsx")
    assert found["query"] == [["prints", "both"], [30, "[1, 2]"]]
    assert ["query", query] in found["about"]


def test_openpyxl_reads_the_same(lake_small: Lake, tmp_path: Path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not here")
    footprint("export", "taker_flow", "--to", tmp_path / "f.xlsx", "--lake", lake_small.root)
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx", read_only=True)["taker_flow"]
    found = [row[2].replace(tzinfo=UTC) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == rows(lake_small, "taker_flow")["bar_end"].to_list()
