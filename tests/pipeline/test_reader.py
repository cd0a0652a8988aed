"""`open_lake`: the live rows as frames, exactly those asked for, and a sentence for what cannot be meant."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import open_lake
from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.plan import TABLES
from tests.pipeline.captures import over_midnight, session, write_capture
from tests.pipeline.lakes import add, rows, withdraw

_MIDNIGHT = datetime(2024, 3, 6, tzinfo=UTC)


def _ends(frame: pl.LazyFrame) -> list[float]:
    """Ends of bars in seconds from midnight."""
    return [(end - _MIDNIGHT).total_seconds() for end in frame.collect()["bar_end"]]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_all_its_live_rows_in_the_order_of_days_and_key(lake_midnight: Lake, table: str):
    frame = open_lake(lake_midnight.root).read(table)
    assert isinstance(frame, pl.LazyFrame)
    assert frame.collect().equals(rows(lake_midnight, table))
    assert frame.collect_schema() == TABLES[table].schema


def test_the_tables_and_their_rows(lake_midnight: Lake):
    found = open_lake(str(lake_midnight.root)).tables()
    # Nobody stated a group of markets to sum up, and there is no chain of options.
    absent = {"inventory_total", "implied_volatility", "volatility_skew", "variance_premium"}
    assert found == {name: rows(lake_midnight, name).height for name in TABLES if name not in absent}
    assert (found["trades"], found["taker_flow"]) == (14, 6)


def test_the_bar_stamped_midnight_is_of_the_day_before(lake_midnight: Lake):
    lake = open_lake(lake_midnight.root)
    assert _ends(lake.read("taker_flow", since="2024-03-05", until="2024-03-05")) == [-2, -1, 0]
    assert _ends(lake.read("taker_flow", since="2024-03-06")) == [1, 2, 3]


@pytest.mark.parametrize("until", ["2024-03-05", date(2024, 3, 5), "2024-03-06T00:00Z", _MIDNIGHT])
def test_days_and_instants_may_be_dates_datetimes_or_text(lake_midnight: Lake, until):
    assert _ends(open_lake(lake_midnight.root).read("book_state", until=until)) == [-2, -1, 0]


@given(cut=st.integers(-4_000_000, 4_000_000), table=st.sampled_from(sorted(TABLES)))
@settings(max_examples=30, deadline=None)
def test_ranges_that_meet_give_every_row_once(lake_midnight: Lake, cut: int, table: str):
    lake, at = open_lake(lake_midnight.root), _MIDNIGHT + timedelta(microseconds=cut)
    parts = [lake.read(table, until=at).collect(), lake.read(table, since=at).collect()]
    order = TABLES[table].schema.names()[:4]
    whole = rows(lake_midnight, table)
    assert parts[0].height + parts[1].height == whole.height
    assert pl.concat(parts).sort(order).equals(whole.sort(order))


@pytest.mark.parametrize("table", ["taker_flow", "trades"])
def test_parts_of_other_days_are_not_opened(lake_midnight: Lake, table: str):
    plan = open_lake(lake_midnight.root).read(table, since="2024-03-06").explain()
    assert "date=2024-03-06" in plan
    assert "date=2024-03-05" not in plan


def test_a_part_that_was_replaced_is_read_no_more(tmp_path: Path):
    """The reader was opened before; its old files still lie there."""
    first, second = write_capture(tmp_path / "a.gz", session()), write_capture(tmp_path / "b.gz", over_midnight())
    made = Lake(tmp_path / "lake")
    add(made, first, second)
    lake = open_lake(made.root)
    assert lake.read("trades").collect().height == 40 + 14
    withdraw(made, first)
    assert lake.read("trades").collect().height == lake.tables()["trades"] == 14


def test_a_market_by_name(lake_midnight: Lake):
    lake = open_lake(lake_midnight.root)
    assert lake.read("trades", symbol="BTCUSDT", venue="binance-usdm").collect().height == 14


@pytest.mark.parametrize(
    ("asked", "code", "said", "hint"),
    [
        ({"table": "taker_flw"}, "FP009", "'taker_flw' is no table; there are: accounts, ", "taker_flow?"),
        ({"table": "trades", "symbol": "BTCUSD"}, "FP009", "'BTCUSD' is no symbol of this lake", "BTCUSDT?"),
        ({"table": "trades", "venue": "binance-usd"}, "FP009", "'binance-usd' is no venue of this lake", "usdm?"),
        ({"table": "trades", "since": datetime(2024, 3, 5)}, "FP017", "a time without a zone", "2024-03-05T00:00:00Z"),
        ({"table": "trades", "until": "noon"}, "FP017", "until is 'noon', expected a day", ""),
    ],
)
def test_what_cannot_be_meant(lake_small: Lake, asked: dict, code: str, said: str, hint: str):
    with pytest.raises(FootprintError) as wrong:
        open_lake(lake_small.root).read(**asked)
    assert wrong.value.fault.code == code
    assert said in wrong.value.why
    assert hint in wrong.value.hint


def test_a_folder_without_a_lake(tmp_path: Path):
    with pytest.raises(FootprintError, match="expected tables, found none"):
        open_lake(tmp_path)


def test_the_door_is_light(lake_small: Lake):
    """Importing it brings in no engine: the command line passes through the same package."""
    code = "import sys; from pipeline import open_lake; print({'polars', 'duckdb', 'signals'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"
    assert repr(open_lake(lake_small.root)) == f"open_lake({str(lake_small.root)!r})"
