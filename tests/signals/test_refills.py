"""Rows of refills a person can check by hand: tick 0.1, lots of 0.1, times in milliseconds."""

from itertools import groupby
from statistics import median

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.book_frames import Message, snapshot, updates
from tests.signals.plain_book import PlainBook
from tests.signals.plain_takers import Takers, merge
from tests.signals.test_book_pass import run
from tests.signals.test_taker_flow import prints


def passed(trades, *diffs, **options):
    """Refills after a snapshot at 1,000 ms of bid 10.0 x 5 and ask 10.1 x 2, with diffs of (ms, bids, asks)."""
    messages = [snapshot(1_000, [(10.0, 5), (9.0, 9)], [(10.1, 2), (11.0, 9)], 1)]
    messages += [Message(at, bids, asks, n + 2, n + 1) for n, (at, bids, asks) in enumerate(diffs)]
    return run({"book_updates": updates(messages), "trades": prints(*trades)}, **options)["refills"]


def seen(refills):
    """(event ms, side, price, taken ms, executed, displayed, refilled, wait, hidden?, first update?, best?)."""
    times = pl.col("event_ts", "taken_ts").cast(pl.Int64) / 1_000
    names = "event_ts", "side", "price", "taken_ts", "executed_qty", "displayed_qty", "refilled_qty", "refill_ms"
    return refills.with_columns(times).select(*names, "is_hidden", "is_first_update", "is_best").rows()


def test_a_display_that_comes_back_is_a_refill():
    got = seen(passed([(1_500, 10.0, 4, -1)], (1_501, [(10.0, 1)], []), (1_512, [(10.0, 5)], [])))
    assert got == [(1_512, 1, 10.0, 1_500, 4, 5, 4, 12, False, False, True)]


def test_vector_7_in_the_update_that_shows_the_trade_the_rest_is_a_refill():
    got = seen(passed([(1_500, 10.0, 5, -1)], (1_502, [(10.0, 5)], [])))
    assert got == [(1_502, 1, 10.0, 1_500, 5, 5, 5, 2, False, True, True)]
    assert seen(passed([(1_500, 10.0, 4, -1)], (1_502, [(10.0, 1)], []))) == []  # 5 -> 1 with 4 traded: nothing came


def test_asks_are_refilled_on_the_side_minus_one():
    got = seen(passed([(1_500, 10.1, 2, 1)], (1_501, [], [(10.1, 0)]), (1_800, [], [(10.1, 7)])))
    assert got == [(1_800, -1, 10.1, 1_500, 2, 2, 7, 300, False, False, True)]


def test_how_little_was_taken_does_not_matter():
    got = seen(passed([(1_500, 10.0, 0.1, -1)], (1_501, [(10.0, 5)], [])))
    assert got == [(1_501, 1, 10.0, 1_500, 0.1, 5, 0.1, 1, False, True, True)]


def test_every_growth_within_the_time_is_a_refill_of_the_same_taker():
    diffs = [(1_501, [(10.0, 2)], []), (1_550, [(10.0, 3)], []), (1_600, [(10.0, 2)], []), (1_650, [(10.0, 6)], [])]
    got = seen(passed([(1_500, 10.0, 4, -1)], *diffs))
    assert [row[4:9] for row in got] == [(4, 5, 1, 1, False), (4, 5, 1, 50, False), (4, 5, 4, 150, False)]
    later = [(1_500, 10.0, 4, -1), (1_620, 10.0, 1, -1)]
    got = seen(passed(later, *diffs))
    assert [row[3:8] for row in got][2] == (1_620, 1, 2, 5, 30), "counted anew once it grew"


def test_the_best_price_is_refilled_too_if_takers_took_all_before_it():
    took = [(1_500, 10.0, 5, -1)]
    got = seen(passed(took, (1_501, [(10.0, 0)], []), (1_560, [(9.0, 12)], []), (1_600, [(8.9, 1)], [])))
    assert got == [(1_560, 1, 9.0, 1_500, 0, 9, 3, 60, False, False, True)]
    assert seen(passed(took, (1_501, [(10.0, 0)], []), (1_801, [(9.0, 12)], []))) == [], "too late"
    assert seen(passed([], (1_501, [(10.0, 0)], []), (1_560, [(9.0, 12)], []))) == [], "withdrawn, not taken"
    assert seen(passed(took, (1_560, [(9.0, 12)], []))) == [], "not the best"
    got = seen(passed(took, (1_501, [(10.0, 0)], []), (1_540, [(9.5, 2)], []), (1_560, [(9.0, 12)], [])))
    assert [row[2] for row in got] == [9.5], "a new best price"


def test_what_is_refilled_behind_the_best_price_is_marked():
    got = seen(
        passed(
            [(1_500, 10.0, 1, -1)],
            (1_501, [(10.0, 4)], [(10.1, 0)]),
            (1_510, [(10.1, 1)], []),
            (1_520, [(10.0, 6)], []),
        )
    )
    assert [(row[2], row[10]) for row in got] == [(10.0, False)]


@pytest.mark.parametrize(("at", "expected"), [(1_800, 1), (1_800.001, 0)])
def test_after_three_tenths_of_a_second_it_is_another_order(at, expected):
    assert len(seen(passed([(1_500, 10.0, 5, -1)], (at, [(10.0, 5)], [])))) == expected


def test_takers_add_up_until_the_display_grows():
    trades = [(1_500, 10.0, 2, -1), (1_600, 10.0, 2, -1), (1_700, 10.0, 1, -1)]
    got = seen(passed(trades, (1_510, [(10.0, 3)], []), (1_650, [(10.0, 1)], []), (1_750, [(10.0, 4)], [])))
    assert got == [(1_750, 1, 10.0, 1_700, 5, 5, 4, 50, False, True, True)]


def test_vector_8_more_executed_than_displayed_is_a_refill_on_the_tape_and_only_one():
    got = seen(passed([(1_500, 10.0, 9, -1)], (1_501, [(10.0, 1)], []), (1_550, [(10.0, 5)], [])))
    assert got == [(1_500, 1, 10.0, 1_500, 9, 5, 4, None, True, False, False)]


def test_until_the_price_is_updated_more_takers_find_the_same_hidden_size():
    trades = [(1_500, 10.0, 9, -1), (1_510, 10.0, 4, -1)]
    got = seen(passed(trades, (1_520, [(10.0, 3)], [])))
    assert got == [
        (1_500, 1, 10.0, 1_500, 9, 5, 4, None, True, False, False),
        (1_520, 1, 10.0, 1_510, 4, 5, 3, 10, False, True, True),  # executed 4 since the first
    ]


def test_where_nothing_was_displayed_nothing_is_refilled():
    assert seen(passed([(1_500, 9.9, 1, -1)], (1_510, [(9.9, 3)], []))) == []
    assert seen(passed([(1_500, 10.0, 9, -1), (1_530, 10.0, 2, -1)], (1_520, [(10.0, 0)], [])))[1:] == []


def test_a_cancel_in_between_lowers_what_must_be_exceeded():
    got = seen(passed([(1_500, 10.0, 4, -1)], (1_510, [(10.0, 0)], []), (1_520, [(10.0, 0.5)], [])))
    assert [row[6] for row in got] == [0.5]


def test_a_new_snapshot_or_a_broken_chain_ends_the_watch():
    broken = [
        snapshot(1_000, [(10.0, 5)], [(10.1, 2)], 1),
        Message(1_510, [(10.0, 1)], [], 5, 4),
        snapshot(1_520, [(10.0, 1)], [(10.1, 2)], 6),
        Message(1_530, [(10.0, 5)], [], 7, 6),
    ]
    tables = run({"book_updates": updates(broken), "trades": prints((1_500, 10.0, 4, -1))})
    assert tables["refills"].is_empty()


def test_a_refill_is_known_with_its_update_and_the_order_before_it():
    got = passed([(1_500, 10.0, 5, -1)], (1_502, [(10.0, 5)], []))
    assert got["known_ts"].cast(pl.Int64).to_list() == [1_602_000]  # the update: 100 ms
    got = passed([(1_500, 10.0, 9, -1)])
    assert got["known_ts"].cast(pl.Int64).to_list() == [1_550_000]  # the print: 50 ms


lots = st.integers(1, 12).map(lambda n: n / 10)
price = st.sampled_from([9.9, 10.0, 10.1, 10.2])
wait = st.sampled_from([0, 0, 0.4, 40, 299, 301])


step = st.tuples(wait, st.booleans(), price, st.one_of(st.just(0.0), lots), lots, st.sampled_from([1, -1]))


@given(st.lists(step, max_size=60), st.sampled_from([1, 3, 100]))
@settings(max_examples=150, deadline=None)
def test_the_pass_is_the_slow_twin(steps, chunk_rows):
    """Random updates and prints; every shown size and every refill as one event at a time gives it."""
    at, messages, tape = 1_000.0, [snapshot(1_000, [(9.9, 1), (10.0, 1)], [(10.1, 1), (10.2, 1)], 1)], []
    for after, is_print, px, level, size, side in steps:
        at = round(at + after, 3)
        if is_print:
            tape.append((at, px, size, side))
        else:
            is_bid = px < 10.05
            sides = ([(px, level)], []) if is_bid else ([], [(px, level)])
            messages.append(Message(at, *sides, len(messages) + 1, len(messages)))
    book, trades = updates(messages), prints(*tape)
    got = run({"book_updates": book, "trades": trades}, until=at / 1_000 + 1, chunk_rows=chunk_rows)
    orders, refills = slowly(book, trades)
    assert got["taker_orders"].select("n_prints", "qty", "displayed_qty", "hidden_qty", "mid_px").rows() == orders
    ms = pl.col("event_ts", "taken_ts").cast(pl.Int64)
    assert got["refills"].with_columns(ms).drop("venue", "symbol", "known_ts", "seq", "refill_ms").rows() == refills


def slowly(book, trades):
    """The same from the plain book and the plain takers."""
    plain, takers = PlainBook(0.1, 1, None), Takers()
    whole = lambda frame: frame.with_columns(pl.col("event_ts", "known_ts").cast(pl.Int64)).to_dicts()  # noqa: E731
    waiting, found = merge(whole(trades)), []
    for ts, instant in groupby(whole(book), key=lambda row: row["event_ts"]):
        while waiting and waiting[0][0]["event_ts"] <= ts:
            found.append(_lay(waiting.pop(0), plain, takers))
        if plain.now not in (None, ts):
            plain.gaps.append(ts - plain.now)
        plain.now = ts
        before = _shown(plain)
        for _, message in groupby(instant, key=lambda row: row["msg_id"]):
            levels = list(message)
            plain.take(levels)
            if levels[0]["is_snapshot"]:
                takers.clear()
            for row in levels:
                takers.level(ts, row["side"], round(row["price"] * 10), round(row["qty"] * 10))
        takers.instant_over(ts, before, _shown(plain))
    found += [_lay(order, plain, takers) for order in waiting]
    return found, [
        (ts, side, px / 10, taken, executed / 10, displayed / 10, refilled / 10, first is None, bool(first), best)
        for ts, side, px, taken, executed, displayed, refilled, first, best in takers.refills
    ]


def _shown(plain):
    """What the book displays per side, {ticks: lots}."""
    return {1: dict(plain.bid.qty), -1: dict(plain.ask.qty)}


def _lay(order, plain, takers):
    ts, fills = order[0]["event_ts"], {}
    for one in order:
        px = round(one["price"] * 10)
        fills[px] = fills.get(px, 0) + round(one["qty"] * 10)
    limit = max(2_000_000, 5 * median(plain.gaps)) if plain.gaps else 2_000_000
    usable = plain.mode in (2, 3) and ts - plain.now <= limit
    shown = takers.order(ts, order[0]["taker_side"], fills, plain, usable)
    qty = sum(fills.values()) / 10
    if shown is None:
        return len(order), qty, None, None, None
    hidden = sum(max(0, lots - shown[px]) for px, lots in fills.items())
    mid = (max(plain.bid.qty) + min(plain.ask.qty)) / 20 if plain.state() == "OK" else None
    return len(order), qty, sum(shown.values()) / 10, hidden / 10, mid
