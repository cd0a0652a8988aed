"""Rows of book_state a person can check by hand: tick 0.1, lots of 0.1, times in milliseconds."""

import polars as pl
import pytest

from signals.bars import SECOND
from signals.inputs.trading import BOOK_UPDATES
from tests.signals.book_frames import Message, fast, snapshot, updates

BIDS, ASKS = [(100.0, 5)], [(101.0, 4)]


def rows(*messages, until=2, **options):
    return fast(updates(messages), first_bar=options.pop("first_bar", 1), until=until, **options).to_dicts()


def ofi(*diffs):
    """OFI of the best level after a usable snapshot of bid 100 x 5, ask 101 x 4 and diffs 1 ms apart."""
    messages = [snapshot(1_000, BIDS, ASKS, 1)]
    messages += [Message(1_001 + n, bids, asks, 2 + n, 1 + n) for n, (bids, asks) in enumerate(diffs)]
    return rows(*messages)[-1]["ofi_1"]


BETTER_BID = ([(100.5, 3)], [])


@pytest.mark.parametrize(
    ("diffs", "expected"),
    [
        ([], 0),  # the first state counts for nothing
        ([([(100.0, 7)], [])], 2),
        ([BETTER_BID], 3),
        ([BETTER_BID, ([], [(101.0, 0), (101.5, 6)])], 7),
        ([([], [(100.5, 2)])], -2),
        ([([(100.0, 0), (99.5, 6)], [])], -5),
        ([([], [(101.0, 7)])], -3),
    ],
)
def test_ofi_vector_6(diffs, expected):
    assert ofi(*diffs) == expected


def test_messages_of_one_instant_are_one_event():
    history = [
        snapshot(1_000, BIDS, ASKS, 1),
        Message(1_001, [(100.5, 3)], [], 2, 1),
        Message(1_001, [(100.5, 0)], [], 3, 2),
    ]
    assert rows(*history)[-1]["ofi_1"] == 0


def test_ofi_of_deeper_levels_counts_a_level_that_appears():
    row = rows(snapshot(1_000, BIDS, ASKS, 1), Message(1_001, [(99.0, 2)], [(102.0, 3)], 2, 1))[-1]
    assert [row[f"ofi_{level}"] for level in (1, 2, 3)] == [0, -1, 0]


def test_an_event_at_the_bars_end_belongs_to_the_next_bar():
    first, second = rows(snapshot(0, BIDS, ASKS, 1), Message(1_000, [(100.0, 7)], [], 2, 1))
    assert (first["bid_qty"], first["ofi_1"]) == (5, 0)
    assert (second["bid_qty"], second["ofi_1"]) == (7, 2)


def test_imbalance_and_microprice():
    row = rows(snapshot(1_000, [(100.0, 3), (99.9, 1)], [(100.1, 1), (100.2, 2)], 1))[-1]
    decay = 2.718281828459045**-0.5
    assert row["imbalance_1"] == 0.5
    assert row["imbalance_5"] == pytest.approx((3 + decay - 1 - 2 * decay) / (3 + decay + 1 + 2 * decay), rel=1e-14)
    assert row["microprice"] == pytest.approx(100.075)  # the heavy bid pushes towards the ask
    assert row["spread_bps"] == pytest.approx(1 / 1000.5 * 10_000)


@pytest.mark.parametrize("cells", [16, 1 << 20])
def test_imbalance_of_ten_levels(cells):
    # Bids of 1 at the levels 1 to 12, asks of 2 at the levels 1 to 7: both sides are heaviest at the best, and with
    # w = exp(-1/2) the bids weigh (1 - w^10) / (1 - w), the asks 2 (1 - w^7) / (1 - w).
    bids, asks = [(100 - n / 2, 1) for n in range(12)], [(100.1 + n / 2, 2) for n in range(7)]
    w = 2.718281828459045**-0.5
    bid, ask = 1 - w**10, 2 * (1 - w**7)
    row = rows(snapshot(1_000, bids, asks, 1), max_cells=cells)[-1]
    assert row["imbalance_10"] == pytest.approx((bid - ask) / (bid + ask), rel=1e-14)
    assert row["imbalance_5"] == pytest.approx(-1 / 3, rel=1e-14)


def test_levels_beyond_the_fifth_may_stand_far_outside_the_window():
    far = [(1.0 + n / 10, 3) for n in range(5)]
    row = rows(snapshot(1_000, [(100.0 - n, 1) for n in range(5)] + far, ASKS, 1), max_cells=16)[-1]
    w = 2.718281828459045**-0.5
    bid = ((1 - w**5) + 3 * (w**5 - w**10)) / (1 - w)
    assert row["imbalance_10"] == pytest.approx((bid - 4) / (bid + 4), rel=1e-14)


def test_a_level_on_the_edge_of_a_band_is_inside_one_tick_further_is_not():
    # mid 1000.0: 1 bp = 0.1, 5 bps = 0.5, 10 bps = 1.0, 25 bps = 2.5, 50 bps = 5.0
    bids = [(999.9, 1), (999.5, 2), (999.4, 4), (999.0, 8), (998.9, 16), (997.5, 32), (995.0, 64), (994.9, 128)]
    asks = [(1000.1, 1), (1000.5, 2), (1000.6, 4), (1001.0, 8), (1001.1, 16), (1002.5, 32), (1005.0, 64), (1005.1, 128)]
    for cells in (16, 1 << 20):
        row = rows(snapshot(1_000, bids, asks, 1), max_cells=cells)[-1]
        depths = [row[f"{side}_depth_{bps}bps_qty"] for side in ("bid", "ask") for bps in (1, 5, 10, 25, 50)]
        assert depths == [1, 3, 15, 63, 127] * 2
        assert [row[f"imbalance_{bps}bps"] for bps in (1, 5, 10, 25, 50)] == [0] * 5
        assert row["band_complete_bps"] == 50


def test_imbalance_of_each_band():
    # mid 1000.0, and levels only in the bands of 1, 10 and 50 bps: the others add nothing
    bids, asks = [(999.9, 3), (999.0, 5), (995.0, 8)], [(1000.1, 1), (1001.0, 1), (1005.0, 8)]
    row = rows(snapshot(1_000, bids, asks, 1))[-1]
    assert [row[f"imbalance_{bps}bps"] for bps in (1, 5, 10, 25, 50)] == [0.5, 0.5, 0.6, 0.6, 6 / 26]


def test_age_is_the_time_since_the_last_message_whatever_it_said():
    history = [Message(1_250, BIDS, ASKS, 1, 0), snapshot(2_500, BIDS, ASKS, 5), Message(2_999.5, [], [], 6, 5)]
    assert [bar["age_ms"] for bar in rows(*history, until=4)] == [None, 750, 0.5, 1_000.5]


def test_a_band_deeper_than_the_feed_has_shown_is_null_not_short():
    bids, asks = [(999.9, 1), (999.0, 8)], [(1000.1, 1), (1000.9, 8)]
    row = rows(snapshot(1_000, bids, asks, 1))[-1]
    assert [row[f"bid_depth_{bps}bps_qty"] for bps in (5, 10, 25)] == [1, 9, None]
    assert [row[f"ask_depth_{bps}bps_qty"] for bps in (5, 10, 25)] == [1, None, None]
    assert [row[f"imbalance_{bps}bps"] for bps in (5, 10, 25)] == [0, None, None]
    assert row["band_complete_bps"] == 5
    later = rows(snapshot(1_000, bids, asks, 1), Message(1_001, [], [(1002.5, 0)], 2, 1))[-1]
    assert later["ask_depth_25bps_qty"] == 9  # a level taken away shows that the feed reaches there
    assert later["band_complete_bps"] == 10  # the bids are shown to 10 bps only
    assert later["ask_reach_bps"] == pytest.approx(9.0)  # but the snapshot listed no deeper than before


def test_an_empty_band_has_no_imbalance():
    row = rows(snapshot(1_000, [(10.0, 1), (1.0, 1)], [(11.0, 1), (20.0, 1)], 1))[-1]
    assert (row["bid_depth_10bps_qty"], row["ask_depth_10bps_qty"], row["imbalance_10bps"]) == (0, 0, None)


NULLABLE = (
    "band_complete_bps",
    "imbalance_50bps",
    "bid_px",
    "bid_qty",
    "ask_depth_5bps_qty",
    "imbalance_1",
    "microprice",
    "spread_bps",
    "ofi_1",
    "bid_reach_bps",
)


@pytest.mark.parametrize(
    ("bids", "asks", "state"),
    [([], [], "EMPTY"), (BIDS, [], "ONE_SIDED"), ([], ASKS, "ONE_SIDED"), ([(101.1, 1)], ASKS, "CROSSED")],
)
def test_nothing_is_said_of_a_book_that_is_not_ok(bids, asks, state):
    row = rows(snapshot(1_000, bids, asks, 1))[-1]
    assert row["state"] == state
    assert row["coverage"] == 0
    assert all(row[name] is None for name in NULLABLE)


def test_a_locked_book_has_depth_but_no_spread():
    row = rows(snapshot(1_000, [(101.0, 1)], ASKS, 1))[-1]
    assert (row["state"], row["coverage"]) == ("LOCKED", 1)
    assert (row["bid_px"], row["imbalance_1"], row["ofi_1"], row["ask_depth_5bps_qty"]) == (101.0, -0.6, 0, None)
    assert row["spread_bps"] is None
    assert row["microprice"] is None


def test_silence_of_two_seconds_is_stale_and_stops_the_coverage():
    bars = rows(snapshot(500, BIDS, ASKS, 1), until=5)
    assert [bar["state"] for bar in bars] == ["OK", "OK", "STALE", "STALE", "STALE"]
    assert [bar["coverage"] for bar in bars] == [0.5, 1, 0.5, 0, 0]


def test_silence_of_exactly_two_seconds_is_not_stale():
    assert [bar["state"] for bar in rows(snapshot(1_000, BIDS, ASKS, 1), until=4)] == ["RESYNC", "OK", "OK", "STALE"]


def test_a_slow_feed_may_be_silent_for_five_of_its_usual_gaps():
    slow = [snapshot(0, BIDS, ASKS, 1), *(Message(700 * n, [], [], n + 1, n) for n in range(1, 4))]
    bars = rows(*slow, until=7)  # the last at 2.1 s; median gap 0.7 s, so fresh to 5.6 s
    assert [bar["state"] for bar in bars] == ["OK"] * 5 + ["STALE"] * 2
    assert bars[5]["coverage"] == pytest.approx(0.6)


def test_ignored_messages_are_messages_too():
    history = [snapshot(0, BIDS, ASKS, 5), *(Message(1_000 * n, [(90.0, 1)], [], 4, 3) for n in range(1, 4))]
    assert [bar["state"] for bar in rows(*history, until=4)] == ["OK"] * 4


def test_no_book_before_a_snapshot_is_bridged_and_none_after_a_break():
    level = [(100.0, 6)]
    history = [
        Message(500, level, ASKS, 1, 0),
        Message(1_500, BIDS, ASKS, 5, None, is_snapshot=True),
        Message(2_500, level, [], 7, 5),
        Message(3_500, level, [], 9, 8),
        snapshot(4_500, BIDS, ASKS, 12),
        Message(4_600, [(100.0, 9)], [], 13, 12),
    ]
    bars = rows(*history, until=5)
    assert [bar["state"] for bar in bars] == ["RESYNC", "RESYNC", "OK", "RESYNC", "OK"]
    assert [bar["coverage"] for bar in bars] == [0, 0, 0.5, 0.5, 0.5]
    assert [bar["ofi_1"] for bar in bars] == [None] * 5


def test_ofi_needs_the_book_for_four_fifths_of_the_bar():
    assert rows(snapshot(200, BIDS, ASKS, 1), until=1)[0]["ofi_1"] == 0
    assert rows(snapshot(200.001, BIDS, ASKS, 1), until=1)[0]["ofi_1"] is None


def test_known_ts_never_decreases_and_waits_for_a_late_message():
    frame = updates([snapshot(500, BIDS, ASKS, 1), Message(1_500, BIDS, [], 2, 1), Message(2_500, BIDS, [], 3, 2)])
    late = pl.when(pl.col("msg_id") == 1).then(pl.lit(2_900_000).cast(pl.Datetime("us", "UTC"))).otherwise("known_ts")
    got = fast(BOOK_UPDATES.check(frame.with_columns(known_ts=late)), first_bar=1, until=4)
    assert got["known_ts"].cast(pl.Int64).to_list() == [1_100_000, 2_900_000, 3_100_000, 4_100_000]
    assert got["bar_end"].cast(pl.Int64).to_list() == [n * SECOND for n in (1, 2, 3, 4)]
