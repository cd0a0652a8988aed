"""Rows of replenishment a person can check by hand: tick 0.1, times in seconds from midnight."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.refills import REFILLS
from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.tape_frames import column, frame, gaps, run


def refill(at, price=100.0, side=1, executed=4.0, displayed=5.0, refilled=5.0, ms=200.0, **more):
    """Seen in the book after `ms`, on the tape only if that is None."""
    row = {"event_ts": at, "price": price, "side": side, "taken_ts": at - (ms or 0) / 1_000, "refill_ms": ms}
    sizes = {"executed_qty": executed, "displayed_qty": displayed, "refilled_qty": refilled}
    return row | sizes | {"is_hidden": ms is None, "is_first_update": False} | more


def hidden(at, executed, displayed, **more):
    return refill(at, executed=executed, displayed=displayed, refilled=executed - displayed, ms=None, **more)


def refills(*rows):
    return frame(REFILLS, rows)


def found(*rows, missing=(), **params):
    return run(REPLENISHMENT_SIGNAL, refills(*rows), gaps(*missing), until=86_400, **params)


def chain_of(*rows, **options):
    """(time, chain) of each row published."""
    made = found(*rows, **options)
    return list(zip(column(made, "event_ts"), column(made, "chain_id"), strict=True))


def test_every_column_by_hand():
    made = found(
        refill(10, executed=4, refilled=5, ms=100),
        refill(12, price=101.0, side=-1),
        refill(15, executed=5, refilled=4, ms=300),
        hidden(18, executed=9, displayed=5),
        refill(20, executed=2, refilled=1, ms=150),
    )
    assert column(made, "start_ts") == [9.9, 9.9]
    assert column(made, "event_ts") == [18, 20]
    assert column(made, "known_ts") == [18.1, 20.1]
    assert made.drop("venue", "symbol", "start_ts", "event_ts", "known_ts").to_dicts() == [
        {
            "seq": 3, "chain_id": 0, "side": 1, "price": 100.0, "n_refills": 3, "n_hidden": 1,
            "executed_qty": 18, "refilled_qty": 13, "replenish_ratio": 13 / 18,
            "displayed_peak_qty": 5, "median_refill_ms": 200,
        },
        {
            "seq": 4, "chain_id": 0, "side": 1, "price": 100.0, "n_refills": 4, "n_hidden": 1,
            "executed_qty": 20, "refilled_qty": 14, "replenish_ratio": 14 / 20,
            "displayed_peak_qty": 4.5, "median_refill_ms": 150,
        },
    ]  # fmt: skip


def test_it_is_published_from_the_third_refill_on():
    assert chain_of(refill(1), refill(2)) == []
    assert chain_of(refill(1), refill(2), refill(3), refill(4)) == [(3, 0), (4, 0)]
    assert chain_of(refill(1), refill(2), min_refills=1) == [(1, 0), (2, 0)]


def test_chains_are_numbered_by_their_first_refill_among_all_that_began():
    rows = [
        refill(1, 99.0),
        refill(2),
        refill(3, side=-1),
        refill(4),
        refill(5),
        refill(6, side=-1),
        refill(7, side=-1),
    ]
    assert chain_of(*rows) == [(5, 1), (7, 2)]


def test_a_refill_more_than_ten_seconds_later_begins_another():
    assert chain_of(refill(0), refill(10), refill(20)) == [(20, 0)]
    assert chain_of(refill(0), refill(10), refill(20.001), refill(21), refill(22)) == [(22, 1)]


def test_a_chain_follows_the_book_by_a_tick():
    made = found(refill(1, 100.0), refill(2, 100.1), refill(3, 100.0))
    assert (column(made, "price"), column(made, "chain_id")) == ([100.0], [0])
    assert chain_of(refill(1, 100.0), refill(2, 100.2), refill(3, 100.0)) == []
    assert chain_of(refill(1, 100.0), refill(1.1, 100.1, taken_ts=0.9), refill(2, 100.0)) == [], "one taker hit both"
    assert chain_of(refill(1, 100.0), refill(2, 100.1, side=-1), refill(3, 100.0)) == []


@pytest.mark.parametrize("feed", ["book_updates", "trades"])
def test_a_gap_of_book_or_tape_ends_a_chain(feed):
    rows = [refill(1), refill(2), refill(5), refill(6), refill(7)]
    assert chain_of(*rows, missing=[(feed, 2.5, 3)]) == [(7, 1)]
    assert chain_of(*rows, missing=[(feed, 2, 5)]) == [(7, 1)]
    assert chain_of(*rows, missing=[(feed, 0, 1)]) == [(5, 0), (6, 0), (7, 0)]
    assert chain_of(*rows, missing=[(feed, 7, 9)]) == [(5, 0), (6, 0), (7, 0)]
    assert chain_of(*rows, missing=[("book_ticker", 2.5, 3)]) == [(5, 0), (6, 0), (7, 0)]


def test_a_chain_ends_at_midnight_and_numbers_begin_again():
    day = 86_400
    rows = [refill(at) for at in (day - 3, day - 2, day - 1, day, day + 1, day + 2)]
    made = run(REPLENISHMENT_SIGNAL, refills(*rows), gaps(), until=2 * day)
    assert column(made, "event_ts") == [day - 1, day + 2]
    assert column(made, "chain_id") == [0, 0]
    assert column(made, "n_refills") == [3, 3]


def test_a_row_is_known_when_all_refills_and_gaps_before_it_are():
    late = refill(1, 99.0, known_ts=30)
    assert column(found(late, refill(2), refill(3), refill(4)), "known_ts") == [30]
    assert column(found(refill(2), refill(3), refill(4), refill(5, 99.0, known_ts=30)), "known_ts") == [4.1]
    made = found(refill(2), refill(3), refill(4), missing=[("trades", 0, 1), ("book_updates", 4.5, 5)])
    assert column(made, "known_ts") == [4.1]
    slow = gaps(("trades", 0, 1)).with_columns(pl.col("known_ts").dt.offset_by("1m"))
    made = run(REPLENISHMENT_SIGNAL, refills(refill(2), refill(3), refill(4)), slow, until=9)
    assert column(made, "known_ts") == [61.1]


TAPES = st.lists(
    st.tuples(
        st.sampled_from([0, 0.05, 1, 4, 11]),
        st.integers(0, 4),
        st.sampled_from([-1, 1]),
        st.integers(1, 9),
        st.booleans(),
    ),
    max_size=25,
)


def tape(steps, *, turned=1):
    rows, now = [], 100
    for wait, place, side, size, is_hidden in steps:
        now += wait
        price = round(100 + turned * place / 10, 1)
        one = hidden if is_hidden else refill
        sizes = {"executed": size + 3.0, "displayed": 3.0}
        rows.append(one(now, price=price, side=turned * side, **sizes))
    return rows


@settings(max_examples=40, deadline=None)
@given(TAPES)
def test_bids_instead_of_asks_turn_side_and_price(steps):
    there, back = found(*tape(steps), min_refills=1), found(*tape(steps, turned=-1), min_refills=1)
    turned = {"side": -pl.col("side"), "price": (200 - pl.col("price")).round(1)}
    assert_frame_equal(back, there.with_columns(**turned))


@settings(max_examples=40, deadline=None)
@given(TAPES, st.integers(0, 25))
def test_later_refills_change_nothing(steps, cut):
    rows = tape(steps)
    whole = found(*rows, min_refills=1)
    assert_frame_equal(found(*rows[:cut], min_refills=1), whole[:cut])
