"""Commits into one table at the same time, and tables whose making was cut short."""

import multiprocessing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

import pipeline.lake
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.parts import write_part
from pipeline.plan import TABLES
from signals.inputs.bookkeeping import GAPS

MARKET = Market("binance-usdm", "BTCUSDT")
OTHER = Market("binance-usdm", "ETHUSDT")
FIRST = date(2024, 1, 1)


def write_days(root: Path, name: str, days: int) -> None:
    """Commit empty partitions of consecutive days, one by one."""
    lake = Lake(root)
    for day in (FIRST + timedelta(days=number) for number in range(days)):
        lake.commit(TABLES, [write_part(root, GAPS, MARKET, day, name, {}, GAPS.empty())], [])


def test_writers_of_the_same_partitions_all_get_through_and_one_file_stands(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_days, args=(tmp_path, name, 15)) for name in ("aa", "bb", "cc")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert [file.day for file in Lake(tmp_path).live("gaps")] == [FIRST + timedelta(days=n) for n in range(15)]


def test_a_commit_that_was_overtaken_is_tried_again(tmp_path, monkeypatch):
    """Another writer commits between reading the log and writing it: both changes stand."""
    write_days(tmp_path, "aa", 1)
    actions, overtaken = pipeline.lake._actions, []

    def overtake(*given):
        if not overtaken:
            overtaken.append(True)
            write_days(tmp_path, "bb", 2)
        return actions(*given)

    monkeypatch.setattr(pipeline.lake, "_actions", overtake)
    part = write_part(tmp_path, GAPS, MARKET, FIRST, "cc", {}, GAPS.empty())
    Lake(tmp_path).commit(TABLES, [part], [])
    assert [file.fingerprint for file in Lake(tmp_path).live("gaps")] == ["cc", "bb"]


def test_two_first_files_of_a_partition_never_stand_beside_each_other(tmp_path, monkeypatch):
    """Both writers saw an empty partition: the later one takes the place of the earlier."""
    actions, overtaken = pipeline.lake._actions, []

    def overtake(*given):
        found = actions(*given)
        if not overtaken:
            overtaken.append(True)
            write_days(tmp_path, "bb", 1)
        return found

    Lake(tmp_path).commit(TABLES, [write_part(tmp_path, GAPS, OTHER, FIRST, "aa", {}, GAPS.empty())], [])
    monkeypatch.setattr(pipeline.lake, "_actions", overtake)
    Lake(tmp_path).commit(TABLES, [write_part(tmp_path, GAPS, MARKET, FIRST, "cc", {}, GAPS.empty())], [])
    assert [file.fingerprint for file in Lake(tmp_path).live("gaps", MARKET)] == ["cc"]


def test_a_table_whose_making_was_cut_short_is_no_table_yet(tmp_path):
    (tmp_path / "gaps" / "_delta_log").mkdir(parents=True)
    assert not Lake(tmp_path).exists("gaps")
    assert Lake(tmp_path).live("gaps") == []
    write_days(tmp_path, "aa", 1)
    assert len(Lake(tmp_path).live("gaps")) == 1


def test_a_market_has_one_instrument_whoever_states_it(tmp_path):
    """Two processes that both saw none before: the later one stands."""
    table = TABLES["instruments"]
    for name, tick in (("aa", 0.1), ("bb", 0.5)):
        valid = {"valid_from": datetime(1970, 1, 1, tzinfo=UTC), "tick_size": tick, "kind": "perp"}
        row = {"venue": MARKET.venue, "symbol": MARKET.symbol} | valid
        frame = pl.DataFrame([row], schema=table.schema)
        Lake(tmp_path).commit(TABLES, [write_part(tmp_path, table, MARKET, None, name, {}, frame)], [])
    (file,) = Lake(tmp_path).live("instruments")
    assert file.fingerprint == "bb"


def test_a_part_committed_twice_stands_once(tmp_path):
    part = write_part(tmp_path, GAPS, MARKET, FIRST, "aa", {}, GAPS.empty())
    for _ in range(2):
        Lake(tmp_path).commit(TABLES, [part], [])
    assert len(Lake(tmp_path).live("gaps")) == 1
    assert Lake(tmp_path).version("gaps") == 1
