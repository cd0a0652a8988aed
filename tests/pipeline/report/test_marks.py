"""Marks: what is chosen, and what their texts say."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pipeline.lake import Lake
from pipeline.reader import LakeReader
from pipeline.report.marks import _chains, _largest, _pulls, _sweeps, _trades, marks_of
from pipeline.timerange import TimeRange
from tests.pipeline.lakes import MARKET

_START = datetime(2024, 8, 8, tzinfo=UTC)


def _at(*seconds: float) -> list[datetime]:
    return [_START + timedelta(seconds=second) for second in seconds]


def test_of_trades_the_largest_of_each_piece_of_time_is_shown():
    trades = pl.DataFrame({
        "event_ts": _at(0, 1, 9, 10, 11, 20), "seq": range(6), "price": [100.0] * 6,
        "qty": [1.0, 3.0, 2.0, 5.0, 5.0, 9.0], "taker_side": [1, -1, 1, 0, 1, 1],
        "is_off_market": [False] * 5 + [True],
    }).lazy()  # fmt: skip
    marks = _trades(trades, 2)
    assert (marks.total, marks.frame["ts"].to_list()) == (5, _at(1, 10))
    assert marks.frame["text"].to_list() == ["sold 3.0 at 100.0", "unknown side 5.0 at 100.0"]


def test_no_trades_are_no_marks():
    schema = {
        "event_ts": pl.Datetime("us", "UTC"), "seq": pl.Int64, "price": pl.Float64, "qty": pl.Float64,
        "taker_side": pl.Int8, "is_off_market": pl.Boolean,
    }  # fmt: skip
    marks = _trades(pl.LazyFrame(schema=schema), 2)
    assert (marks.total, marks.frame.height) == (0, 0)


def test_the_greatest_weights_in_order_of_time():
    frame = pl.DataFrame({"ts": _at(1, 2, 3, 4), "weight": [5.0, None, 9.0, 5.0]})
    marks = _largest("x", "bar", "#000000", frame, 2)
    assert (marks.total, marks.frame["ts"].to_list()) == (4, _at(1, 3))


def test_a_sweep_stands_at_its_average_price():
    sweeps = pl.DataFrame({
        "event_ts": _at(1), "side": [-1], "qty": [2.0], "quote": [201.0], "levels": [3], "span_bps": [1.234],
    }).lazy()  # fmt: skip
    row = _sweeps(sweeps).collect().row(0, named=True)
    assert (row["price"], row["direction"]) == (100.5, -1)
    assert row["text"] == "sweep: sold 2.0 through 3 prices, 1.23 bps"


def test_a_pull_says_whether_it_came_back():
    pulls = pl.DataFrame({
        "event_ts": _at(1, 2), "price": [100.0, 101.0], "side": [1, -1], "direction": [-1, 1],
        "is_restored": [False, True], "restored_ms": [None, 120.4], "displayed_qty": [4.0, 7.0],
    }).lazy()  # fmt: skip
    assert _pulls(pulls).collect()["text"].to_list() == [
        "bid of 4.0 pulled from 100.0", "ask of 7.0 pulled from 101.0, restored in 120 ms",
    ]  # fmt: skip


def test_a_chain_is_one_bar_from_its_beginning_to_its_last_refill():
    day = 86_400
    refills = pl.DataFrame({
        "start_ts": _at(0, 0, 0, day), "event_ts": _at(5, 9, 7, day + 1), "seq": [1, 3, 2, 1], "chain_id": [0, 0, 1, 0],
        "side": [1, 1, -1, 1], "price": [100.0, 99.9, 101.0, 90.0], "n_refills": [3, 4, 3, 3],
        "refilled_qty": [3.0, 4.0, 6.0, 1.0],
    }).lazy()  # fmt: skip
    found = _chains(refills).collect().sort("ts", "to_ts")
    assert found.select("to_ts", "price").rows() == list(zip(_at(7, 9, day + 1), [101.0, 99.9, 90.0], strict=True))
    assert found["text"][1] == "bid refilled 4 times, 4.0 in all, at 99.9"


@pytest.mark.slow
def test_marks_of_a_real_recording_count_all(lake_2024: Lake):
    found = {marks.label: marks for marks in marks_of(LakeReader(lake_2024.root), MARKET, TimeRange(), shown=100)}
    assert set(found) == {"trades", "refill chains", "sweeps", "quotes pulled", "pulled, then restored"}
    assert found["trades"].total > 20_000
    for marks in found.values():
        assert marks.frame.height == min(marks.total, 100) or marks.label == "trades"
        assert marks.frame["ts"].is_sorted()
        assert marks.frame["text"].null_count() == 0
