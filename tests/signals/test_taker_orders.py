"""Rows of taker_orders a person can check by hand: tick 0.1, lots of 0.1, times in milliseconds."""

import polars as pl
import pytest

from tests.signals.book_frames import Message, snapshot, updates
from tests.signals.test_book_pass import run
from tests.signals.test_taker_flow import prints

BOOK = updates(
    [
        snapshot(1_000, [(10.0, 5), (9.9, 4), (9.0, 9)], [(10.1, 2), (10.2, 3), (11.0, 9)], 1),
        Message(2_000, [], [(10.1, 6)], 2, 1),
    ]
)


def orders(*rows, book=BOOK, ids=None, **options):
    tape = prints(*rows)
    if ids is not None:
        tape = tape.with_columns(taker_order_id=pl.Series(ids, dtype=pl.Int64))
    return run({"book_updates": book, "trades": tape}, **options)["taker_orders"]


def test_prints_of_one_instant_side_and_direction_are_one_order():
    row, *rest = orders((1_500, 10.1, 1, 1), (1_500, 10.1, 1, 1), (1_500, 10.2, 2.5, 1)).to_dicts()
    assert rest == []
    assert (row["side"], row["n_prints"], row["levels"], row["qty"]) == (1, 3, 2, 4.5)
    assert row["quote"] == pytest.approx(2 * 10.1 + 2.5 * 10.2)
    assert (row["first_px"], row["last_px"]) == (10.1, 10.2)
    assert row["span_bps"] == pytest.approx(10_000 * 0.1 / 10.1)
    assert (row["displayed_qty"], row["consumed_qty"], row["hidden_qty"]) == (5, 4.5, 0)


def test_another_time_side_or_a_price_that_comes_back_is_another_order():
    got = orders(
        (1_500, 10.1, 1, 1), (1_501, 10.1, 1, 1), (1_501, 10.0, 1, -1), (1_501, 9.9, 1, -1), (1_501, 10.0, 2, -1)
    )
    assert got["n_prints"].to_list() == [1, 1, 2, 1]
    assert got["side"].to_list() == [1, 1, -1, -1]
    assert got["seq"].to_list() == [0, 1, 2, 3]


def test_order_ids_part_what_the_prices_would_merge_and_the_other_way_round():
    rows = (1_500, 10.1, 1, 1), (1_500, 10.1, 1, 1), (1_500, 10.2, 1, 1), (1_500, 10.1, 1, 1)
    got = orders(*rows, ids=[7, 8, 8, 8])
    assert got["n_prints"].to_list() == [1, 3]
    assert orders(*rows, ids=[None] * 4)["n_prints"].to_list() == [3, 1]


def test_vector_8_more_executed_than_displayed_was_hidden():
    row = orders((1_500, 10.0, 9, -1)).to_dicts()[0]
    assert (row["displayed_qty"], row["consumed_qty"], row["hidden_qty"]) == (5, 5, 4)


def test_what_was_executed_since_the_last_update_is_not_displayed_any_more():
    got = orders((1_500, 10.0, 3, -1), (1_600, 10.0, 4, -1))
    assert got["displayed_qty"].to_list() == [5, 2]
    assert got["hidden_qty"].to_list() == [0, 2]


def test_a_print_stands_before_the_book_update_of_its_instant():
    assert orders((2_000, 10.1, 6, 1))["displayed_qty"].to_list() == [2]
    assert orders((2_000.001, 10.1, 6, 1))["displayed_qty"].to_list() == [6]


def test_a_sweep_beyond_the_book_is_hidden_where_nothing_stood():
    row = orders((1_500, 10.2, 3, 1), (1_500, 10.5, 1, 1), (1_500, 11.0, 2, 1)).to_dicts()[0]
    assert (row["levels"], row["displayed_qty"], row["consumed_qty"], row["hidden_qty"]) == (3, 12, 5, 1)


@pytest.mark.parametrize("at", [900, 7_001])
def test_without_a_usable_book_nothing_is_said_of_it(at):
    """Before the snapshot, and when the book has been silent for more than five of its gaps of a second."""
    row = orders((at, 10.0, 1, -1)).to_dicts()[0]
    assert row["qty"] == 1
    assert [row[name] for name in ("displayed_qty", "consumed_qty", "hidden_qty")] == [None] * 3


def test_off_market_prints_and_unknown_sides_are_in_no_order():
    assert orders((1_500, 10.0, 1, -1, True), (1_500, 10.0, 1, 0), (1_500, 10.0, 2, -1))["qty"].to_list() == [2]


def test_an_order_is_known_after_its_prints_the_book_before_it_and_the_tolerance():
    got = orders((1_500, 10.0, 1, -1), (1_990, 10.0, 1, -1))
    # prints are known 50 ms after the event, and 20 ms pass without another; the book of 1,000 was known at 1,100
    assert (got["known_ts"] - got["event_ts"]).dt.total_milliseconds().to_list() == [70, 70]
    late = BOOK.with_columns(known_ts=pl.col("event_ts").dt.offset_by("700ms"))
    got = orders((1_500, 10.0, 1, -1), (2_000, 10.0, 1, -1), (2_001, 10.0, 1, -1), book=late)
    assert got["known_ts"].cast(pl.Int64).to_list() == [1_700_000, 2_070_000, 2_700_000]


def test_a_late_print_delays_what_could_have_been_merged_with_it():
    tape = prints((1_500, 10.0, 1, -1), (1_500, 10.1, 1, 1), (1_500, 10.0, 1, -1), (1_600, 10.0, 1, -1))
    is_late = pl.int_range(pl.len()) == 1
    tape = tape.with_columns(
        known_ts=pl.when(is_late).then(pl.col("known_ts").dt.offset_by("2s")).otherwise("known_ts")
    )
    got = run({"book_updates": BOOK, "trades": tape})["taker_orders"]
    assert got["known_ts"].cast(pl.Int64).to_list() == [3_570_000] * 4


@pytest.mark.parametrize("chunk_rows", [1, 2, 3])
def test_chunks_may_cut_an_order_in_two(chunk_rows):
    rows = (1_500, 10.1, 1, 1), (1_500, 10.1, 1, 1), (1_500, 10.2, 2.5, 1), (1_500, 10.2, 1, 1), (2_500, 10.0, 1, -1)
    assert orders(*rows, chunk_rows=chunk_rows).equals(orders(*rows))


def test_a_tape_without_a_book_and_a_recording_shorter_than_a_second_have_orders_too():
    alone = orders((1_500, 10.1, 1, 1), (9_999, 10.1, 2, 1), book=None)
    assert alone["qty"].to_list() == [1, 2]
    assert alone["displayed_qty"].to_list() == [None, None]
    assert orders((1_500, 10.1, 1, 1), until=1.6).height == 1


def test_numbers_start_again_at_midnight():
    day = 86_400_000
    rows = (day - 5_000, 10.1, 1, 1), (day - 1, 10.1, 1, 1), (day, 10.1, 1, 1)
    got = orders(*rows, book=None, start=day / 1_000 - 9, until=day / 1_000 + 5)
    assert got["seq"].to_list() == [0, 1, 0]


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        ([], [], 10.05),
        ([], [(10.1, 0)], 10.1),  # ask 10.2
        ([(10.1, 1)], [], None),  # locked
        ([(10.2, 1)], [], None),  # crossed
        ([], [(10.1, 0), (10.2, 0), (11.0, 0)], None),  # no asks
    ],
)
def test_the_mid_an_order_hit_is_that_of_the_book_just_before_it(bids, asks, expected):
    book = updates(
        [
            snapshot(1_000, [(10.0, 5)], [(10.1, 2), (10.2, 3), (11.0, 9)], 1),
            Message(1_400, bids, asks, 2, 1),
            Message(1_501, [(10.0, 0), (9.0, 1)], [], 3, 2),  # later: in no mid
        ]
    )
    rows = (1_500, 10.0, 9, -1), (1_500, 9.0, 9, -1)
    assert orders(*rows, book=book)["mid_px"].to_list() == [expected]


def test_a_silent_book_has_no_mid():
    book = updates([snapshot(1_000, [(10.0, 5)], [(10.1, 2)], 1)])
    got = orders((3_000, 10.0, 1, -1), (3_001, 10.0, 1, -1), book=book)
    assert got["mid_px"].to_list() == [10.05, None]
