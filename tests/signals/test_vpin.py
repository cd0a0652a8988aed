"""Rows of vpin a person can check by hand: lots of 0.001, times in seconds from midnight.

In the minute before midnight takers traded 6, that is 8,640 a day: with 4,320 buckets a day a bucket holds 2.
"""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.taker_orders import TAKER_ORDERS
from signals.vpin import VPIN_SIGNAL
from tests.signals.tape_frames import DAY_S, column, frame, run, seconds

SMALL = {"buckets_per_day": 4_320, "volume_days": 1, "min_coverage": 60 / DAY_S, "window_buckets": 2, "min_orders": 1}
SIX = {-30: (2, 0), -20: (1, 3)}
VALUES = ("vpin", "vpin_null", "vpin_ratio")


def orders(*rows):
    """TAKER_ORDERS of (time, side, qty)."""
    return frame(
        TAKER_ORDERS, [{"event_ts": at, "side": side, "qty": qty} | dict(*more) for at, side, qty, *more in rows]
    )


def flow(until=60, first=-59, **options):
    return seconds(SIX, until, first=first, **options)


def found(tape, seconds_of=None, until=60, **params):
    return run(VPIN_SIGNAL, tape, flow(until) if seconds_of is None else seconds_of, until=until, **{**SMALL, **params})


BY_HAND = ((1, 1, 1.5), (2, -1, 1.0), (3, 1, 5.5), (4, -1, 1.9))


def test_every_column_by_hand():
    """Buckets: 1.5 bought and 0.5 sold; the other 0.5 sold and 1.5 bought; 2 bought; 2 bought, all of the third order.
    What the fourth begins is not closed. A bucket of one order is as one-sided by chance as it can be."""
    made = found(orders(*BY_HAND))
    assert column(made, "event_ts") == [2, 3, 3, 3]
    assert column(made, "seq") == [0, 1, 2, 3]
    assert column(made, "known_ts") == [2.1, 3.1, 3.1, 3.1]
    assert column(made, "bucket_qty") == [2] * 4
    assert column(made, "opened_ts") == [1, 2, 3, 3]
    assert column(made, "imbalance") == [0.5, 0.5, 1, 1]
    assert column(made, "vpin") == [None, 0.5, 0.75, 1]
    assert column(made, "n_orders") == [None, 3, 2, 1]
    assert column(made, "vpin_null")[3] == column(made, "vpin_ratio")[3] == 1


def test_the_level_by_chance_of_one_large_and_one_small_order():
    """1.5 and 0.5 either add up to 2 or leave 1: on average 3 in 4 of the bucket."""
    made = found(orders((1, 1, 1.5), (2, -1, 0.5), (3, 1, 1.5), (4, 1, 0.5)), draws=20_000)
    assert column(made, "vpin_null")[1] == pytest.approx(0.75, abs=4 * 0.25 / 20_000**0.5)
    assert column(made, "vpin_ratio")[1] == column(made, "vpin")[1] / column(made, "vpin_null")[1]


@pytest.mark.parametrize(("trades", "vector"), [(20, 0.178), (50, 0.113)])
def test_vector_14_equal_trades(trades, vector):
    """The formula behind the vectors is an approximation, high by 1 / (4 n)."""
    qty = 2 / trades
    tape = orders(*((place / 100, 1 if place % 3 else -1, qty) for place in range(50 * trades)))
    made = found(tape, window_buckets=50)
    error = ((1 - 2 / np.pi) / trades / (200 * 50)) ** 0.5
    assert column(made, "vpin_null")[-1] == pytest.approx(vector * (1 - 1 / (4 * trades)), abs=4 * error + 0.0005)
    assert column(made, "n_orders")[-1] == 50 * trades


def test_the_volume_of_a_bucket_is_fixed_at_midnight():
    tape = orders(*BY_HAND)
    busy = seconds(SIX | {5: (900, 900)}, 60, first=-59)
    assert column(found(tape, busy), "bucket_qty") == [2] * 4
    assert column(found(tape, seconds(SIX | {-10: (6, 0)}, 60, first=-59)), "bucket_qty") == [4, 4]


def test_days_count_for_the_part_that_was_recorded():
    """A gap of 20 s leaves 40 of which takers traded 6: 12,960 a day, so 3 a bucket."""
    assert (
        column(found(orders(*BY_HAND), flow(without=range(-19, 1)), min_coverage=30 / DAY_S), "bucket_qty") == [3] * 3
    )
    is_gap = pl.col("bar_end").dt.second().is_between(42, 56) & (pl.col("bar_end").dt.hour() == 23)
    null = flow().with_columns(pl.when(~is_gap).then(pl.col("buy_qty", "sell_qty")))
    assert column(found(orders(*BY_HAND), null, min_coverage=30 / DAY_S), "bucket_qty") == pytest.approx(
        [8 / 3] * 3, abs=1e-3
    )


def test_without_enough_of_the_days_before_there_are_no_buckets():
    tape = orders(*BY_HAND)
    assert found(tape, min_coverage=61 / DAY_S).is_empty()
    assert found(tape, flow(first=1), min_coverage=0).is_empty()
    assert found(orders()).is_empty()


def test_a_lot_is_the_smallest_bucket():
    made = found(orders((1, 1, 0.003)), seconds({-5: (0.001, 0)}, 60, first=-59), buckets_per_day=10**9)
    assert column(made, "bucket_qty") == [0.001] * 3


def two_days(*tape, today=SIX, until=60):
    """Orders of the day before and of the day; the minutes that are recorded end at midnight."""
    before = seconds({at - DAY_S: flows for at, flows in SIX.items()}, -DAY_S, first=-DAY_S - 59)
    return orders(*tape), pl.concat([before, seconds(today, until, first=-59)])


def test_the_window_reaches_back_into_the_day_before_whose_buckets_keep_their_volume():
    """Of the day before, 6 in the last minute: buckets of 2, then of 4. The one open at midnight is in no bucket."""
    tape, both = two_days(
        (-9, 1, 2.0), (-8, 1, 1.5), (-7, -1, 0.5), (-6, -1, 1.0), (5, -1, 3.0), (6, 1, 1.0),
        today=SIX | {-10: (6, 0)},
    )  # fmt: skip
    made = found(tape, both)
    assert column(made, "event_ts") == [6]
    assert column(made, "seq") == [0]
    assert column(made, "opened_ts") == [5]
    assert column(made, "bucket_qty") == [4]
    assert column(made, "imbalance") == [-0.5]
    assert column(made, "vpin") == [0.5]
    assert column(made, "n_orders") == [4]
    assert column(found(tape, both, reach_days=0), "vpin") == [None]


def test_a_gap_of_the_tape_ends_the_window():
    tape = orders(*((at, 1, 2.0) for at in (1, 3, 5, 31, 33, 35)))
    made = found(tape, flow(without=range(10, 20)))
    assert column(made, "imbalance") == [1] * 6
    for name in VALUES:
        assert made[name].is_null().to_list() == [True, False, False, True, False, False]
    partly = flow().with_columns(coverage=pl.when(pl.col("bar_end").dt.second() == 12).then(0.9).otherwise("coverage"))
    assert found(tape, partly)["vpin"].is_null().to_list() == [True, False, False, True, False, False]


def test_a_bucket_with_a_gap_inside_has_no_imbalance():
    made = found(orders((1, 1, 1.0), (30, 1, 1.0), (31, 1, 2.0)), flow(without=range(10, 20)))
    assert column(made, "imbalance") == [None, 1]
    assert column(made, "vpin") == [None, None]


def test_with_few_orders_nothing_is_stated():
    made = found(orders(*BY_HAND), min_orders=3)
    assert column(made, "vpin") == [None, 0.5, None, None]
    assert column(made, "vpin_null")[2:] == [None, None]
    assert column(made, "n_orders") == [None, 3, 2, 1]


def test_a_row_is_known_when_everything_up_to_its_time_is():
    first, *rest = BY_HAND
    assert column(found(orders((*first, {"known_ts": 9}), *rest)), "known_ts") == [9] * 4
    assert column(found(orders(*rest, (9, 1, 9.0, {"known_ts": 30}))), "known_ts")[:2] == [3.1, 3.1]
    slow = flow().with_columns(known_ts=pl.col("known_ts").dt.offset_by("1m"))
    assert column(found(orders(*BY_HAND), slow), "known_ts") == [62.1, 63.1, 63.1, 63.1], (
        "of seconds that ended by then"
    )


TAPES = st.lists(
    st.tuples(st.integers(0, 59), st.sampled_from([-1, 1]), st.integers(1, 6_000).map(lambda lots: lots / 1_000)),
    min_size=1,
    max_size=15,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@settings(max_examples=30, deadline=None)
@given(TAPES)
def test_it_is_the_rule_told_slowly(rows):
    lots = [(at, side) for at, side, qty in rows for _ in range(round(qty * 1_000))]
    buckets = [lots[begin : begin + 2_000] for begin in range(0, len(lots) - 1_999, 2_000)]
    made = found(orders(*rows), window_buckets=3)
    net = [sum(side for _, side in bucket) / 2_000 for bucket in buckets]
    assert column(made, "event_ts") == [bucket[-1][0] for bucket in buckets]
    assert column(made, "opened_ts") == [bucket[0][0] for bucket in buckets]
    assert column(made, "imbalance") == net
    vpin = column(made, "vpin")
    assert vpin[:2] == [None, None][: len(vpin)]
    for place in range(2, len(net)):
        assert vpin[place] == pytest.approx(sum(map(abs, net[place - 2 : place + 1])) / 3, abs=1e-15)
        assert 0 <= vpin[place] <= 1
        assert 0 < column(made, "vpin_null")[place] <= 1


@settings(max_examples=20, deadline=None)
@given(TAPES)
def test_sellers_instead_of_buyers_turn_the_imbalance_and_nothing_else(rows):
    turned = found(orders(*((at, -side, qty) for at, side, qty in rows)))
    assert_frame_equal(turned, found(orders(*rows)).with_columns(-pl.col("imbalance")))
