"""The fast book says what the plain book says, however its input is cut and wherever its window lies."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.bars import SECOND
from signals.book import Book
from signals.inputs.bookkeeping import BOOK_CLOSE
from tests.signals.book_frames import GRID, Message, fast, slow, snapshot, states, updates

LENGTHS_MS = [0, 0, 0.001, 20, 300, 1_000, 2_100, 30_000]


@st.composite
def histories(draw):
    """Messages of a market that jumps, crosses, breaks its chain, falls silent and is snapshotted again."""
    now, last, centre, messages = 1_000.0, 100, 400, []
    for _ in range(draw(st.integers(1, 25))):
        now += draw(st.sampled_from(LENGTHS_MS))
        centre = draw(st.sampled_from([centre, centre, centre, 400, 460, 1_500, 30_000]))
        ticks = st.one_of(st.integers(centre - 9, centre + 9), st.sampled_from([1, centre // 3, centre * 4]))
        levels = st.lists(st.tuples(ticks.map(lambda t: t / 10), st.integers(0, 3).map(lambda q: q / 10)), max_size=8)
        this = last + draw(st.integers(-2, 3))
        kind = draw(st.sampled_from(["diff"] * 6 + ["usable", "unbridged", "late", "no ids", "broken", "resting"]))
        bids, asks = draw(levels), draw(levels)
        if kind == "resting":  # mostly an ordinary book
            bids = [((centre - k) / 10, 0.1 * k) for k in range(1, 8)]
            asks = [((centre + k) / 10, 0.1 * k) for k in range(1, 8)]
        prev = {
            "usable": this,
            "resting": this,
            "unbridged": None,
            "no ids": None,
            "broken": last + 1,
            "late": last - 1,
        }
        is_snapshot = kind in ("usable", "unbridged", "resting")
        messages.append(Message(now, bids, asks, None if kind == "no ids" else this, prev.get(kind, last), is_snapshot))
        last = this
    return [snapshot(1_000, [(39.9, 1), (39.8, 2)], [(40.1, 1)], 100), *messages] if draw(st.booleans()) else messages


@given(histories(), st.lists(st.integers(0, 200), max_size=6), st.sampled_from([16, 64, 1 << 23]))
@settings(max_examples=150, deadline=None)
def test_any_history_in_any_pieces_gives_what_the_plain_book_gives(messages, cuts, max_cells):
    frame = updates(messages)
    cuts = sorted(cut for cut in cuts if cut <= frame.height)
    got = fast(frame, first_bar=1, until=60, cuts=cuts, max_cells=max_cells)
    assert_frame_equal(got, slow(frame, first_bar=1, until=60), rel_tol=1e-12, abs_tol=1e-12)


@given(histories(), st.integers(1, 60), st.sampled_from([16, 1 << 23]))
@settings(max_examples=80, deadline=None)
def test_a_book_handed_over_goes_on_as_if_never_closed(messages, midnight, max_cells):
    frame = updates(messages)
    is_before = pl.col("event_ts").cast(pl.Int64) < midnight * SECOND
    day1 = Book(GRID, first_bar=SECOND, max_cells=max_cells)
    bars1 = np.concatenate([day1.feed(frame.filter(is_before)), day1.finish(midnight * SECOND)], axis=1)
    close = BOOK_CLOSE.check(day1.close("v", "s"))
    day2 = Book(GRID, opening=close, first_bar=(midnight + 1) * SECOND, max_cells=max_cells)
    bars2 = np.concatenate([day2.feed(frame.filter(~is_before)), day2.finish(70 * SECOND)], axis=1)
    whole = Book(GRID, first_bar=SECOND)
    unbroken = np.concatenate([whole.feed(frame), whole.finish(70 * SECOND)], axis=1)
    assert_frame_equal(pl.concat([states(bars1), states(bars2)]), states(unbroken))
    assert day2.close("v", "s").equals(whole.close("v", "s"))


@given(histories(), st.integers(0, 200), st.sampled_from([16, 1 << 23]))
@settings(max_examples=80, deadline=None)
def test_a_book_that_nobody_asks_for_bars_closes_as_one_that_ends_them(messages, cut, max_cells):
    frame = updates(messages)
    asked, quiet = Book(GRID, first_bar=SECOND), Book(GRID, max_cells=max_cells)
    for part in (frame.head(cut), frame.slice(cut)):
        asked.feed(part)
        quiet.feed(part)
    assert quiet.close("v", "s").equals(asked.close("v", "s"))
    assert quiet.breaks == asked.breaks


def test_the_close_lists_levels_best_first_as_the_text_has_them():
    book = Book(GRID)
    book.feed(updates([snapshot(1, [(28144.9, 3), (28145.1, 0.3)], [(28145.3, 2), (28145.2, 0.1)], 7)]))
    row = BOOK_CLOSE.check(book.close("v", "s")).row(0, named=True)
    assert row["bid_px"] == [28145.1, 28144.9]
    assert row["bid_qty"] == [0.3, 3.0]
    assert row["ask_px"] == [28145.2, 28145.3]
    assert (row["last_update_id"], row["chain_mode"], row["is_in_gap"]) == (7, 2, False)
    assert (row["bid_reach_px"], row["ask_reach_px"]) == (28144.9, 28145.3)
    assert (row["event_ts"].microsecond, row["known_ts"].microsecond) == (1_000, 101_000)


def test_a_day_without_messages_hands_the_opening_on():
    first = Book(GRID)
    first.feed(updates([snapshot(1, [(10.0, 1)], [(10.1, 1)], 7), Message(5, [(9.9, 1)], [], 8, 7)]))
    close = first.close("v", "s")
    assert Book(GRID, opening=close).close("v", "s").equals(close)
    assert Book(GRID).close("v", "s").is_empty()


def test_the_close_keeps_the_last_255_gaps_oldest_first_and_the_next_day_goes_on_with_them():
    gaps = [n + 1 for n in range(300)]
    at = np.concatenate(([0], np.cumsum(gaps)))
    messages = [snapshot(0, [(10.0, 1)], [(10.1, 1)], 1)]
    messages += [Message(float(ms), [], [], n + 2, n + 1) for n, ms in enumerate(at[1:])]
    first = Book(GRID)
    first.feed(updates(messages[:290]))
    second = Book(GRID, opening=first.close("v", "s"))
    second.feed(updates(messages[290:]))
    expected = [gap * 1_000 for gap in gaps]
    assert first.close("v", "s")["recent_gaps_us"][0].to_list() == expected[34:289]
    assert second.close("v", "s")["recent_gaps_us"][0].to_list() == expected[-255:]


def test_far_levels_are_kept_and_come_back_when_the_market_gets_there():
    far = [(float(px), 1) for px in range(1_000, 3_100)]  # more than the first list of levels outside holds
    book = Book(GRID, first_bar=SECOND, max_cells=64)
    parts = [book.feed(updates([snapshot(1, [(1.0, 5)], [(1.2, 1), *far], 7)]))]
    parts.append(book.feed(updates([Message(1_500, [(1.0, 0), (999.0, 2)], [(1.2, 0)], 8, 7)])))
    rows = states(np.concatenate([*parts, book.finish(2 * SECOND)], axis=1))
    assert rows["ask_px"].to_list() == [1.2, 1_000.0]
    assert rows["bid_px"].to_list() == [1.0, 999.0]
    assert rows["ask_depth_25bps_qty"].to_list() == [0.0, 2.0]  # mid 999.5: 1000 and 1001; mid 1.1: nothing


@pytest.mark.parametrize(
    ("price", "qty", "complaint"),
    [
        (28145.15, 1, "multiples of 0.1, got 28145.15"),
        (-1.0, 1, "positive multiples"),
        (1.0, 0.25, "multiples of 0.1, 0 or more, got 0.25"),
        (1.0, -1, "got -1.0"),
        (1.0, float("nan"), "got nan"),
    ],
)
def test_a_row_off_the_grid_is_named_in_words(price, qty, complaint):
    frame = updates([snapshot(1, [(1.0, 1), (price, qty)], [], 7)])
    with pytest.raises(ValueError, match=r"message 0 at 1970-01-01 00:00:00\.001") as error:
        Book(GRID).feed(frame)
    assert complaint in str(error.value)


def test_time_going_back_is_refused_within_and_between_frames():
    one, two = snapshot(2, [(1.0, 1)], [], 7), snapshot(1, [(1.0, 1)], [], 8)
    with pytest.raises(ValueError, match="order of event_ts"):
        Book(GRID).feed(updates([one, two]))
    book = Book(GRID)
    book.feed(updates([one]))
    with pytest.raises(ValueError, match="order of event_ts"):
        book.feed(updates([two]))


def _breaks(messages, pieces=1):
    frame, book = updates(messages), Book(GRID)
    for part in np.array_split(np.arange(frame.height), pieces):
        book.feed(frame[part])
    return [(b.from_ts, b.to_ts, b.reason) for b in book.breaks]


def test_breaks_run_from_the_last_good_message_to_the_bridge():
    level = [(1.0, 1)]
    history = [
        Message(1, level, [], 3, 2),
        Message(2, level, [], 5, 3, is_snapshot=True),
        Message(3, level, [], 4, 3),
        Message(4, level, [], 6, 4),  # bridges
        Message(5, level, [], 7, 6),
        Message(6, level, [], 9, 8),  # 8 is missing
        Message(7, level, [], 10, 9),
        snapshot(8, level, [], 12),
        Message(9, level, [], 13, 12),
        Message(10, level, [], 15, 14),  # 14 is missing
    ]
    expected = [(1_000, 4_000, "no_snapshot"), (5_000, 8_000, "sequence_break"), (9_000, None, "sequence_break")]
    assert _breaks(history) == expected
    assert _breaks(history, pieces=10) == expected


def test_a_feed_that_opens_with_a_usable_snapshot_misses_nothing():
    assert _breaks([snapshot(1, [(1.0, 1)], [], 1), Message(2, [(1.0, 2)], [], 2, 1)]) == []
