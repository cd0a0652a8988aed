"""Wash-like pairs and minutes a person can check by hand: tick 0.1, a spread of two ticks, times in seconds."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.book_state import BOOK_STATE
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS
from signals.wash_like import WASH_LIKE_SIGNAL
from tests.signals.tape_frames import column, frame, run, seconds

FEW = {"min_orders": 2, "min_expected": 0.01, "window_min": 2}


def order(at, side=1, qty=0.05, price=100.0, **more):
    return {"event_ts": at, "side": side, "qty": qty, "first_px": price} | more


def orders(*rows):
    return frame(TAKER_ORDERS, rows)


def book(first=-180, until=180, spread=2, state="OK", **more):
    ask = round(100 + spread / 10, 1)
    row = {"state": state, "bid_px": 100.0, "ask_px": ask} if state == "OK" else {"state": state}
    return frame(BOOK_STATE, [{"bar_end": at} | row | more for at in range(first, until + 1)])


def pairs(tape, seconds_of_book=None, until=180, **params):
    flow = seconds({}, until, first=-180)
    second_book = book() if seconds_of_book is None else seconds_of_book
    return run(WASH_LIKE_SIGNAL, tape, second_book, flow, until=until, output=0, **{**FEW, **params})


def minutes(tape, flow=None, until=180, **params):
    flow = seconds({}, until, first=-179) if flow is None else flow
    return run(WASH_LIKE_SIGNAL, tape, book(), flow, until=until, output=1, **{**FEW, **params})


BEFORE = (order(1, qty=0.05), order(3, qty=0.2), order(5, qty=0.3), order(7, qty=0.4))


def test_every_column_of_a_pair_by_hand():
    """Four orders before, one of its size: counted from one, 2 of 5. It is the second of two tries: 1 - 0.6^2."""
    tape = orders(*BEFORE, order(9), order(9.2, qty=0.7), order(9.4, side=-1, price=99.8, qty=0.051))
    assert pairs(tape).drop("venue", "symbol", "event_ts", "known_ts", "first_ts").to_dicts() == [
        {
            "seq": 6, "first_seq": 4, "first_side": 1, "qty": 0.051, "price": 99.8, "gap_ms": 400.0,
            "n_between": 1, "n_alike": 1, "surprise": pytest.approx(-math.log(0.64)), "is_round": False,
        }
    ]  # fmt: skip
    found = pairs(tape)
    assert (column(found, "event_ts"), column(found, "first_ts"), column(found, "known_ts")) == ([9.4], [9], [9.5])


def test_a_pair_is_opposite_equal_quick_and_unmoved():
    def count(second, **params):
        return pairs(orders(order(9), second), **params).height

    assert count(order(9.499, side=-1)) == 1
    assert count(order(9.499, side=1)) == 0
    assert count(order(9.5, side=-1)) == 0, "half a second is too late"
    assert count(order(9.4, side=-1, qty=0.052)) == 0, "two lots"
    assert count(order(9.4, side=-1, price=99.8)) == 1, "from the ask to the bid"
    assert count(order(9.4, side=-1, price=99.7)) == 0, "beyond the spread"


def test_without_a_book_the_price_may_move_by_a_tick():
    tape = orders(order(9), order(9.4, side=-1, price=99.9), order(20), order(20.4, side=-1, price=99.8))
    assert column(pairs(tape, book(state="RESYNC")), "event_ts") == [9.4]
    assert column(pairs(tape, book(until=8)), "event_ts") == [9.4], "a second without a row"
    assert column(pairs(tape), "event_ts") == [9.4, 20.4]


def test_the_spread_is_that_of_the_last_whole_second_before_the_first():
    wide = pl.concat([book(until=8), book(first=9, until=9, spread=5), book(first=10)])
    tape = orders(order(9), order(9.4, side=-1, price=99.5), order(10, price=90), order(10.3, side=-1, price=89.5))
    assert column(pairs(tape, wide), "event_ts") == [9.4]


def test_an_order_may_be_in_several_pairs():
    tape = orders(order(9), order(9.1, side=-1), order(9.2))
    found = pairs(tape)
    assert list(zip(column(found, "first_seq"), column(found, "seq"), strict=True)) == [(0, 1), (1, 2)]
    assert column(found, "first_side") == [1, -1]


def test_no_pair_over_midnight_and_none_of_the_day_before():
    tape = orders(order(-0.2), order(-0.1, side=-1), order(0.1, side=-1), order(0.2, side=1))
    assert column(pairs(tape), "event_ts") == [0.2]


def test_with_too_few_orders_before_it_nothing_is_surprising():
    tape = orders(order(1, qty=0.3), order(9), order(9.2, side=-1))
    assert column(pairs(tape), "surprise") == [None]
    assert column(pairs(tape, min_orders=1), "surprise") == [pytest.approx(math.log(2))]


def test_sizes_are_compared_with_the_window_over_midnight_and_no_further():
    tape = orders(order(-111.001), order(-111), order(-20, qty=0.9), order(9), order(9.2, side=-1))
    assert column(pairs(tape), "n_alike") == [1]


def test_ten_lots_are_round():
    tape = orders(order(9, qty=0.01), order(9.1, qty=0.01, side=-1), order(20, qty=0.009), order(20.1, -1, 0.009))
    assert column(pairs(tape), "is_round") == [True, False]


def test_a_pair_is_known_when_all_that_it_was_compared_with_is():
    late = orders(order(-100, known_ts=40), order(9), order(9.2, side=-1, known_ts=9.3))
    assert column(pairs(late), "known_ts") == [40]
    slow = book(known_ts=50)
    assert column(pairs(orders(order(9), order(9.2, side=-1)), slow), "known_ts") == [50]


def test_every_column_of_a_minute_by_hand():
    """Two buys and two sells; the three neighbours are of a size and each opposite with 2 * 2 * 2 / (4 * 3)."""
    tape = orders(order(10, 1), order(10.1, 1), order(10.2, -1), order(10.3, -1), order(70, qty=0.1))
    row = minutes(tape, most_between=0).row(0, named=True)
    assert row["n_orders"] == 4
    assert (row["n_pairs"], row["n_expected"], row["pair_qty"]) == (1, 2, 0.05)
    assert (row["n_orders_window"], row["n_pairs_window"], row["n_expected_window"], row["score"]) == (4, 1, 2, 0.5)
    assert (row["coverage"], row["window_coverage"]) == (1, 1)
    assert row["round_size_share"] == 1, "0.05 is fifty lots"
    second = minutes(tape, most_between=0).row(1, named=True)
    assert (second["n_orders"], second["n_pairs"], second["n_expected"]) == (1, 0, 0)
    assert (second["n_orders_window"], second["score"]) == (5, 0.5)


def test_a_window_forgets_and_reaches_back_over_midnight():
    tape = orders(order(-70), order(-69.9, -1), order(-40, 1), order(-39.9, -1), order(70))
    rows = minutes(tape)
    assert column(rows, "bar_end") == [60, 120, 180]
    assert column(rows, "n_pairs_window") == [1, 0, 0], "-70 is in a minute that left, -40 is in the window of 60"


def test_a_pair_over_the_minute_counts_with_its_second():
    rows = minutes(orders(order(59.9), order(60.1, -1)))
    assert column(rows, "n_pairs") == [0, 1, 0]
    assert column(rows, "n_expected") == [0, 1, 0], "each minute has one order: no other way to shuffle"


def test_nothing_is_said_of_a_gap():
    flow = seconds({}, 180, first=-179)
    is_gap = pl.col("bar_end").dt.minute().is_between(0, 0) & (pl.col("bar_end").dt.second() > 40)
    values = pl.col("buy_qty", "sell_qty", "n_orders", "net_quote", "n_prints", "cvd_qty")
    holed = flow.with_columns(
        pl.when(~is_gap).then(values),
        coverage=pl.when(is_gap & (pl.col("bar_end").dt.day() == 3)).then(0.0).otherwise(1),
    )
    rows = minutes(
        orders(order(10), order(10.2, -1), order(80), order(80.1, -1)), flow=holed.cast(dict(TAKER_FLOW.schema))
    )
    assert column(rows, "n_pairs") == [None, 1, 0]
    assert column(rows, "coverage") == [pytest.approx(41 / 60), 1, 1]
    assert column(rows, "window_coverage") == [0.5, 0.5, 1], "a minute that is null is in no window"
    assert column(rows, "n_pairs_window") == [None, None, 1]


def test_few_expected_pairs_are_no_score():
    assert column(minutes(orders(order(10), order(10.2, -1)), min_expected=2), "score")[0] is None
    assert column(minutes(orders(order(10), order(10.2, -1)), min_expected=1), "score")[0] == 1


def test_a_minute_is_known_when_its_orders_and_seconds_are():
    late = orders(order(10, known_ts=100), order(70))
    assert column(minutes(late), "known_ts") == [100, 120.1, 180.1]


TAPES = st.lists(
    st.tuples(st.integers(-1_000, 1_500), st.sampled_from([-1, 1]), st.sampled_from([0.05, 0.051, 0.3])), max_size=14
)


@settings(max_examples=20, deadline=None)
@given(TAPES)
def test_minutes_count_the_pairs_that_are_stated(rows):
    tape = orders(*(order(at / 10, side, qty) for at, side, qty in sorted(rows, key=lambda row: row[0])))
    stated = [0, 0, 0]
    for at in column(pairs(tape), "event_ts"):
        stated[int(at // 60)] += 1
    assert column(minutes(tape), "n_pairs") == stated


@settings(max_examples=20, deadline=None)
@given(TAPES)
def test_sellers_instead_of_buyers_change_nothing_but_the_side(rows):
    rows = sorted(rows, key=lambda row: row[0])
    there, back = (orders(*(order(at / 10, turn * side, qty) for at, side, qty in rows)) for turn in (1, -1))
    assert_frame_equal(minutes(back), minutes(there))
    assert_frame_equal(pairs(back), pairs(there).with_columns(-pl.col("first_side")))
