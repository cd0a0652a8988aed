"""Later snapshots against the running book: worked by hand, and against the plain book however frames are cut."""

from itertools import combinations, groupby, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.book import Book
from signals.book_checks import BookCheck
from signals.grid import Grid
from tests.signals.book_frames import GRID, Message, snapshot, updates
from tests.signals.plain_book import PlainBook
from tests.signals.recordings import usdm
from tests.signals.test_book import histories

FULL = [(10.0, 1), (9.9, 2), (9.8, 3)], [(10.1, 1), (10.2, 2), (10.3, 3)]


def checks(messages, cuts=()) -> list[BookCheck]:
    """Of a book fed with the messages in pieces cut at rows."""
    frame, book = updates(messages), Book(GRID, is_checked=True)
    for begin, end in pairwise([0, *cuts, frame.height]):
        book.feed(frame[begin:end])
    return book.checks.finish()


def counts(messages) -> list[tuple[int, int, int, int]]:
    return [(one.compared, one.missing, one.stale, one.resized) for one in checks(messages)]


def diff(at, bids=(), asks=(), id=None, prev=None):
    return Message(at, list(bids), list(asks), id, prev)


CHANGES = [
    diff(20, [(9.9, 5)]),
    diff(30, (), [(10.2, 0), (10.4, 7)]),
    diff(40, [(9.8, 0)]),
    diff(50, [(10.0, 1)]),
]
HEAD = snapshot(10, [(9.9, 2), (9.8, 3), (9.7, 4)], FULL[1])
AGAIN = snapshot(100, [(10.0, 1), (9.9, 5), (9.7, 4)], [(10.1, 1), (10.3, 3), (10.4, 7)])
"""A snapshot, four changes, and the book that they make, sent again."""


def test_a_feed_that_lost_nothing_agrees_on_every_level():
    assert counts([HEAD, *CHANGES, AGAIN]) == [(6, 0, 0, 0)]


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        (0, (6, 0, 0, 1)),  # of 9.9 the book has 2
        (1, (6, 0, 1, 0)),  # 10.2 stands still; 10.4 is deeper than the first snapshot reached and can't be missed
        (2, (7, 0, 1, 0)),  # 9.8 stands still
        (3, (6, 1, 0, 0)),  # 10.0 is missing
    ],
)
def test_a_lost_message_is_seen(lost, expected):
    assert counts([HEAD, *CHANGES[:lost], *CHANGES[lost + 1 :], AGAIN]) == [expected]


def test_deeper_than_either_side_reaches_nothing_is_compared():
    """The first lists to 9.9, the second to 9.8 or to 10.0: 9.8 may always have been there, 9.9 still be there."""
    change = diff(20, [(10.0, 2)])
    asks = [(10.1, 1)]
    head = snapshot(10, [(10.0, 1), (9.9, 2)], asks)
    assert counts([head, change, snapshot(30, [(10.0, 2), (9.9, 2), (9.8, 1)], asks)]) == [(3, 0, 0, 0)]
    assert counts([head, change, snapshot(30, [(10.0, 2)], asks)]) == [(2, 0, 0, 0)]


def test_of_an_empty_side_nothing_is_said():
    assert counts([snapshot(10, *FULL), CHANGES[0], snapshot(30, [], FULL[1])]) == [(3, 0, 0, 0)]


def test_snapshots_without_changes_between_them_are_the_feed_itself():
    feed = [snapshot(at, [(10.0, at)], [(10.1, at)]) for at in (10, 20, 30)]
    assert counts(feed) == []
    assert counts([feed[0], diff(15, [(9.9, 1)]), *feed[1:]]) == [(2, 0, 0, 2)], "the second alone comes to a change"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["change first", "snapshot first"])
def test_at_equal_times_the_order_is_open_and_the_level_is_not_compared(order):
    pair = [diff(50, [(10.0, 9)]), snapshot(50, [(10.0, 4), (9.9, 5), (9.8, 3)], FULL[1])]
    assert counts([snapshot(10, *FULL), CHANGES[0], *(pair[at] for at in order)]) == [(5, 0, 0, 0)]


def test_where_frames_are_cut_makes_no_difference():
    """Changes at the snapshot's instant on either side of it, and another snapshot that waits for its diff."""
    flow = [
        *(snapshot(10, *FULL, id=1), diff(20, [(9.9, 5)], id=2, prev=1), diff(50, [(10.0, 9)], id=3, prev=2)),
        snapshot(50, [(10.0, 4), (9.9, 4), (9.8, 3)], FULL[1], id=3),
        *(diff(50, [(9.8, 6)], id=4, prev=3), diff(60, [(9.8, 5)], id=5, prev=4)),
        Message(70, [(10.0, 4), (9.9, 1), (9.8, 7)], FULL[1], 6, None, True),
        *(diff(80, [(9.8, 7)], id=6, prev=5), diff(90, (), [(10.1, 3), (10.2, 3)], id=7, prev=6)),
    ]
    whole = checks(flow)
    assert [(one.compared, one.resized, one.before_us) for one in whole] == [(4, 1, 20_000), (3, 1, 60_000)]
    rows = updates(flow).height
    assert all(checks(flow, cuts) == whole for cuts in combinations(range(1, rows), 2))


def test_a_snapshot_that_waits_for_its_diff_is_compared_when_it_came():
    """It is of update 4, the book of update 3 yet: 9.9, which update 4 changes, is left out, and 9.8 was lost."""
    head = snapshot(10, *FULL, id=1)
    listed = Message(40, [(10.0, 1), (9.9, 7), (9.8, 1)], FULL[1], 4, None, True)
    flow = [diff(20, [(10.0, 1)], id=3, prev=1), listed, diff(50, [(9.9, 7)], id=4, prev=3)]
    assert counts([head, *flow]) == [], "nobody has continued it"
    assert counts([head, *flow[:2], diff(60_041, [(10.0, 2)], id=5, prev=4)]) == [], "a minute is too late"
    (one,) = checks([head, *flow, diff(60, [(10.0, 2)], id=5, prev=4)])
    assert (one.compared, one.missing, one.stale, one.resized) == (4, 0, 0, 1)
    assert (one.event_us, one.since_us, one.before_us, one.known_us) == (40_000, 10_000, 20_000, 160_000)


def test_after_a_break_that_ids_announce_there_is_no_book_to_compare():
    head = snapshot(10, *FULL, id=1)
    broken = diff(30, [(9.9, 1)], id=9, prev=8)
    assert counts([head, diff(20, [(9.9, 5)], id=2, prev=1), broken, snapshot(40, *FULL, id=20)]) == []


def test_a_book_handed_over_is_compared_with_the_snapshot_that_opens_the_day():
    first = Book(GRID, is_checked=True)
    first.feed(updates([HEAD, *CHANGES]))
    second = Book(GRID, opening=first.close("v", "s"), is_checked=True)
    second.feed(updates([snapshot(100, [(10.0, 2), (9.9, 5)], [(10.1, 1)])]))
    (one,) = second.checks.finish()
    assert (one.compared, one.resized, one.since_us, one.before_us) == (3, 1, None, None)


def plain_checks(messages):
    """The same from the plain book: a dictionary of levels before each message, and sets."""
    rows = updates(messages).with_columns(pl.col("event_ts", "known_ts").cast(pl.Int64)).to_dicts()
    parts = [list(part) for _, part in groupby(rows, key=lambda row: row["msg_id"])]
    book, kinds, books = Watched(0.1, 1, None), [], []
    for part in parts:
        mode = book.mode
        books.append([(dict(side.qty), side.reach) for side in (book.bid, book.ask)])
        book.is_applied = False
        book.take(part)
        is_bridge = mode in (1, 3) and not part[0]["is_snapshot"]
        kinds.append(
            ("snapshot" if part[0]["is_snapshot"] else "bridge" if is_bridge else "change")
            if book.is_applied
            else "break" if mode and not book.mode else "ignored"
        )  # fmt: skip
    found, changes, since = [], 0, None
    for at, (part, kind) in enumerate(zip(parts, kinds, strict=True)):
        if kind == "snapshot":
            if changes and (one := plain_check(parts, kinds, books[at], at, since)):
                found.append(one)
            changes, since = 0, part[0]["event_ts"]
        changes = 0 if kind == "break" else changes + (kind in ("change", "bridge"))
    return found


class Watched(PlainBook):
    def apply(self, message):
        self.is_applied = True
        super().apply(message)


def plain_check(parts, kinds, book, at, since):
    head = parts[at][0]
    now, waits = head["event_ts"], head["prev_update_id"] != head["update_id"]
    earlier = [part for part in parts[:at] if part[0]["event_ts"] == now]
    before = [part[0]["event_ts"] for part in parts[:at] if part[0]["event_ts"] < now]
    known = max(row["known_ts"] for part in parts[: at + 1] for row in part)
    later = []
    for part, kind in zip(parts[at + 1 :], kinds[at + 1 :], strict=True):
        if part[0]["event_ts"] - now > (60_000_000 if waits else 0):
            break
        if waits and kind in ("break", "snapshot"):
            break
        later.append(part)
        waits = waits and kind != "bridge"
    if waits:
        return None
    known = max([known, *(row["known_ts"] for part in later for row in part)])
    touched = {(row["side"], round(row["price"] * 10)) for part in earlier + later for row in part if row["side"]}
    compared = missing = stale = resized = 0
    for sign, (levels, reach) in zip((1, -1), book, strict=True):
        rows = [(round(row["price"] * 10), round(row["qty"] * 10)) for row in parts[at] if row["side"] == sign]
        if not rows:
            continue
        deepest = min(sign * px for px, _ in rows)
        listed = {px: qty for px, qty in dict(rows).items() if qty}
        for px in {*listed, *levels}:
            if (sign, px) in touched or sign * px < deepest:
                continue
            if px not in levels and (reach is None or sign * px < sign * reach):
                continue
            compared += 1
            missing += px not in levels
            stale += px not in listed
            resized += px in levels and px in listed and levels[px] != listed[px]
    return BookCheck(now, known, since, before[-1] if before else None, compared, missing, stale, resized)


NO_IDS = {"update_id": None, "first_update_id": None, "prev_update_id": None}


def test_a_real_book_without_its_ids_agrees_with_itself_until_messages_are_lost():
    """2,000 diffs of BTCUSDT; after each 500 the plain book is sent again with its best 400 levels a side."""
    frame, _ = usdm("binance-2024-08-08/usdm_btcusdt_20240808.gz")
    rows = frame.with_columns(pl.col("event_ts", "known_ts").cast(pl.Int64)).to_dicts()
    plain, sent, changes = Watched(0.1, 3, None), [], 0
    for _, part in groupby(rows, key=lambda row: row["msg_id"]):
        message = list(part)
        plain.is_applied = False
        plain.take(message)
        if plain.is_applied:
            sent.append([row | NO_IDS for row in message])
            changes += not message[0]["is_snapshot"]
        if plain.is_applied and changes and changes % 500 == 0:
            tops = [(sign, px, qty) for sign in (1, -1) for px, qty in (plain.bid, plain.ask)[sign < 0].top(400)]
            again = sent[-1][0] | {"is_snapshot": True, "event_ts": message[0]["event_ts"] + 1}
            sent.append([again | {"side": s, "price": px / 10, "qty": qty / 1_000} for s, px, qty in tops])
        if changes == 2_000:
            break

    def fed(messages):
        rows = [row | {"msg_id": number} for number, part in enumerate(messages) for row in part]
        book = Book(Grid.of(0.1, 3), is_checked=True)
        book.feed(pl.DataFrame(rows, schema_overrides=frame.schema).cast(dict(frame.schema)))
        return [(one.compared > 700, one.wrong > 0) for one in book.checks.finish()]

    assert fed(sent) == 4 * [(True, False)]
    assert fed(sent[:700] + sent[900:]) == [(True, False), (True, True), (True, False), (True, False)]


@given(histories(), st.lists(st.integers(0, 200), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_history_in_any_pieces_is_checked_as_the_plain_book_is(messages, cuts):
    cuts = sorted(cut for cut in cuts if cut <= updates(messages).height)
    assert checks(messages, cuts) == plain_checks(messages)
