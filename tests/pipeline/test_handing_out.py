"""`sql --to` and `export`: every form holds exactly what the query or the table says, with its provenance."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pytest

from pipeline.fingerprint import sha256_of
from pipeline.lake import Lake
from pipeline.plan import TABLES
from pipeline.scripts import scripts
from signals import SIGNALS
from tests.pipeline.command import footprint, program
from tests.pipeline.lakes import rows


def _csv(path: Path) -> pl.DataFrame:
    with pa.input_stream(str(path), compression="zstd" if path.suffix == ".zst" else None) as stream:
        return pl.DataFrame(pa.csv.read_csv(stream))


def _arrow(path: Path) -> pl.DataFrame:
    with pa.ipc.open_file(path) as file:
        return pl.DataFrame(file.read_all())


_READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "csv": _csv,
    "csv.zst": _csv,
    "parquet": pl.read_parquet,
    "arrow": _arrow,
}


def _alike(frame: pl.DataFrame) -> list[tuple]:
    """Rows with times as microseconds and whole numbers as integers, whatever the file's types."""
    return frame.with_columns(
        pl.col(pl.Datetime).dt.epoch("us"), pl.selectors.integer().cast(pl.Int64), pl.col(pl.Date).cast(pl.String)
    ).rows()


_QUERY = "select seq, event_ts, price, trade_id, taker_order_id from trades where seq % 3 = 0 order by seq"


@pytest.mark.parametrize("form", _READERS)
def test_a_query_in_every_form(form: str, lake_small: Lake, tmp_path: Path):
    target = tmp_path / "new folder" / f"rows.{form}"
    result = footprint("sql", _QUERY, "--to", target, "--lake", lake_small.root)
    assert result == type(result)(0, "", f"14 rows to {target}\n")
    wanted = rows(lake_small, "trades").filter(pl.col("seq") % 3 == 0)
    expected = _alike(wanted.select("seq", "event_ts", "price", pl.col("trade_id").cast(pl.Int64), "taker_order_id"))
    found = _READERS[form](target)
    assert found.columns == ["seq", "event_ts", "price", "trade_id", "taker_order_id"]
    assert (
        _alike(found.with_columns(pl.col("trade_id").cast(pl.Int64), pl.col("taker_order_id").cast(pl.Int64)))
        == expected
    )
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_query_into_a_pipe_is_the_full_result_as_csv(lake_2023: Lake):
    """More than a terminal would show, times in UTC whatever the machine's zone."""
    result = program("sql", "select event_ts, price from trades", "--lake", lake_2023.root, TZ="Asia/Tokyo")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[:2] == ['"event_ts","price"', "2023-04-04 23:58:20.452000Z,28145.1"]
    assert len(lines) == 1 + 12_935


def test_lists_and_odd_types_in_a_csv_are_text(lake_small: Lake):
    query = "select [1, 2] as a, interval 1 day as b, {'x': 1} as c, 1.50::decimal(4, 2) as d, null as e"
    assert footprint("sql", query, "--lake", lake_small.root).out.splitlines() == [
        '"a","b","c","d","e"',
        '"[1, 2]","1 day","{\'x\': 1}","1.50",',
    ]


def test_sql_without_a_query_lists_tables_and_worked_queries(lake_small: Lake):
    listed = footprint("sql", "--lake", lake_small.root).out
    for name, table in TABLES.items():
        assert any(line.startswith(f"{name} ") and table.grain in line for line in listed.splitlines())
    assert "@flow_and_move" in listed


def test_sql_without_a_query_lists_macros(lake_small: Lake):
    listed = footprint("sql", "--lake", lake_small.root).out
    for macro in scripts("macros"):
        assert any(line.startswith(f"{macro.name}(") and macro.title in line for line in listed.splitlines())
    assert "book_state_rollup(width) " in listed


def test_a_worked_query_by_name(lake_small: Lake):
    out = footprint("sql", "@accounts", "--lake", lake_small.root).out.splitlines()
    assert out[0] == '"venue","symbol","file_id","file","lines","kept","duplicate","quarantined"'
    assert out[1].endswith(',"small.gz",48,48,0,0')


@pytest.mark.parametrize("form", ["csv.zst", "parquet", "arrow"])
@pytest.mark.parametrize("table", ["trades", "book_state", "taker_flow"])
def test_an_export_is_the_whole_table(table: str, form: str, lake_2023: Lake, tmp_path: Path):
    target = tmp_path / f"{table}.{form}"
    assert footprint("export", table, "--to", target, "--lake", lake_2023.root).code == 0
    wanted, found = rows(lake_2023, table), _READERS[form](target)
    assert found.columns == [*wanted.columns, "date"]
    numbers = [name for name, dtype in wanted.schema.items() if dtype.is_numeric()]
    assert (
        found.select(pl.col(numbers).cast(pl.Float64)).rows() == wanted.select(pl.col(numbers).cast(pl.Float64)).rows()
    )
    assert _alike(found.select("known_ts")) == _alike(wanted.select("known_ts"))


def test_an_export_crosses_days_in_order(lake_2023: Lake, tmp_path: Path):
    """`seq` begins again each day: the day comes before it."""
    footprint("export", "trades", "--to", tmp_path / "t.parquet", "--lake", lake_2023.root)
    times = pl.read_parquet(tmp_path / "t.parquet")["event_ts"]
    assert times.is_sorted()
    assert times.dt.date().n_unique() == 2


def test_provenance_names_raw_files_versions_and_parameters(lake_2023: Lake, files_2023: list[Path], tmp_path: Path):
    target = tmp_path / "book_state.parquet"
    footprint("export", "book_state", "--to", target, "--lake", lake_2023.root)
    told = json.loads((tmp_path / "book_state.parquet.meta.json").read_text())
    assert (told["table"], told["rows"]) == ("book_state", rows(lake_2023, "book_state").height)
    assert told["sha256"] == sha256_of(target)
    assert {file["sha256"] for file in told["raw_files"]} == set(map(sha256_of, files_2023))
    assert {file["source"] for file in told["raw_files"]} == {"binance-capture"}
    assert told["delta_versions"]["book_state"] == lake_2023.version("book_state")
    assert [part["rows"] for part in told["partitions"]] == [file.rows for file in lake_2023.live("book_state")]
    (signal,) = [signal for signal in SIGNALS if "book_state" in {table.name for table in signal.outputs}]
    for part in told["partitions"]:
        assert part["made_from"]["parameters"] == dict(signal.params)
        assert part["made_from"]["version"] == signal.version
    assert told["contract"]["key"] == ["venue", "symbol", "bar_end"]
    assert told["written_by"].startswith("mm-footprint ")


def test_provenance_names_what_was_selected(lake_midnight: Lake, tmp_path: Path):
    target = tmp_path / "rows.parquet"
    choice = ("--since", "2024-03-06", "--until", "2024-03-06T00:00:02Z", "--where", "buy_qty > 0")
    market = ("--venue", "binance-usdm", "--symbol", "BTCUSDT")
    footprint("export", "taker_flow", "--to", target, *choice, *market, "--lake", lake_midnight.root)
    told = json.loads(Path(f"{target}.meta.json").read_text())
    assert {name: told[name] for name in ("time_column", "since", "until", "where", "venue", "symbol", "rows")} == {
        "time_column": "bar_end",
        "since": "2024-03-06T00:00:00+00:00",
        "until": "2024-03-06T00:00:02+00:00",
        "where": "buy_qty > 0",
        "venue": "binance-usdm",
        "symbol": "BTCUSDT",
        "rows": 2,
    }
    assert told["sha256"] == sha256_of(target)
    assert told["presets"] == ["default"]
    assert [part["file"].split("/")[2] for part in told["partitions"]] == ["date=2024-03-06"]


@pytest.mark.parametrize("form", ["csv.zst", "parquet", "arrow"])
@pytest.mark.parametrize("table", ["taker_flow", "book_state", "trades", "gaps", "market_seconds"])
def test_days_one_after_the_other_are_the_whole_export(table: str, form: str, lake_midnight: Lake, tmp_path: Path):
    ranges = {"whole": (), "first": ("--until", "2024-03-05"), "then": ("--since", "2024-03-06")}
    for name, choice in ranges.items():
        footprint("export", table, "--to", tmp_path / f"{name}.{form}", *choice, "--lake", lake_midnight.root)
    whole, first, then = (_READERS[form](tmp_path / f"{name}.{form}") for name in ranges)
    assert min(first.height, then.height) > 0
    assert pl.concat([first, then], how="vertical_relaxed").equals(whole.cast(first.schema))


def test_a_view_is_exported_with_the_files_of_its_tables(lake_small: Lake, tmp_path: Path):
    target = tmp_path / "seconds.parquet"
    assert footprint("export", "market_seconds", "--to", target, "--lake", lake_small.root).code == 0
    told = json.loads(Path(f"{target}.meta.json").read_text())
    assert pl.read_parquet(target).height == told["rows"] == 3
    assert {part["table"] for part in told["partitions"]} == {"book_state", "taker_flow"}


def test_the_same_table_exports_to_the_same_bytes(lake_small: Lake, tmp_path: Path):
    digests = set()
    for name in ("a.parquet", "b.parquet"):
        footprint("export", "book_updates", "--to", tmp_path / name, "--lake", lake_small.root)
        digests.add(sha256_of(tmp_path / name))
    assert len(digests) == 1


def test_a_csv_reads_back_with_polars(lake_small: Lake):
    out = footprint("sql", "select bar_end, bid_px from book_state order by all", "--lake", lake_small.root).out
    frame = pl.read_csv(io.StringIO(out), try_parse_dates=True)
    assert frame["bid_px"].to_list() == [99.9, 99.9, 99.9]
