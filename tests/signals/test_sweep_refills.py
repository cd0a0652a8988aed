"""Refills of sweeps a person can check by hand: tick 0.1, times in seconds from midnight."""

import polars as pl
import pytest

from signals.book_state import BOOK_STATE
from signals.sweeps import SWEEPS_SIGNAL
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import DAY_S, column, frame, run


def sweep(at, side=1, consumed=4.0, **more):
    last = round(100 + 0.2 * side, 1)
    row = {"event_ts": at, "side": side, "n_prints": 3, "levels": 3, "qty": 5.0, "quote": 500.0, "first_px": 100.0}
    return row | {"last_px": last, "span_bps": 20.0, "consumed_qty": consumed, "hidden_qty": 1.0} | more


def second(end, bid=100.0, ask=100.2, bids=20.0, asks=10.0, **more):
    depths = {"bid_depth_10bps_qty": bids, "ask_depth_10bps_qty": asks}
    return {"bar_end": end, "state": "OK", "bid_px": bid, "ask_px": ask} | depths | more


def refills(sweeps, seconds, until=60, output=1, **params):
    return run(
        SWEEPS_SIGNAL, frame(TAKER_ORDERS, sweeps), frame(BOOK_STATE, seconds), until=until, output=output, **params
    )


BOOK = [second(9), second(10), second(11, asks=1.0), second(12, bid=100.1, ask=100.3, asks=8.0), second(13)]


def test_every_column_by_hand():
    """Asks 10 at second 10, 4 consumed, 8 at second 12: 2 of 4 came back. The mid went from 100.1 to 100.2."""
    found = refills([sweep(10.4)], BOOK)
    assert found.drop("venue", "symbol", "event_ts", "known_ts").to_dicts() == [
        {
            "seq": 0, "side": 1, "depth_consumed_qty": 4.0, "depth_before_qty": 10.0, "depth_after_qty": 8.0,
            "refilled_share": 0.5, "mid_move_bps": pytest.approx(0.1 / 100.1 * 1e4),
        }
    ]  # fmt: skip
    assert (column(found, "event_ts"), column(found, "known_ts")) == ([10.4], [12.1])


def test_a_seller_takes_bids_and_a_rise_is_against_it():
    found = refills([sweep(10.4, side=-1)], BOOK)
    assert column(found, "depth_before_qty") == [20]
    assert column(found, "refilled_share") == [1]
    assert column(found, "mid_move_bps") == [pytest.approx(-0.1 / 100.1 * 1e4)]


def test_a_sweep_on_the_whole_second_finds_the_book_before_it():
    """The bar that ends with it holds nothing from then on; the one after ends a second later."""
    found = refills([sweep(10)], BOOK)
    assert (column(found, "depth_before_qty"), column(found, "depth_after_qty")) == ([10], [1])
    assert column(found, "refilled_share") == [(1 - (10 - 4)) / 4]
    assert column(found, "known_ts") == [11.1]


def test_what_came_back_is_not_clipped():
    more = [*BOOK[:3], second(12, asks=30.0)]
    assert column(refills([sweep(10.4)], more), "refilled_share") == [6]


@pytest.mark.parametrize("off", [10, 12])
def test_a_locked_book_has_depth_and_no_mid(off):
    rows = [row | {"state": "LOCKED"} if row["bar_end"] == off else row for row in BOOK]
    found, usual = refills([sweep(10.4)], rows), refills([sweep(10.4)], BOOK)
    assert column(found, "refilled_share") == column(usual, "refilled_share")
    assert column(found, "mid_move_bps") == [None]


@pytest.mark.parametrize("off", [0, 10, 12])
@pytest.mark.parametrize("state", ["RESYNC", "STALE"])
def test_a_book_that_is_not_ok_says_nothing(off, state):
    rows = [row | {"state": state} if row["bar_end"] == off else row for row in BOOK]
    found = refills([sweep(10.4)], rows)
    assert column(found, "refilled_share") == [0.5 if not off else None]
    assert column(found, "mid_move_bps") == [None if off else pytest.approx(0.1 / 100.1 * 1e4)]


def test_no_older_second_stands_in_for_a_missing_one():
    assert column(refills([sweep(10.4)], [row for row in BOOK if row["bar_end"] != 10]), "depth_before_qty") == [None]
    assert column(refills([sweep(10.4)], [row for row in BOOK if row["bar_end"] != 12]), "depth_after_qty") == [None]


def test_without_consumed_depth_there_is_no_share():
    assert (
        column(refills([sweep(10.4, consumed=None), sweep(10.5, consumed=0.0)], BOOK), "refilled_share") == [None] * 2
    )


def test_it_is_stated_when_its_second_is_over():
    assert refills([sweep(10.4)], BOOK, until=11.9).height == 0
    assert refills([sweep(10.4)], BOOK, until=12).height == 1
    assert refills([sweep(10.4)], BOOK, until=11.9, output=0).height == 1, "the sweep is known at once"


def test_a_later_second_can_be_asked_for():
    assert column(refills([sweep(10.4)], BOOK, refill_s=2.0), "depth_after_qty") == [10]


def test_past_midnight_is_another_day():
    rows = [second(DAY_S - 2), second(DAY_S - 1), second(DAY_S, asks=9.0), second(DAY_S + 1)]
    found = refills([sweep(DAY_S - 1.5), sweep(DAY_S - 0.5)], rows, until=DAY_S)
    assert column(found, "depth_after_qty") == [9, None]
    assert column(found, "known_ts") == [DAY_S + 0.1, DAY_S + 0.5]


def test_it_is_known_when_the_sweep_and_the_book_after_are():
    assert column(refills([sweep(10.4, known_ts=30)], BOOK), "known_ts") == [30]
    late = [row | {"known_ts": 40} if row["bar_end"] == 12 else row for row in BOOK]
    assert column(refills([sweep(10.4)], late), "known_ts") == [40]


def test_sweeps_themselves_are_as_they_were():
    rows = refills([sweep(10.4), sweep(20)], BOOK, output=0)
    assert column(rows, "known_ts") == [10.5, 20.1]
    assert rows.height == refills([sweep(10.4), sweep(20)], BOOK).height
    assert not {"depth_before_qty", "refilled_share"} & set(rows.columns)


def test_no_sweep_no_refill():
    assert refills([sweep(10.4) | {"levels": 1}], BOOK).is_empty()
    assert isinstance(refills([], BOOK), pl.DataFrame)
