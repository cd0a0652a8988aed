"""Rows of spread a person can check by hand: mid 100, a spread of two ticks of 0.1, which is 20 bps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.spread import SPREAD_SIGNAL
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import book, column, frame, run, seconds

RISEN = {end: {"bid_px": 100.0, "ask_px": 100.2} for end in range(66, 121)}
PAID = ("effective_spread_bps", "realised_spread_bps", "price_impact_bps")
QUOTED = ("spread_bps", "median_spread_bps", "above_tick_share")


def orders(*made):
    """TAKER_ORDERS of (time, side, qty, mean price, mid just before)."""
    names = ("event_ts", "side", "qty", "px", "mid_px")
    rows = [dict(zip(names, order, strict=True)) for order in made]
    return frame(TAKER_ORDERS, [row | {"quote": row["qty"] * row.pop("px")} for row in rows])


BUY, SELL = (60.5, 1, 2.0, 100.1, 100.0), (70.0, -1, 1.0, 99.8, 100.0)


def rows(*made, state=None, tape=None, until=120, **params):
    state = book(RISEN, until) if state is None else state
    tape = seconds({}, until) if tape is None else tape
    return run(SPREAD_SIGNAL, state, tape, orders(*made), start=60, until=until, **params)


def last(*made, **options):
    return rows(*made, **options).row(-1, named=True)


def of(row, names):
    return [row[name] for name in names]


def test_what_takers_paid_and_where_it_went():
    # the buyer paid 0.1 above 100 (20 bps), and the mid rose to 100.1: all impact; the seller got 0.2 less (40 bps)
    # and the mid rose: 60 bps to makers, -20 of impact
    assert of(last(BUY), PAID) == pytest.approx([20, 0, 20])
    assert of(last(SELL), PAID) == pytest.approx([40, 60, -20])
    row = last(BUY, SELL)
    assert of(row, PAID) == pytest.approx([7996 / 300, 5988 / 300, 2008 / 300]), "by notional, 200.2 and 99.8"
    assert (row["n_orders"], row["order_share"]) == (2, 1)


def test_what_was_quoted():
    # thirty seconds of two ticks, 22 of one and six of six; one locked and one crossed
    one_tick, six_ticks = {"bid_px": 99.9, "ask_px": 100.0}, {"bid_px": 99.7, "ask_px": 100.3}
    changed = dict.fromkeys(range(91, 115), one_tick) | dict.fromkeys(range(115, 121), six_ticks)
    row = last(state=book(changed | {100: {"state": "LOCKED"}, 101: {"state": "CROSSED"}}, 120))
    assert row["spread_bps"] == pytest.approx((30 * 20 + 22 * 1_000 / 99.95 + 6 * 60) / 58)
    assert row["median_spread_bps"] == pytest.approx(20)
    assert row["above_tick_share"] == 36 / 58
    assert row["coverage"] == 58 / 60


def test_below_four_fifths_of_a_minute_nothing_was_quoted():
    assert last(state=book({}, 120, without=range(80, 92)))["spread_bps"] is not None
    row = last(state=book({}, 120, without=range(80, 93)))
    assert of(row, QUOTED) == [None] * 3
    assert row["coverage"] == 47 / 60


def test_the_orders_are_of_the_minute_that_ended_five_seconds_before():
    def count(at):
        return last((at, *BUY[1:]))["n_orders"]

    assert [count(at) for at in (54.999, 55, 114.999, 115)] == [0, 1, 1, 0]
    assert rows((54.999, *BUY[1:]), until=120)["n_orders"].to_list() == [0]
    assert last((101, *BUY[1:]), horizon_s=20)["n_orders"] == 0


def test_the_later_mid_is_of_the_first_second_that_ends_by_then():
    assert last((61.0, *BUY[1:]))["price_impact_bps"] == pytest.approx(20), "ends at 66 sharp"
    assert last((60.9, *BUY[1:]))["price_impact_bps"] == pytest.approx(20)
    assert last((60.0, *BUY[1:]))["price_impact_bps"] == pytest.approx(0), "ends at 65"


def test_orders_without_a_mid_are_in_none_of_the_three():
    blind, lost = (80.0, 1, 0.5, 100.2, None), (75.0, 1, 0.5, 100.2, 100.1)
    row = last(BUY, SELL, blind)
    assert row["n_orders"] == 2
    assert row["order_share"] == pytest.approx(300 / 350.1)
    assert of(row, PAID) == pytest.approx(of(last(BUY, SELL), PAID))
    row = last(BUY, SELL, lost, state=book(RISEN | {80: {"state": "STALE"}}, 120))
    assert row["n_orders"] == 2
    row = last(BUY, (80.0, 1, 2.0, 100.2, None))
    assert of(row, PAID) == [None] * 3, "half of the notional is not known"
    assert (row["n_orders"], row["effective_spread_bps"]) == (1, None)


def test_no_order_is_no_mean_and_a_gap_of_the_tape_neither():
    row = last()
    assert of(row, (*PAID, "order_share")) == [None] * 4
    assert (row["n_orders"], row["tape_coverage"]) == (0, 1)
    row = last(BUY, tape=seconds({}, 120, without=range(90, 103)))
    assert of(row, PAID) == [None] * 3
    assert row["tape_coverage"] == 47 / 60


def test_without_a_tape_the_quoted_spread_stands_and_without_a_book_nothing():
    made = rows(tape=seconds({}, 1).clear()).row(0, named=True)
    assert made["spread_bps"] == pytest.approx(20, rel=0.01)
    assert (made["tape_coverage"], made["effective_spread_bps"], made["n_orders"]) == (0, None, 0)
    assert rows(BUY, state=book({}, 1).clear()).is_empty()


def test_a_row_a_minute_known_with_its_seconds():
    made = rows(BUY, state=book({}, 185), tape=seconds({}, 185), until=185)
    assert column(made, "bar_end") == [120, 180]
    assert column(made, "known_ts") == pytest.approx([120.1, 180.1])
    late = orders(BUY).with_columns(known_ts=orders(BUY)["known_ts"].dt.offset_by("300s"))
    made = run(SPREAD_SIGNAL, book({}, 185), seconds({}, 185), late, start=60, until=185)
    assert column(made, "known_ts") == pytest.approx([360.6, 360.6])


PRICES = st.integers(-5, 5).map(lambda ticks: ticks / 10)
ORDERS = st.lists(
    st.tuples(st.integers(550, 1_149), st.sampled_from((1, -1)), st.integers(1, 9), PRICES, PRICES), max_size=12
)


@settings(max_examples=30, deadline=None)
@given(ORDERS)
def test_the_three_means_are_of_the_same_orders(drawn):
    made = sorted((at / 10, side, float(qty), 100 + side * 0.1 + px, 100 + mid) for at, side, qty, px, mid in drawn)
    row = last(*made)
    if not made:
        assert row["price_impact_bps"] is None
        return
    later = [100.1 if at > 60 else 100.0 for at, *_ in made]
    weights = [qty * px for _, _, qty, px, _ in made]

    def mean(terms):
        return np.average(
            [20_000 * side * term for (_, side, *_), term in zip(made, terms, strict=True)], weights=weights
        )

    paid = [(px - mid) / mid for _, _, _, px, mid in made]
    moved = [(after - mid) / mid for (*_, mid), after in zip(made, later, strict=True)]
    assert row["effective_spread_bps"] == pytest.approx(mean(paid), abs=1e-9)
    assert row["price_impact_bps"] == pytest.approx(mean(moved), abs=1e-9)
    assert row["price_impact_bps"] == row["effective_spread_bps"] - row["realised_spread_bps"]
