"""Rows of quote_pulls a person can check by hand: tick 0.1, lots of 0.1, times in milliseconds.

The best bid is 1000.0 x 10 and the best ask 1000.2 x 8; the next bid is 999.9, then 999.6: 4 bps below the first.
"""

import pytest

from signals.bars import DAY, SECOND
from tests.signals.ledger_frames import book, passed, tape
from tests.signals.test_quote_ledger import random_steps, slowly, world

GONE = (1_500, [(1000.0, 0), (999.9, 0)], [])
"""Both bids down to 999.6 vanish at 1.5 s."""


def pulls(trades=(), *diffs, missing=(), until=4.0, **options):
    return passed(book(*diffs), tape(*trades), *missing, until=until, **options)["quote_pulls"].to_dicts()


def test_vector_7_a_best_bid_that_vanishes_without_a_trade_is_a_pull():
    (row,) = pulls((), GONE)
    assert (row["side"], row["direction"], row["price"]) == (1, -1, 1000.0)
    assert (row["displayed_qty"], row["traded_qty"], row["pulled_qty"]) == (10, 0, 13)
    assert row["gap_bps"] == pytest.approx(0.4 / 1000.1 * 10_000)
    assert row["spread_before_bps"] == pytest.approx(0.2 / 1000.1 * 10_000)
    assert (row["is_restored"], row["restored_ms"]) == (False, None)
    assert row["event_ts"].timestamp() == 1.5
    assert row["seen_ts"].timestamp() == pytest.approx(1.65)  # 100 ms for prints, which come 50 ms late
    assert row["known_ts"].timestamp() == pytest.approx(2.1)  # 500 ms to be restored, messages come 100 ms late


def level_by_level(*times):
    return [(at, [(px, 0)], []) for at, px in zip(times, (1000.0, 999.9), strict=True)]


def test_a_feed_of_single_events_shows_a_withdrawal_level_by_level():
    (row,) = pulls((), *level_by_level(1_500, 1_600))
    assert row["event_ts"].timestamp() == 1.6, "only then is the next best far"
    assert (row["price"], row["displayed_qty"], row["pulled_qty"]) == (1000.0, 10, 13)
    assert row["gap_bps"] == pytest.approx(0.4 / 1000.1 * 10_000)
    (row,) = pulls((), *level_by_level(1_500, 1_600.001))
    assert (row["price"], row["pulled_qty"]) == (999.9, 3), "later than an update interval it is another event"


def test_what_was_executed_while_the_best_fell_counts():
    def theta(*trade):
        return [row["traded_qty"] for row in pulls([trade], *level_by_level(1_500, 1_560))]

    assert theta(1_510, 1000.0, 1.9, -1) == [1.9]
    assert theta(1_510, 1000.0, 2, -1) == []
    assert theta(1_530, 999.9, 2, -1) == [], "the next price was taken"


def test_a_best_that_comes_back_does_not_fall_on():
    back = (1_550, [(1000.0, 10)], [])
    first, second = level_by_level(1_500, 1_560)
    assert pulls((), first, back, second) == []


def test_an_ask_withdrawn_points_up():
    (row,) = pulls((), (1_500, [], [(1000.2, 0), (1000.3, 0)]))
    assert (row["side"], row["direction"], row["price"], row["pulled_qty"]) == (-1, 1, 1000.2, 11)


def test_the_best_must_move_far():
    assert pulls((), (1_500, [(1000.0, 0)], [])) == []  # one tick, 1 bp
    assert pulls((), (1_500, [(1000.0, 1), (999.9, 0)], [])) == []  # the best stays
    assert len(pulls((), (1_500, [(1000.0, 0), (999.9, 0), (999.8, 1)], []), pull_min_bps=1.9)) == 1  # 2 ticks
    assert pulls((), (1_500, [(1000.0, 0), (999.9, 0), (999.8, 1)], []), pull_min_bps=2.1) == []
    assert pulls((), GONE, pull_spread_share=2.01) == []  # 4 ticks, and a median spread of 2
    assert len(pulls((), GONE, pull_spread_share=2.0)) == 1


@pytest.mark.parametrize(
    ("trades", "expected"),
    [
        ([(1_499, 1000.0, 1.9, -1)], (1.9, 11.1)),
        ([(1_499, 1000.0, 2, -1)], None),
        ([(1_600, 1000.0, 1.9, -1)], (1.9, 11.1)),
        ([(1_600, 1000.0, 2, -1)], None),
        ([(1_600.001, 1000.0, 2, -1)], (0, 13)),
        ([(1_510, 1000.0, 2, 0)], None),  # of unknown side: could be the bid's
        ([(1_510, 1000.0, 2, 1)], (0, 13)),
        ([(1_510, 999.9, 3, -1)], (0, 10)),  # of what was withdrawn, 3 may have been executed
    ],
)
def test_what_executions_explain_is_not_withdrawn(trades, expected):
    found = [(row["traded_qty"], row["pulled_qty"]) for row in pulls(trades, GONE)]
    assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("at", "bids", "expected"),
    [
        (1_620, [(1000.0, 5)], 120),
        (1_620, [(1000.0, 4.9)], None),
        (2_000, [(1000.0, 5)], 500),
        (2_000.001, [(1000.0, 5)], None),
        (1_620, [(1000.1, 3), (1000.0, 2)], 120),
        (1_620, [(999.9, 9)], None),
    ],
)
def test_a_price_that_comes_back_half_is_restored(at, bids, expected):
    row = pulls((), GONE, (at, bids, []))[0]
    assert (row["is_restored"], row["restored_ms"]) == (expected is not None, expected)


def test_it_is_a_pull_only_once_its_time_to_be_restored_is_over():
    assert pulls((), GONE, until=2.0) == []
    assert len(pulls((), GONE, until=2.1)) == 1


@pytest.mark.parametrize(
    "missing",
    [
        ("trades", 1_300, 1_400.001, 1_500, "silence"),
        ("book_updates", 1_999, 2_100, 2_200, "silence"),
        ("trades", 1_000, 3_000, 3_100, "not_recorded"),
    ],
)
def test_near_a_gap_nothing_is_said(missing):
    missing = (missing[0], *(int(ms) + 1 for ms in missing[1:4]), missing[4])
    assert pulls((), GONE, missing=[missing]) == []


def test_a_break_or_a_snapshot_in_between_discards_it():
    from tests.signals.book_frames import Message, snapshot, updates
    from tests.signals.ledger_frames import ASKS, BIDS

    for between in (Message(1_700, [], [], 9, 8), snapshot(1_700, BIDS, ASKS, 9)):
        messages = [snapshot(900, BIDS, ASKS, 1), Message(1_500, *GONE[1:], 2, 1), between]
        assert passed(updates(messages), tape())["quote_pulls"].is_empty()


def test_no_pull_is_decided_over_midnight():
    day = DAY // 1_000
    gone = GONE[1:]
    found = [
        passed(book((day - before, *gone), first=day - 2_500), tape(), until=DAY / SECOND + 2)["quote_pulls"].height
        for before in (501, 500)
    ]
    assert found == [1, 0]


LAX = {"pull_min_ticks": 2, "pull_min_bps": 1.0, "pull_spread_share": 0.0, "pull_max_traded_share": 1e9}


@pytest.mark.parametrize("seed", range(24))
def test_the_pass_is_the_slow_twin(seed):
    updates_, trades, at = world(random_steps(100 + seed), DAY / 1_000 - 6_000 if seed % 3 else 1_000.0)
    until = int(at * 1_000) // SECOND * SECOND + 2 * SECOND
    chunk_rows = (1, 3, 50, 10_000)[seed % 4]
    got = passed(updates_, trades, until=until / SECOND, chunk_rows=chunk_rows, **LAX)["quote_pulls"]
    expected = [row for one in slowly(updates_, trades, [], until).pulls if (row := as_row(one))[5]]
    assert seen(got) == expected
    assert expected


def as_row(one):
    withdrawn = sum(change["cancelled"] for change in one["changes"])
    waited = None if one["restored"] is None else (one["restored"] - one["ts"]) / 1_000
    sizes = one["displayed"] / 10, one["traded"] / 10, withdrawn / 10
    return one["ts"], one["side"], one["px"] / 10, *sizes, 20_000 * one["gap"] / one["mid2"], waited


def seen(rows):
    names = ("side", "price", "displayed_qty", "traded_qty", "pulled_qty", "gap_bps", "restored_ms")
    return [(round(row["event_ts"].timestamp() * 1e6), *(row[name] for name in names)) for row in rows.to_dicts()]
