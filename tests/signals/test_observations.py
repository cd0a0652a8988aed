"""Observations of a minute by hand: seconds from a midnight, two minutes that end at 60 and 120."""

import polars as pl
import pytest

from signals.blocks import BLOCKS
from signals.book_state import BOOK_STATE
from signals.maker_inventory import MAKER_INVENTORY
from signals.observations import OBSERVATIONS_SIGNAL, OBSERVATIONS_TABLE
from signals.order_flow import ORDER_FLOW
from signals.quote_ledger import QUOTE_LEDGER
from signals.replenishment_rate import REPLENISHMENT_RATE
from signals.sweeps import SWEEPS
from signals.taker_aggression import TAKER_AGGRESSION
from tests.signals.tape_frames import column, frame, run


def book(until=120, **of):
    """A second each; `of`: column by second."""
    rows = [{"bar_end": at} | {name: values.get(at) for name, values in of.items()} for at in range(1, until + 1)]
    return frame(BOOK_STATE, rows)


def tape(*coverages):
    rows = [
        {"bar_end": 60 * minute, "coverage_60s": share, "net_quote_60s": 7.0, "n_orders_60s": 9}
        for minute, share in enumerate(coverages, 1)
    ]
    return frame(TAKER_AGGRESSION, rows)


def made(*inputs, until=120, **params):
    return run(OBSERVATIONS_SIGNAL, *inputs, until=until, **params)


def test_a_row_a_minute_of_the_book():
    rows = made(book(until=130))
    assert rows.schema == OBSERVATIONS_TABLE.schema
    assert column(rows, "bar_end") == [60, 120]
    assert made(book(until=59)).is_empty()


def test_a_mean_is_of_the_seconds_that_end_in_the_minute():
    first = dict.fromkeys(range(1, 61), 0.5)
    rows = made(book(imbalance_10bps=first | dict.fromkeys(range(61, 109), -0.4)))
    assert column(rows, "imbalance") == pytest.approx([0.5, -0.4])
    assert column(rows, "imbalance_n") == [60, 48]


def test_less_than_four_fifths_of_the_seconds_say_nothing_of_the_minute():
    rows = made(book(imbalance_10bps=dict.fromkeys(range(14, 108), 0.9)))
    assert column(rows, "imbalance") == [None, None]
    assert column(rows, "imbalance_n") == [0, 0]


def test_nothing_is_carried_over_a_gap():
    """The second that ends with the second minute lies in a gap."""
    rows = [{"bar_end": at, "ofi_norm_60s": float(at)} for at in range(1, 73)]
    rows += [{"bar_end": at} for at in range(73, 121)]
    found = made(book(), frame(ORDER_FLOW, rows))
    assert column(found, "order_flow") == [60, None]


def test_orders_are_counted_once():
    assert column(made(book(), tape(1.0, 1.0)), "aggression_n") == [9, 9]


def test_sweeps_add_up_with_their_side_and_none_is_zero_if_the_tape_was_recorded():
    events = frame(
        SWEEPS,
        [
            {"event_ts": 0, "side": 1, "quote": 100.0},
            {"event_ts": 59.9, "side": -1, "quote": 30.0},
            {"event_ts": 120, "side": 1, "quote": 5.0},
        ],
    )
    rows = made(book(), tape(1.0, 1.0), events)
    assert column(rows, "sweep") == [70, 0]
    assert column(rows, "sweep_n") == [2, 0]
    assert column(made(book(), tape(1.0, 0.5), events), "sweep") == [70, None], "what happened in a gap is unknown"
    assert column(made(book(), events), "sweep") == [None, None], "no tape at all"


def test_blocks_agreed_off_the_book_are_not_in_it():
    events = frame(
        BLOCKS,
        [
            {"event_ts": 1, "kind": "on_book", "side": -1, "quote": 10.0},
            {"event_ts": 2, "kind": "off_market", "side": None, "quote": 99.0},
        ],
    )
    assert column(made(book(), tape(1.0, 1.0), events), "block") == [-10, 0]


def test_asks_pulled_are_above_zero():
    rows = [{"bar_end": at, "ask_pull_intensity": 0.3, "bid_pull_intensity": 0.1} for at in range(1, 61)]
    assert column(made(book(), frame(QUOTE_LEDGER, rows)), "pull") == pytest.approx([0.2, None])


def test_bids_refilled_are_above_zero():
    rows = [
        {"bar_end": 60, "side": side, "refilled_qty": qty, "n_refills": n}
        for side, qty, n in ((-1, 2.0, 4), (1, 5.0, 3))
    ]
    found = made(book(), frame(REPLENISHMENT_RATE, rows))
    assert column(found, "replenishment") == [3, None]
    assert column(found, "replenishment_n") == [7, 0]


def test_one_half_life_is_chosen():
    rows = [{"bar_end": 60, "half_life_min": half, "z_level": z} for half, z in ((2, 1.0), (30, -2.0))]
    frames = book(), frame(MAKER_INVENTORY, rows)
    assert column(made(*frames, half_life_min=2), "inventory") == [1, None]
    assert column(made(*frames, half_life_min=30), "inventory") == [-2, None]


def test_a_half_life_that_was_not_made_is_an_error_and_no_silence():
    rows = [{"bar_end": 60 * minute, "half_life_min": 2, "z_level": 1.0} for minute in (1, 2)]
    with pytest.raises(ValueError, match=r"expected maker_inventory with half_life_min 30, got \[2\]: choose one"):
        made(book(), frame(MAKER_INVENTORY, rows), half_life_min=30)


def test_a_row_is_known_when_the_last_of_its_tables_is():
    late = frame(SWEEPS, [{"event_ts": 30, "side": 1, "quote": 1.0, "known_ts": 500}])
    assert column(made(book(), tape(1.0, 1.0), late), "known_ts") == [500, 500]
    after = late.with_columns(pl.col("event_ts").dt.offset_by("30s"))
    assert column(made(book(), tape(1.0, 1.0), after), "known_ts") == [60.1, 500]
