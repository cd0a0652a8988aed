"""Rows of replenishment a person can check by hand: tick 0.1, times in seconds from midnight."""

from math import log

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.chain_ends import CHAIN_ENDS
from signals.remaining_size import REMAINING_COLUMNS
from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.refill_frames import found, hidden, quiet_refills, refill, refills
from tests.signals.tape_frames import column, frame, gaps, run, seconds


def chain_of(*rows, **options):
    """(time, chain) of each row published."""
    made = found(*rows, **options)
    return list(zip(column(made, "event_ts"), column(made, "chain_id"), strict=True))


UNKNOWN = dict.fromkeys([column.name for column in REMAINING_COLUMNS]) | {"n_alike": 0}


def test_every_column_by_hand():
    # With no past all 13 bins of sizes are equally likely, and delays and hidden refills say nothing. A peak that comes
    # back is 0.9 x 13 + 0.1 = 11.8 times likelier of an order with equal peaks, 0.18 x 13 + 0.1 = 2.44 times of one
    # with drawn peaks; 4 of 5 or 1 of 5 a tenth as likely: 0.1 (11.8 + 2.44) / 2 = 0.712, and a tenth of that.
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
            "refill_class": "unresolved", "n_native_like": 0, "n_synthetic_like": 0, "llr": pytest.approx(log(0.712)),
            **UNKNOWN,
        },
        {
            "seq": 4, "chain_id": 0, "side": 1, "price": 100.0, "n_refills": 4, "n_hidden": 1,
            "executed_qty": 20, "refilled_qty": 14, "replenish_ratio": 14 / 20,
            "displayed_peak_qty": 4.5, "median_refill_ms": 150,
            "refill_class": "unresolved", "n_native_like": 0, "n_synthetic_like": 0, "llr": pytest.approx(log(0.0712)),
            **UNKNOWN,
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


def test_a_threshold_states_a_chain_later_and_then_for_good():
    chain = [refill(70, refilled=1.0), *(refill(at, ms=80.0) for at in (71, 72, 73, 74)), refill(75, refilled=1.0)]
    rows = [*quiet_refills(40, ms=250.0), *chain]
    every = found(*rows, fit_min=1)
    llr = dict(zip(column(every, "event_ts"), column(every, "llr"), strict=True))
    assert llr[72] < llr[73] < llr[74]
    assert llr[75] < llr[74]
    stated = found(*rows, fit_min=1, min_llr=llr[74] - 0.01)
    assert_frame_equal(stated, every.filter(pl.col("seq") >= 44))
    assert found(*rows, fit_min=1, min_llr=99.0).is_empty()


def test_a_row_is_known_when_what_it_was_learnt_from_is():
    rows = refills(refill(98), refill(99), refill(100))
    late = frame(CHAIN_ENDS, [{"event_ts": 10, "decided_ts": 20, "known_ts": 150, "displayed_peak_qty": 5.0}])
    assert column(run(REPLENISHMENT_SIGNAL, rows, late, until=200), "known_ts") == [150]
    slow = seconds({}, 60).with_columns(pl.col("known_ts").dt.offset_by("90s"))
    assert column(run(REPLENISHMENT_SIGNAL, rows, slow, until=200), "known_ts") == [150.1]


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
