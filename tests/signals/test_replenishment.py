"""Rows of replenishment a person can check by hand: tick 0.1, times in seconds from midnight."""

from math import log

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.chain_ends import CHAIN_ENDS
from signals.remaining_size import REMAINING_COLUMNS
from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.refill_frames import found, hidden, prints, quiet_refills, refill, refills
from tests.signals.tape_frames import column, frame, gaps, run


def chain_of(*rows, **options):
    """(time, chain) of each row published."""
    made = found(*rows, **options)
    return list(zip(column(made, "event_ts"), column(made, "chain_id"), strict=True))


UNKNOWN = dict.fromkeys([column.name for column in REMAINING_COLUMNS]) | {"n_alike": 0}


def test_every_column_by_hand():
    # With no past one refill in 8 fits (equal, near and hidden alike), and delays say nothing. The log series of
    # orders is (1 - 3/8) / -log(3/8) = 0.6372 for the first refill tried. One of equal size is 0.9 x 0.6372 x 8 + 0.1 =
    # 4.688 times likelier of an order with equal peaks, a fifth of 4.588 and 0.1 = 1.018 times of one with drawn peaks;
    # a hidden one 0.3 x 4.588 + 0.1 = 1.476 times of either.
    made = found(
        refill(10, ms=100),
        refill(12, price=101.0, side=-1),
        refill(15, ms=300),
        hidden(18, executed=9, displayed=5),
        refill(20, executed=2, ms=150),
    )
    assert column(made, "start_ts") == [9.9, 9.9]
    assert column(made, "event_ts") == [18, 20]
    assert column(made, "known_ts") == [18.1, 20.1]
    states = [log((4.688 + 1.018) / 2 * 1.476), log((4.688**2 + 1.018**2) / 2 * 1.476)]
    assert made.drop("venue", "symbol", "start_ts", "event_ts", "known_ts").to_dicts() == [
        {
            "seq": 3, "chain_id": 0, "side": 1, "price": 100.0, "n_refills": 3, "n_hidden": 1,
            "executed_qty": 19, "refilled_qty": 14, "replenish_ratio": 14 / 19,
            "displayed_peak_qty": 5, "median_refill_ms": 200,
            "refill_class": "unresolved", "n_native_like": 0, "n_synthetic_like": 0,
            "llr": pytest.approx(states[0], abs=1e-3), **UNKNOWN,
        },
        {
            "seq": 4, "chain_id": 0, "side": 1, "price": 100.0, "n_refills": 4, "n_hidden": 1,
            "executed_qty": 21, "refilled_qty": 19, "replenish_ratio": 19 / 21,
            "displayed_peak_qty": 5, "median_refill_ms": 150,
            "refill_class": "unresolved", "n_native_like": 0, "n_synthetic_like": 0,
            "llr": pytest.approx(states[1], abs=1e-3), **UNKNOWN,
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


def test_a_refill_more_than_two_minutes_later_begins_another():
    assert chain_of(refill(0), refill(120), refill(240)) == [(240, 0)]
    assert chain_of(refill(0), refill(120), refill(240.001), refill(241), refill(242)) == [(242, 1)]


def test_another_size_is_another_chain():
    rows = [
        refill(1),
        refill(2, refilled=50.0, executed=50.0),
        refill(3),
        refill(4, refilled=50.0, executed=50.0),
        refill(5),
    ]
    assert chain_of(*rows) == [(5, 0)]


def test_its_peak_must_have_been_executed_before_it_goes_on():
    assert chain_of(refill(1), refill(2), refill(3, executed=4.9)) == []


def test_a_chain_follows_the_best_price_once_takers_passed_its_own():
    left = refill(2.1, 99.9, executed=0.0, taken_ts=2.0)
    assert chain_of(refill(1, 100.0), left, refill(3, 99.9)) == [], "nothing was executed at 100"
    passed = refill(2.05, 100.0, refilled=50.0, taken_ts=2.0)
    made = found(refill(1, 100.0), passed, left, refill(3, 99.9))
    assert (column(made, "price"), column(made, "chain_id")) == ([99.9], [0])
    behind = [refill(1, 100.0), passed, left | {"is_best": False}, refill(3, 99.9)]
    assert chain_of(*behind) == []


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
    made = run(REPLENISHMENT_SIGNAL, refills(*rows), prints(*rows), gaps(), until=2 * day, min_llr=None)
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
    rows = refill(2), refill(3), refill(4)
    made = run(REPLENISHMENT_SIGNAL, refills(*rows), prints(*rows), slow, until=9, min_llr=None)
    assert column(made, "known_ts") == [61.1]
    tape = prints(*rows).with_columns(pl.col("known_ts").dt.offset_by("1m"))
    made = run(REPLENISHMENT_SIGNAL, refills(*rows), tape, until=9, min_llr=None)
    assert column(made, "known_ts") == [63.9], "executions decide what is of one chain"


def test_a_threshold_states_a_chain_later_and_then_for_good():
    chain = [*(refill(at, ms=80.0) for at in (71, 72, 73, 74, 75)), refill(76, ms=250.0)]
    rows = [*quiet_refills(44, ms=250.0), *chain]
    every = found(*rows, fit_min=1)
    llr = dict(zip(column(every, "event_ts"), column(every, "llr"), strict=True))
    assert llr[73] < llr[74] < llr[75]
    stated = found(*rows, fit_min=1, min_llr=llr[74] - 0.01)
    assert_frame_equal(stated, every.filter(pl.col("seq") >= 47))
    assert found(*rows, fit_min=1, min_llr=99.0).is_empty()


def test_a_row_is_known_when_what_it_was_learnt_from_is():
    rows = refill(98), refill(99), refill(100)
    late = frame(CHAIN_ENDS, [{"event_ts": 10, "decided_ts": 20, "known_ts": 150, "displayed_peak_qty": 5.0}])
    made = run(REPLENISHMENT_SIGNAL, refills(*rows), prints(*rows), late, until=200, min_llr=None)
    assert column(made, "known_ts") == [150]


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
        sizes = {"executed": size + 3.0, "displayed": 3.0} | ({} if is_hidden else {"refilled": 3.0 + size % 2})
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
@example([(0, 0, -1, 1, False)] * 3 + [(1, 0, -1, 1, False), (0, 0, -1, 1, False)], 4)
def test_later_refills_and_prints_change_nothing(steps, cut):
    """Up to the last refill kept; its prints, and those of refills that show later, may lie before it."""
    rows = tape(steps)
    whole = found(*rows, min_refills=1)
    kept, printed = refills(*rows[:cut]), prints(*rows)
    before = printed.filter(pl.col("event_ts") <= kept["event_ts"].max()) if kept.height else printed.clear()
    for told in (printed, before):
        made = run(REPLENISHMENT_SIGNAL, kept, told, gaps(), until=86_400, min_llr=None, min_refills=1)
        assert_frame_equal(made, whole[: made.height])
        assert made.height == kept.height
