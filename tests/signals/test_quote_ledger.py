"""Rows of quote_ledger a person can check by hand: tick 0.1, lots of 0.1, times in milliseconds.

The book stands from 0.9 s on; the second that ends at 2 s is the one looked at.
"""

import random

import polars as pl
import pytest

from signals.bars import DAY, SECOND
from signals.inputs.bookkeeping import GAPS
from signals.quote_ledger import blind
from tests.signals.book_frames import Message, snapshot, updates
from tests.signals.ledger_frames import book, ledger, passed, side, tape
from tests.signals.plain_ledger import TOLERANCE, PlainLedger
from tests.signals.test_taker_flow import gaps

NOTHING = (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("traded", "new", "expected"),
    [
        (3, 7, (0, 3, 3, 0, 0)),
        (1, 4, (0, 6, 1, 5, 0)),
        (6, 10, (6, 0, 0, 0, 0)),
        (0, 0, (0, 10, 0, 10, 0)),
        (3, 12, (5, 0, 0, 0, 0)),  # 2 more displayed although 3 were executed
        (12, 0, (2, 10, 10, 0, 0)),  # 2 were never displayed
    ],
)
def test_vector_7_what_an_update_says_of_ten_bids(traded, new, expected):
    trades = [(1_500, 1000.0, traded, -1)] if traded else []
    row = ledger(trades, (1_510, [(1000.0, new)], []))[2]
    assert side(row, "bid") == expected
    assert side(row, "ask") == NOTHING


def test_asks_are_taken_by_buyers():
    row = ledger([(1_500, 1000.2, 2, 1), (1_500, 1000.2, 1, -1)], (1_510, [], [(1000.2, 1)]))[2]
    assert side(row, "ask") == (0, 7, 2, 5, 0)


def test_bids_withdrawn_push_down_and_asks_up():
    assert ledger([], (1_510, [(1000.0, 0)], []))[2]["pull_imbalance"] == -1
    assert ledger([], (1_510, [], [(1000.2, 0)]))[2]["pull_imbalance"] == 1
    row = ledger([], (1_510, [(1000.0, 9)], [(1000.2, 5)]), (1_600, [(999.9, 4)], []))[2]  # bids 1 - 1 net, asks 3
    assert row["pull_imbalance"] == 1
    row = ledger([], (1_510, [(1000.0, 9)], [(1000.2, 5)]))[2]
    assert row["pull_imbalance"] == (3 - 1) / (3 + 1)
    assert ledger([])[2]["pull_imbalance"] == 0


def test_only_prices_near_the_mid_at_the_start_of_the_second_count():
    row = ledger([], (1_500, [(999.1, 5), (999.0, 1)], [(1001.1, 5), (1001.2, 5)]))[2]
    assert (side(row, "bid")[0], side(row, "ask")[0]) == (5, 5)
    assert (side(row, "bid")[1], side(row, "ask")[1]) == (0, 0)
    moved = (1_100, [(1001.2, 1)], [(1000.2, 0), (1000.3, 0), (1000.8, 0), (1001.0, 0)])  # the mid is 1002.1 from here
    row = ledger([], moved, (1_500, [(1001.0, 5), (1001.2, 0)], []), (2_500, [(1001.3, 5)], []))
    assert side(row[2], "bid") == (5, 0, 0, 0, 0)  # within 10 bps above the old mid
    assert side(row[3], "bid") == (5, 0, 0, 0, 0)


@pytest.mark.parametrize(("later", "expected"), [(0.001, (0, 10, 0, 6, 4)), (100, (0, 10, 0, 6, 4)), (100.001, None)])
def test_a_print_soon_after_the_book_could_explain_it(later, expected):
    row = ledger([(1_500 + later, 1000.0, 4, -1)], (1_500, [(1000.0, 0)], []))[2]
    assert side(row, "bid") == (expected or (0, 10, 0, 10, 0))


def test_a_print_explains_the_last_decrease_first_and_no_lot_twice():
    diffs = (1_480, [(1000.0, 6)], []), (2_010, [(1000.0, 5)], [])
    rows = ledger([(2_020, 1000.0, 3, -1)], (1_995, *diffs[0][1:]), diffs[1])
    assert side(rows[2], "bid") == (0, 4, 0, 2, 2)  # 1 of the 3 lots explains the later one
    assert side(rows[3], "bid") == (0, 1, 0, 0, 1)


def test_a_print_of_unknown_side_could_explain_either_side():
    row = ledger([(1_500, 1000.0, 4, 0)], (1_510, [(1000.0, 0)], []))[2]
    assert side(row, "bid") == (0, 10, 0, 6, 4)
    row = ledger([(1_500, 1000.2, 4, 0)], (1_510, [], [(1000.2, 2)]))[2]
    assert side(row, "ask") == (0, 6, 0, 2, 4)
    row = ledger([(1_520, 1000.2, 4, 0)], (1_510, [], [(1000.2, 2)]))[2]
    assert side(row, "ask") == (0, 6, 0, 2, 4)
    assert side(ledger([(1_500, 1000.0, 4, 0)], (1_510, [(1000.0, 10)], []), (1_700, [], []))[2], "bid") == NOTHING


def test_a_price_never_updated_was_filled_up_again():
    rows = ledger([(1_500, 1000.0, 4, -1)], (1_599, [], []), (1_600.001, [], []))
    assert side(rows[2], "bid") == (4, 0, 0, 0, 0)
    assert side(ledger([(1_500, 1000.0, 4, -1)], (1_599, [], []))[2], "bid") == NOTHING  # not known yet


def test_a_slow_feed_has_until_its_next_message():
    row = ledger([(1_300, 1000.0, 4, -1)], (1_900, [(1000.0, 6)], []))[2]
    assert side(row, "bid") == (0, 4, 4, 0, 0)


def test_a_print_that_the_book_showed_before_was_not_added_again():
    row = ledger([(1_505, 1000.0, 4, -1)], (1_500, [(1000.0, 6)], []), (1_700, [], []))[2]
    assert side(row, "bid") == (0, 4, 0, 0, 4)


@pytest.mark.parametrize("said", [{"labels": ["RPI", "MARKET"]}, {"is_rpi": [True, None]}])
def test_prints_of_retail_orders_are_not_in_the_book(said):
    trades = tape((1_500, 1000.0, 4, -1), (1_501, 1000.0, 1, -1), **said)
    row = passed(book((1_510, [(1000.0, 0)], [])), trades)["quote_ledger"].row(1, named=True)
    assert side(row, "bid") == (0, 10, 1, 9, 0)


def test_a_snapshot_or_a_break_changes_nothing_in_the_ledger():
    after = [(1000.0, 1), (999.9, 3)], [(1000.2, 1)]
    messages = [
        *(snapshot(900 + n, [(1000.0, 10)], [(1000.2, 8)], 1) for n in (0,)),
        snapshot(1_500, *after, 5),
        Message(1_600, [(1000.0, 2)], [], 6, 5),
        Message(1_700, [(1000.0, 0)], [], 9, 8),  # 7 and 8 are missing
        snapshot(1_750, *after, 12),
        Message(1_750, [(999.9, 1)], [], 13, 12),  # of the instant in which it came
        Message(1_760, [(999.9, 2)], [], 14, 13),
    ]
    rows = passed(updates(messages), tape((1_450, 1000.0, 3, -1)))["quote_ledger"]
    assert side(rows.row(1, named=True), "bid") == (1 + 1, 0, 0, 0, 0)


def test_without_a_book_at_its_start_a_second_says_nothing():
    rows = ledger([], (1_500, [(1000.0, 0)], []), until=6.0)
    assert (rows[1]["coverage"], side(rows[1], "bid")) == (0, (None,) * 5)
    assert (rows[3]["coverage"], rows[4]["coverage"], rows[5]["coverage"]) == (1, 1, 0.5)  # silent for three seconds
    assert rows[5]["bid_increased_qty"] is rows[5]["pull_imbalance"] is None


def test_while_the_tape_is_missing_no_decrease_is_explained():
    missing = [("trades", 1_400, 1_450, 1_500, "silence")]
    diffs = (
        (1_299.999, [(1000.0, 9)], []),
        (1_300, [(1000.0, 7)], []),
        (1_549.999, [(1000.0, 4)], []),
        (1_550, [(1000.0, 0)], []),
    )
    row = ledger([(1_549.9, 1000.0, 1, -1)], *diffs, missing=missing)[2]
    assert side(row, "bid") == (0, 10, 0, 5 + 0, 5)
    assert row["tape_coverage"] == 0.75
    assert row["coverage"] == 1
    assert (row["pull_imbalance"], row["bid_pull_intensity"]) == (None, None)


def test_known_gaps_are_widened_joined_and_kept_within_their_day():
    frame = gaps(
        ("trades", DAY // 1_000 - 500, DAY // 1_000, 0, "silence"),
        ("trades", 1_000, 1_100, 0, "silence"),
        ("trades", 1_300, 1_400, 0, "not_recorded"),
        ("trades", 3_000, 4_000, 0, "before_recording"),
        ("book_updates", 5_000, 6_000, 0, "silence"),
    )
    found = blind(GAPS.check(frame.sort(GAPS.key)), 100_000)
    assert found.begins.tolist() == [900_000, DAY - 600_000]
    assert found.ends.tolist() == [1_500_000, DAY]


def test_intensity_is_what_was_withdrawn_over_the_mean_depth():
    # Depth within 10 bps: bids 17, asks 23; after 50 s bids of 12.
    rows = ledger([], *((n * 1_000 + 500, [], []) for n in range(1, 50)), (50_500, [(1000.0, 5)], []), until=52.0)
    assert rows[47]["bid_pull_intensity"] is None  # 47 s of the 48 that are needed
    assert rows[49]["bid_pull_intensity"] == 0
    assert rows[51]["bid_pull_intensity"] == pytest.approx(5 / ((50 * 17 + 12) / 51))
    assert rows[51]["ask_pull_intensity"] == 0


def test_the_time_between_messages_stands_beside_it():
    rows = ledger([], (1_100, [], []), (1_200, [], []), (1_200, [], []), (3_000, [], []), until=5.0)
    assert rows[2]["update_ms"] == 150  # 200 and 100 ms
    assert rows[3]["update_ms"] is None
    assert rows[4]["update_ms"] == 1_800


def test_a_second_is_told_a_tolerance_after_its_end():
    rows = ledger([], (3_950, [], []), until=3.0999)
    assert list(rows) == [1, 2]
    assert list(ledger([], (3_950, [], []), until=3.1)) == [1, 2, 3]
    assert rows[2]["known_ts"].timestamp() == pytest.approx(2.2)  # 100 ms, and 100 ms until it is there


def test_at_midnight_the_ledger_ends():
    day = DAY // 1_000
    diffs = (day - 10, [(1000.0, 6)], []), (day + 5, [(1000.0, 1)], [])
    trades = [(day - 1, 1000.0, 2, -1), (day + 8, 1000.0, 3, -1)]
    rows = passed(book(*diffs, first=day - 1_500), tape(*trades), until=DAY / SECOND + 2)["quote_ledger"].to_dicts()
    assert rows[1]["bar_end"].timestamp() == DAY / SECOND
    assert side(rows[1], "bid") == (0, 4, 0, 2, 2)
    assert side(rows[2], "bid") == (0, 5, 0, 2, 3)  # nothing of the day before explains it


# --- The slow twin ------------------------------------------------------------------------------------------------

WAITS = [0, 0, 0.4, 5, 30, 99, 100, 100.001, 450, 800]
KINDS = ["book"] * 6 + ["print"] * 4 + ["hit", "late"] * 4 + ["pull"] * 4 + ["snapshot", "broken", "far"]


def random_steps(seed, count=220):
    """What happens in a market, and how long after what came before."""
    draw = random.Random(seed)
    steps = []
    for _ in range(count):
        kind, side, wait = draw.choice(KINDS), draw.choice([1, -1, 1, -1, 0]), draw.choice(WAITS)
        tick, size = draw.randint(-3, 3), draw.randint(1, 6) / 10
        levels = [(draw.randint(-14, 14), draw.choice([0, 0, *range(1, 9)]) / 10) for _ in range(draw.randint(1, 4))]
        one = {"kind": kind, "wait": wait, "levels": levels, "lots": size, "side": side, "tick": tick}
        print_ = one | {"kind": "print"}
        shown = one | {"kind": "book", "levels": [(tick, draw.randint(0, 4) / 10)]}
        if kind == "hit":  # the print first, and the book soon after
            steps += [print_, shown | {"wait": draw.choice([0, 0.4, 30, 99, 140])}]
        elif kind == "late":  # the book first
            steps += [shown, print_ | {"wait": draw.choice([0, 0.4, 30, 100, 100.001])}]
        else:
            steps.append(one)
        if kind in ("snapshot", "broken"):
            steps.append(one | {"kind": "snapshot", "wait": draw.choice([0, 30, 450])})
    return steps


def world(steps, start=1_000.0):
    """Messages, prints of a market at 1000, and how long it goes."""
    at, last, messages, trades = start, 1, [], []
    bids = [((9_999 - n) / 10, 0.5) for n in range(0, 12, 2)]
    asks = [((10_001 + n) / 10, 0.5) for n in range(0, 12, 3)]
    messages.append(snapshot(start - 100, bids, asks, 1))
    for one in steps:
        at = round(at + one["wait"], 3)
        if one["kind"] == "print":
            trades.append((at, (10_000 + one["tick"]) / 10, one["lots"], one["side"]))
            continue
        if one["kind"] == "pull":
            levels = [(9_999 - n, 0.0) for n in range(3)] if one["side"] > 0 else [(10_001 + n, 0.0) for n in range(4)]
        elif one["kind"] == "far":
            levels = [(10_000 + tick * 700, qty) for tick, qty in one["levels"]]
        else:
            levels = [(10_000 + tick, qty) for tick, qty in one["levels"]]
        sides = [(px / 10, q) for px, q in levels if px < 10_000], [(px / 10, q) for px, q in levels if px >= 10_000]
        if one["kind"] == "snapshot":
            last += 1
            messages.append(snapshot(at, bids, asks, last))
            continue
        prev = last + 1 if one["kind"] == "broken" else last
        last += 2 if one["kind"] == "broken" else 1
        messages.append(Message(at, *sides, last, prev))
    return updates(messages), tape(*trades), at


@pytest.mark.parametrize("seed", range(24))
def test_the_pass_is_the_slow_twin(seed):
    updates_, trades, at = world(random_steps(seed), DAY / 1_000 - 6_000 if seed % 3 else 1_000.0)
    missing = [("trades", int(at) - 4_000 * n, int(at) - 4_000 * n + 300, int(at), "silence") for n in range(1, 3)]
    missing = sorted(missing)[: seed % 4]
    until = int(at * 1_000) // SECOND * SECOND + 2 * SECOND
    got = passed(updates_, trades, *missing, until=until / SECOND, chunk_rows=(1, 3, 50, 10_000)[seed % 4])
    twin = slowly(updates_, trades, missing, until)
    told = got["quote_ledger"].filter(pl.col("coverage") >= 0.8).to_dicts()
    found = [[list(side(row, name)) for name in ("bid", "ask")] for row in told]
    starts = [round(row["bar_end"].timestamp()) * SECOND - SECOND for row in told]
    assert found == [[[lots / 10 for lots in amounts] for amounts in twin.sums(start)] for start in starts]
    assert all(any(row[name][at] for row in found for name in (0, 1)) for at in range(5)), "every amount is told"


def slowly(updates_, trades, missing, until):
    frame = gaps(*missing)
    stretches = [
        (max(a - TOLERANCE, a // DAY * DAY), min(b + TOLERANCE, a // DAY * DAY + DAY))
        for a, b in frame.select(pl.col("from_ts", "to_ts").cast(pl.Int64)).rows()
    ]
    twin = PlainLedger(0.1, 1, stretches)
    whole = lambda frame: frame.with_columns(pl.col("event_ts", "known_ts").cast(pl.Int64)).to_dicts()  # noqa: E731
    twin.run(whole(updates_), whole(trades), until)
    return twin
