"""Rows of sweeps a person can check by hand: tick 0.1, spreads of 2 ticks, times in seconds from midnight."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.book_state import BOOK_STATE
from signals.sweeps import SWEEPS_SIGNAL
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import column, frame, run

FEW = {"min_orders": 4}


def order(at, levels=1, first=100.0, last=None, quote=100.0, **more):
    last = first + 0.1 * (levels - 1) if last is None else last
    span = {"first_px": first, "last_px": last, "span_bps": abs(last - first) / first * 1e4}
    return (
        {"event_ts": at, "side": 1, "n_prints": levels, "levels": levels, "qty": quote / first, "quote": quote}
        | span
        | more
    )


def orders(*rows):
    return frame(TAKER_ORDERS, rows)


def book(*seconds):
    """BOOK_STATE of (second, spread in ticks), a spread of None: no usable book."""
    return frame(
        BOOK_STATE,
        [
            {"bar_end": at, "state": "RESYNC"} if ticks is None
            else {"bar_end": at, "state": "OK", "bid_px": 100.0, "ask_px": round(100 + 0.1 * ticks, 1)}
            for at, ticks in seconds
        ],
    )  # fmt: skip


BOOK = book((1, 2), (2, 2))


def found(tape, seconds=BOOK, until=1_000, **params):
    return run(SWEEPS_SIGNAL, tape, seconds, until=until, **params)


def times(tape, seconds=BOOK, **params):
    return column(found(tape, seconds, **params), "event_ts")


def test_every_column_by_hand():
    """Vector 8: displayed 5, one taker order executes 9 there, so at least 4 were hidden."""
    tape = orders(
        *(order(at, quote=10.0 * at) for at in range(1, 5)),
        order(10, 3, side=-1, first=100.0, last=99.8, qty=9.0, quote=899.0, n_prints=5, displayed_qty=5.0,
              consumed_qty=5.0, hidden_qty=4.0),
    )  # fmt: skip
    assert found(tape, **FEW).drop("venue", "symbol", "event_ts", "known_ts").to_dicts() == [
        {
            "seq": 4, "side": -1, "levels": 3, "n_prints": 5, "qty": 9.0, "quote": 899.0,
            "span_bps": pytest.approx(20), "depth_consumed_qty": 5.0, "hidden_excess_qty": 4.0,
            "median_spread_bps": pytest.approx(20), "large_quote": 40.0,
        }
    ]  # fmt: skip


def test_three_prices_are_a_sweep_two_only_if_the_order_is_large():
    small = [order(at, quote=100.0) for at in range(1, 5)]
    wide = {"first": 100.0, "last": 100.2}
    assert times(orders(*small, order(9, 3)), **FEW) == [9]
    assert times(orders(*small, order(9, 2, quote=100.0, **wide)), **FEW) == []
    assert times(orders(*small, order(9, 2, quote=100.1, **wide)), **FEW) == [9]
    assert times(orders(*small, order(9, 1, quote=900.0, **wide)), **FEW) == []


def test_with_too_few_orders_before_it_no_order_is_large():
    wide = order(9, 2, quote=900.0, last=100.2)
    before = [order(at) for at in range(1, 5)]
    assert times(orders(*before[1:], wide), **FEW) == []
    row = found(orders(*before[1:], order(9, 3)), **FEW)
    assert column(row, "large_quote") == [None]


def test_an_order_must_span_the_median_spread():
    tape = orders(order(10, 3))  # two ticks
    assert times(tape, book((1, 2))) == [10]
    assert times(tape, book((1, 3))) == []
    assert times(tape, book((1, 2), (2, 3))) == [], "the median is two and a half"
    assert times(tape, book((1, 2), (2, 9), (3, 1))) == [10]


def test_only_seconds_with_a_book_that_ended_by_then_count_and_without_any_it_is_one_tick():
    tape = orders(order(10, 3))
    assert times(tape, book((1, 2), (2, None), (10, 9))) == [], "the second that ends with the order counts"
    assert times(tape, book((1, 2), (2, None), (11, 9))) == [10]
    row = found(tape, book((2, None)))
    assert column(row, "median_spread_bps") == pytest.approx([10])


def test_windows_reach_back_over_midnight_and_no_further_than_they_should():
    wide = order(10, 2, quote=100.1, last=100.2)
    before = [order(at) for at in (-50, -40, -30, -20)]
    assert times(orders(*before, wide), window_min=1, **FEW) == [10]
    assert times(orders(order(-50.001), *before[1:], wide), window_min=1, **FEW) == []
    assert times(orders(order(10, 3)), book((-49, 2), (-50, 9)), window_min=1) == [10]


def test_orders_of_the_same_instant_are_not_before():
    tape = [order(1), order(2), order(3), order(10), order(10, 2, quote=900.0, last=100.2)]
    assert times(orders(*tape), **FEW) == []


def test_a_sweep_of_the_day_before_is_that_days():
    assert times(orders(order(-5, 3), order(5, 3))) == [5]


def test_it_is_known_when_everything_it_was_compared_with_is():
    late = orders(order(-20, known_ts=30), order(5, known_ts=40), order(10, 3), order(50, 3))
    assert column(found(late), "known_ts") == [40, 50.1]
    assert column(found(orders(order(-20, known_ts=30), order(10, 3))), "known_ts") == [30]
    slow = BOOK.with_columns(known_ts=pl.lit(BOOK["known_ts"][1]).dt.offset_by("1m"))
    assert column(found(orders(order(10, 3)), slow), "known_ts") == [62.1]


ORDERS = st.lists(
    st.tuples(st.integers(-80, 80), st.integers(1, 4), st.sampled_from([-1, 1]), st.integers(1, 9)), max_size=15
).map(sorted)


def tape_of(rows, *, turned=1, prints=1):
    return orders(
        *(
            order(at, levels, side=turned * side, last=round(100 + turned * side * 0.1 * (levels - 1), 1),
                  quote=float(size), n_prints=levels * prints)
            for at, levels, side, size in rows
        )
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(ORDERS)
def test_splitting_prints_and_turning_sides_change_only_their_columns(rows):
    plain = found(tape_of(rows), window_min=2, min_orders=3)
    assert_frame_equal(
        found(tape_of(rows, prints=2), window_min=2, min_orders=3), plain.with_columns(pl.col("n_prints") * 2)
    )
    turned = found(tape_of(rows, turned=-1), window_min=2, min_orders=3)
    assert_frame_equal(turned, plain.with_columns(-pl.col("side")))


@settings(max_examples=40, deadline=None)
@given(ORDERS)
def test_it_is_the_rule_told_slowly(rows):
    sweeps = []
    for at, levels, _, size in rows:
        before = sorted(s for t, _, _, s in rows if at - 120 <= t < at)
        rank = -(-len(before) * 995 // 1000)
        is_large = len(before) >= 3 and size > before[rank - 1]
        if at >= 0 and levels - 1 >= 2 - (at < 1) and (levels >= 3 or (is_large and levels >= 2)):
            sweeps.append(at)
    assert times(tape_of(rows), window_min=2, min_orders=3) == sweeps
