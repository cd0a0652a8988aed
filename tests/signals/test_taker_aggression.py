"""Rows of taker_aggression a person can check by hand: one trade price of 100, times in seconds from midnight."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.taker_aggression import TAKER_AGGRESSION_SIGNAL, WINDOWS_S
from tests.signals.tape_frames import column, run, seconds

FLOWS = {301: (2, 0), 310: (0, 0.5), 345: (1, 1), 360: (0, 2)}


def rows(flow, until=360, start=300, **params):
    return run(TAKER_AGGRESSION_SIGNAL, flow, start=start, until=until, **params)


def last(flow, **options) -> dict:
    return rows(flow, **options).row(-1, named=True)


def of(row, name):
    return [row[f"{name}_{s}s"] for s in WINDOWS_S]


def test_every_column_by_hand():
    row = last(seconds(FLOWS, 360))
    assert of(row, "net_qty") == [-2, -2, -0.5, -0.5]
    assert of(row, "ratio") == [-1, -1, -0.5 / 6.5, -0.5 / 6.5]
    assert of(row, "net_quote") == [-200, -200, -50, -50]
    assert of(row, "n_orders") == [1, 1, 5, 5]
    assert of(row, "coverage") == [1, 1, 1, 1]
    assert (row["venue"], row["symbol"]) == ("v", "s")


def test_a_window_ends_with_its_bar_and_forgets_what_is_older():
    found = rows(seconds(FLOWS, 372), until=372)
    assert column(found, "net_qty_10s")[:3] == [2, 2, 2]
    assert column(found, "net_qty_10s")[9:12] == [1.5, -0.5, -0.5]
    assert column(found, "net_qty_60s")[60] == -2.5, "at 361 the trade of second 301 is out"


def test_vector_5_the_takers_bought():
    assert last(seconds({350: (2, 0), 355: (0, 0.5)}, 360))["net_qty_60s"] == 1.5


def test_no_trade_is_no_flow_and_no_ratio():
    row = last(seconds({}, 360))
    assert of(row, "net_qty") == [0, 0, 0, 0]
    assert of(row, "ratio") == [None] * 4
    assert of(row, "n_orders") == [0, 0, 0, 0]


def test_seconds_without_a_row_are_not_covered():
    row = last(seconds(FLOWS, 360, without=range(348, 360)))
    assert of(row, "coverage") == [1, 0.1, 0.8, 288 / 300]
    assert of(row, "net_qty") == [-2, None, -0.5, -0.5]
    assert last(seconds(FLOWS, 360, without=range(347, 360)))["net_qty_60s"] is None


def test_a_second_in_a_gap_is_neither_summed_nor_covered():
    values = pl.col("buy_qty", "sell_qty", "net_quote", "n_orders")
    is_gap = pl.col("bar_end").dt.second().is_between(50, 59) & (pl.col("bar_end").dt.minute() == 5)
    flow = seconds(FLOWS, 360).with_columns(
        pl.when(~is_gap).then(values), coverage=pl.when(is_gap).then(0.7).otherwise("coverage")
    )
    row = last(flow)
    assert row["coverage_60s"] == 50 / 60
    assert row["net_qty_60s"] == -0.5
    assert of(rows(flow, until=359).row(-1, named=True), "net_qty")[:2] == [None, None]


def test_a_row_is_known_when_all_its_seconds_are():
    flow = seconds({}, 400, first=-400).with_columns(
        known_ts=pl.when(pl.col("bar_end").to_physical() % 500_000_000 == 250_000_000)
        .then(pl.col("known_ts") + pl.duration(seconds=500))
        .otherwise("known_ts")
    )
    late = [end for end in range(-400, 401) if (end + 1_704_240_000) % 500 == 250]
    assert late == [-250, 250], "one late second before midnight within reach, one after"
    known = column(rows(flow, start=0, until=400), "known_ts")
    assert known[:249] == pytest.approx([250.1] * 249), "of 00:00:01 on, the second at -250 is waited for"
    assert known[249:] == pytest.approx([750.1] * 151)


def test_what_lies_further_back_than_the_longest_window_makes_nothing_late():
    flow = seconds({}, 5, first=-400)
    late = flow.with_columns(
        known_ts=pl.when(pl.col("bar_end") <= pl.lit(flow["bar_end"][50]))
        .then(pl.col("known_ts").dt.offset_by("1d"))
        .otherwise("known_ts")
    )
    assert_frame_equal(rows(late, start=0, until=5), rows(flow, start=0, until=5))


LOTS = st.integers(0, 5).map(lambda lots: lots / 4)
TAPES = st.dictionaries(st.integers(-310, 20), st.tuples(LOTS, LOTS), max_size=12)


@settings(max_examples=25, deadline=None)
@given(TAPES)
def test_sums_are_those_of_the_seconds(flows):
    found = rows(seconds(flows, 20, first=-310), start=0, until=20)
    for window in WINDOWS_S:
        inside = [[flows.get(s, (0, 0)) for s in range(end - window + 1, end + 1)] for end in range(1, 21)]
        assert column(found, f"net_qty_{window}s") == [sum(buy - sell for buy, sell in one) for one in inside]
        totals = [sum(buy + sell for buy, sell in one) for one in inside]
        net = column(found, f"net_qty_{window}s")
        assert column(found, f"ratio_{window}s") == [n / t if t else None for n, t in zip(net, totals, strict=True)]


@settings(max_examples=25, deadline=None)
@given(TAPES)
def test_sellers_instead_of_buyers_turn_every_sign(flows):
    there = rows(seconds(flows, 20, first=-310), start=0, until=20)
    back = rows(seconds({s: flow[::-1] for s, flow in flows.items()}, 20, first=-310), start=0, until=20)
    signed = [name for name in there.columns if name.startswith(("net_", "ratio"))]
    assert_frame_equal(back, there.with_columns(-pl.col(signed)))
