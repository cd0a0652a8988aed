"""The largest sizes of a column and a bucket: worked by hand, and against dictionaries."""

from itertools import groupby, pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.bars import SECOND
from signals.book import Book
from signals.book_heat import Buckets, Columns, largest_sizes
from signals.inputs.bookkeeping import BOOK_CLOSE
from tests.signals.book_frames import GRID, Message, snapshot, updates
from tests.signals.plain_book import PlainBook

# Ticks of 0.1 and lots of 0.1. Buckets of two ticks: 9.8-9.9, 10.0-10.1, 10.2-10.3.
BUCKETS = Buckets(98, 2, 3)
NONE = BOOK_CLOSE.empty()


def heat(frame, *, cuts=(), columns, until, opening=NONE, buckets=BUCKETS, width=SECOND, origin=0):
    pieces = [frame[a:b] for a, b in pairwise([0, *cuts, frame.height])]
    grid = Columns(origin * SECOND, width, columns)
    sizes = largest_sizes(pieces, opening, int(until * SECOND), grid=GRID, buckets=buckets, columns=grid)
    assert sizes.dtype == np.float32
    return sizes.tolist()


def test_a_wall_of_a_moment_is_in_its_column_and_no_other():
    frame = updates([
        snapshot(100, [(9.9, 1.0)], [(10.2, 2.0)]),
        Message(1_200, bids=[(9.9, 50.0)]),
        Message(1_201, bids=[(9.9, 1.0)]),
    ])  # fmt: skip
    assert heat(frame, columns=3, until=3) == [[10, 0, 20], [500, 0, 20], [10, 0, 20]]


def test_a_bucket_holds_its_prices_of_both_sides_together():
    frame = updates([snapshot(0, [(9.8, 1.0), (9.9, 2.0), (10.0, 4.0)], [(10.1, 0.5), (10.3, 8.0)])])
    assert heat(frame, columns=1, until=1) == [[30, 45, 80]]


def test_messages_of_one_instant_are_one_event():
    """A level that moves is not seen at both prices, nor in between."""
    frame = updates([
        snapshot(0, [(9.8, 1.0)], [(10.2, 1.0)]),
        Message(500, bids=[(9.9, 7.0)]),
        Message(500, bids=[(9.9, 0.0), (9.8, 2.0)]),
    ])  # fmt: skip
    assert heat(frame, columns=1, until=1) == [[20, 0, 10]]


def test_what_ends_as_a_column_begins_is_not_in_it():
    frame = updates([snapshot(0, [(9.8, 9.0)], [(10.2, 1.0)]), Message(1_000, bids=[(9.8, 1.0)])])
    assert heat(frame, columns=2, until=2) == [[90, 0, 10], [10, 0, 10]]


def test_a_snapshot_replaces_all():
    frame = updates([snapshot(0, [(9.8, 1.0)], [(10.2, 1.0)]), snapshot(1_500, [(9.9, 3.0)], [])])
    assert heat(frame, columns=3, until=3) == [[10, 0, 10], [30, 0, 10], [30, 0, 0]]


def test_columns_without_a_usable_book_are_unknown():
    """Nothing before the first snapshot, nothing after a break of the chain until the next snapshot, nothing after
    what the rows tell of."""
    frame = updates([
        Message(100, bids=[(9.9, 5.0)], id=1, prev=0),
        snapshot(1_500, [(9.9, 1.0)], [(10.2, 1.0)], id=10),
        Message(2_500, bids=[(9.9, 4.0)], id=30, prev=20),
        Message(3_500, bids=[(9.9, 6.0)], id=31, prev=30),
        snapshot(5_100, [(9.9, 2.0)], [], id=40),
    ])  # fmt: skip
    unknown = [-1, -1, -1]
    assert heat(frame, columns=8, until=7) == [
        unknown, [10, 0, 10], [10, 0, 10], unknown, unknown, [20, 0, 0], [20, 0, 0], unknown,
    ]  # fmt: skip


def test_a_day_opens_with_the_book_in_which_the_day_before_ended():
    before = updates([snapshot(0, [(9.9, 1.0), (9.0, 5.0)], [(10.2, 2.0)], id=5)])
    book = Book(GRID)
    book.feed(before)
    after = updates([Message(11_500, asks=[(10.2, 3.0)], id=6, prev=5)])
    opening = book.close("v", "s")
    assert heat(after, columns=3, until=13, opening=opening, origin=10) == [[10, 0, 20], [10, 0, 30], [10, 0, 30]]
    unknown = [-1, -1, -1]
    assert heat(after, columns=3, until=13, origin=10) == [unknown, unknown, unknown]


def test_events_before_the_first_column_count_for_what_rests_in_it():
    frame = updates([
        snapshot(0, [(9.9, 1.0)], [(10.2, 2.0)]),
        Message(4_000, bids=[(9.9, 9.0)]),
        snapshot(4_200, [(9.8, 3.0)], []),
    ])  # fmt: skip
    assert heat(frame, columns=1, until=6, origin=5) == [[30, 0, 0]]


def test_no_rows_are_no_book():
    assert heat(updates([snapshot(0, [], [])])[:0], columns=2, until=2) == [[-1, -1, -1], [-1, -1, -1]]


@pytest.mark.parametrize("price", [10.05, -1.0, None])
def test_a_price_off_the_grid_is_told(price):
    frame = updates([snapshot(0, [(price, 1.0)], [])])
    with pytest.raises(ValueError, match="does not fit the grid"):
        heat(frame, columns=1, until=1)


@pytest.mark.parametrize(
    ("low", "high", "rows", "wanted"),
    [(100, 299, 200, (100, 1)), (101, 299, 100, (100, 2)), (7, 7, 3, (7, 1)), (99, 300, 100, (99, 3))],
)
def test_buckets_are_the_narrowest_that_hold_the_range(low, high, rows, wanted):
    made = Buckets.over(low, high, rows)
    assert (made.base, made.height) == wanted
    assert made.base <= low
    assert high < made.base + made.rows * made.height


@pytest.mark.parametrize(("low", "high"), [(0, 5), (9, 8)])
def test_buckets_of_no_range(low, high):
    with pytest.raises(ValueError, match="expected ticks"):
        Buckets.over(low, high, 10)


def test_too_wide_a_range_is_refused():
    with pytest.raises(ValueError, match="ticks are more than"):
        Buckets.over(1, 1 << 40, 200)


def slow(frame: pl.DataFrame, columns: int, until: int, buckets: Buckets) -> list[list[int]]:
    """The same from dictionaries: every state the book was in, and in which columns."""
    book = PlainBook(0.1, 1, 1 << 62)
    rows = frame.with_columns(pl.col("event_ts", "known_ts").cast(pl.Int64)).to_dicts()
    states = []
    for ts, instant in groupby(rows, key=lambda row: row["event_ts"]):
        for _, message in groupby(instant, key=lambda row: row["msg_id"]):
            book.take(list(message))
        sizes = [0] * buckets.rows
        for side in (book.bid, book.ask):
            for px, lots in side.qty.items():
                if 0 <= (px - buckets.base) // buckets.height < buckets.rows:
                    sizes[(px - buckets.base) // buckets.height] += lots
        states.append((ts, sizes if book.mode in (2, 3) else None))
    out = []
    for begin in range(0, columns * SECOND, SECOND):
        there = [sizes for ts, sizes in states if begin < ts < begin + SECOND]
        there += [sizes for ts, sizes in states if ts <= begin][-1:]
        known = [sizes for sizes in there if sizes is not None]
        is_told = known and begin + SECOND <= until * SECOND
        out.append([max(one) for one in zip(*known, strict=True)] if is_told else [-1] * buckets.rows)
    return out


@st.composite
def _feeds(draw):
    """Messages of a feed with ids that sometimes break, at times that often coincide with each other and seconds."""
    messages, at, last = [], 0, 0
    level = st.tuples(st.integers(94, 108).map(lambda px: px / 10), st.integers(0, 30).map(lambda lots: lots / 10))
    for _ in range(draw(st.integers(1, 25))):
        at += draw(st.sampled_from([0, 0, 1, 100, 250, 500, 1_000, 2_700]))
        bids, asks = draw(st.lists(level, max_size=4)), draw(st.lists(level, max_size=4))
        kind = draw(st.sampled_from(["next"] * 6 + ["old", "broken", "snapshot", "unbridged"]))
        new = last + draw(st.integers(1, 3))
        if kind in ("snapshot", "unbridged"):
            messages.append(Message(at, bids, asks, new, new if kind == "snapshot" else None, True))
            last = new
        elif kind == "old":
            messages.append(Message(at, bids, asks, max(last - 1, 1), max(last - 2, 0)))
        else:
            messages.append(Message(at, bids, asks, new, last if kind == "next" else last + 1))
            last = new
    return updates(messages)


@settings(max_examples=150, deadline=None)
@given(frame=_feeds(), cut=st.integers(0, 60), until=st.integers(1, 12))
def test_equal_to_dictionaries_wherever_the_rows_are_cut(frame, cut, until):
    cuts = (min(cut, frame.height),)
    until = max(until, -(-int(frame["event_ts"].to_physical()[-1]) // SECOND))
    assert heat(frame, cuts=cuts, columns=12, until=until) == slow(frame, 12, until, BUCKETS)
