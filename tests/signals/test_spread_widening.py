"""Rows of spread_widening a person can check by hand: a window of one minute."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.spread import SPREAD
from signals.spread_widening import SPREAD_WIDENING_SIGNAL
from tests.signals.tape_frames import book, column, frame, run

SMALL = {"window_min": 1, "slot_min": 1, "period_min": 2, "periods": 2}


def ticks(by_second):
    """Seconds with a spread of so many ticks."""
    return {end: {"bid_px": 100.0, "ask_px": 100 + count / 10} for end, count in by_second.items()}


def typical(by_minute):
    """SPREAD of minutes by their end."""
    return frame(SPREAD, [{"bar_end": end, "median_spread_bps": bps} for end, bps in by_minute.items()])


TYPICAL = typical({-120: 10.0, -60: 10.0, 0: 10.0})


def rows(by_second, until, *, minutes=TYPICAL, first=1, start=60, still=2, without=(), lost=(), **params):
    """Spreads of `still` ticks, but where stated."""
    changed = ticks(dict.fromkeys(range(first, until + 1), still) | by_second)
    state = book(changed | {end: {"state": "STALE"} for end in lost}, until, first=first, without=without)
    return run(SPREAD_WIDENING_SIGNAL, state, minutes, start=start, until=until, **{**SMALL, **params})


def last(*args, **options):
    return rows(*args, **options).row(-1, named=True)


def test_four_times_as_wide_as_ever():
    row = last({120: 8}, 120)
    assert row["z"] == pytest.approx(log(4) / log(1.25)), "no distances: half a tick over two stands for them"
    assert (row["spread_ticks"], row["median_ticks"], row["above_tick_share"]) == (8, 2, 1)
    assert (row["is_wide"], row["episode_s"], row["coverage"]) == (True, 1, 1)
    assert row["known_ts"].microsecond == 100_000


def test_a_window_half_of_two_and_half_of_four_ticks():
    row = last(dict.fromkeys(range(90, 120), 4) | {120: 16}, 120)
    assert row["median_ticks"] == 3
    # the middle of log 2 and log 4 is log sqrt(8), half of log 2 from each
    assert row["z"] == pytest.approx(log(16 / 8**0.5) / (1.4826 * log(2) / 2 + log(7 / 6)))


def test_the_window_ends_before_the_second_and_forgets():
    made = rows(dict.fromkeys(range(1, 61), 7), 130)
    assert column(made, "median_ticks")[28:33] == [7, 7, 4.5, 2, 2], "thirty of each in the window of second 91"
    wide = rows({100: 8}, 161)
    assert column(wide, "above_tick_share")[-1] == 1
    single = rows({100: 8}, 161, still=1)
    assert column(single, "above_tick_share")[39:42] == [0, 1 / 60, 1 / 60]
    assert column(single, "above_tick_share")[99:101] == [1 / 60, 0]


def test_one_tick_more_than_ever_is_no_alarm():
    row = last({120: 2}, 120, still=1)
    assert row["z"] == pytest.approx(log(2) / log(1.5))
    assert (row["is_wide"], row["episode_s"]) == (False, 0)
    assert row["above_tick_share"] == 0


def test_the_season_takes_its_part():
    # usual in the second minute, from two minutes before: 40; in the first: 10
    usual = typical({-180: 10.0, -120: 40.0, -60: 10.0, 0: 40.0})
    made = rows(dict.fromkeys(range(61, 121), 8), 120, minutes=usual).row(29, named=True)
    assert made["z"] == pytest.approx(log(4) / log(1.25)), "thirty seconds of 2 and 30 of 8 minus one"
    assert made["z_seasonal"] == pytest.approx(0)
    assert made["typical_spread_bps"] == 40
    calm = rows({}, 120, minutes=usual).row(29, named=True)
    assert calm["z"] == 0
    assert calm["z_seasonal"] == pytest.approx(-log(4) / log(1.25)), "as wide as before where wide is usual"


def test_without_a_past_there_is_no_season():
    row = last({}, 120, minutes=typical({}))
    assert (row["z"], row["z_seasonal"], row["typical_spread_bps"]) == (0, None, None)
    assert last({}, 120, minutes=typical({0: 10.0}), min_slots=2)["typical_spread_bps"] is None
    made = rows({}, 120, minutes=typical({-120: 5.0, 0: 15.0}), min_slots=2)
    assert column(made, "typical_spread_bps") == [10] * 60
    assert column(made, "z_seasonal")[47:49] == [None, 0], "the minute before has none: 48 seconds are needed"


def test_an_episode_lasts_until_it_is_over():
    made = rows({100: 5, 101: 2, 102: 2, 104: 2, 105: 5}, 107, still=1)
    assert column(made, "is_wide")[38:] == [False, True, True, True, False, False, True, False, False]
    assert column(made, "episode_s")[38:] == [0, 1, 2, 3, 0, 0, 1, 0, 0]


def test_an_episode_begins_anew_at_midnight():
    made = rows({-1: 5, 0: 2, 1: 2, 2: 5, 3: 2}, 4, first=-200, start=-10, still=1)
    assert column(made, "is_wide")[8:] == [True, True, False, True, True, False]
    made = rows({-1: 5, 0: 5, 1: 5}, 2, first=-200, start=-10, still=1)
    assert column(made, "episode_s")[8:] == [1, 2, 1, 0], "of the new day, one second"


def test_an_episode_is_over_where_the_book_is_lost():
    made = rows({100: 5, 102: 2}, 103, still=1, lost=[101])
    assert column(made, "is_wide")[39:] == [True, None, False, False]
    assert column(made, "episode_s")[39:] == [1, None, 0, 0]
    assert column(made, "z")[40] is None
    assert column(rows({100: 5, 102: 2}, 103, still=1, without=[101]), "is_wide")[39:] == [True, False, False]


def test_too_little_of_the_window_says_nothing():
    row = last({}, 120, without=range(90, 102))
    assert (row["coverage"], row["z"]) == (0.8, 0)
    row = last({}, 120, without=range(90, 103))
    assert (row["coverage"], row["z"], row["median_ticks"], row["above_tick_share"]) == (47 / 60, None, None, None)
    assert (row["is_wide"], row["episode_s"], row["spread_ticks"]) == (None, None, 2)


def test_a_row_is_known_when_its_window_and_season_are():
    late = TYPICAL.with_columns(known_ts=TYPICAL["known_ts"].dt.offset_by("500s"))
    assert column(rows({}, 120, minutes=late), "known_ts") == pytest.approx([500.1] * 60)
    older = typical({-86_400: 10.0} | {-120: 10.0, 0: 10.0})
    older = older.with_columns(known_ts=older["known_ts"].dt.offset_by("1d"))[:1].vstack(older[1:])
    assert column(rows({}, 120, minutes=older), "known_ts")[-1] == pytest.approx(120.1), "out of reach"


SPREADS = st.lists(st.one_of(st.just(0), st.integers(1, 6)), min_size=140, max_size=140)


@settings(max_examples=20, deadline=None)
@given(SPREADS)
def test_scores_are_those_of_each_window(spreads):
    lost = [end for end, count in enumerate(spreads, 1) if not count]
    by_second = {end: max(count, 1) for end, count in enumerate(spreads, 1)}
    made = rows(by_second, 140, lost=lost)
    for row, end in zip(made.iter_rows(named=True), range(61, 141), strict=True):
        window = [count for count in spreads[end - 61 : end - 1] if count]
        now = spreads[end - 1]
        assert row["coverage"] == len(window) / 60
        if now == 0 or len(window) < 48:
            assert row["z"] is None
            continue
        logs, floor = np.log(window), np.log(1 + 0.5 / np.median(window))
        distance = np.median(np.abs(logs - np.median(logs)))
        assert row["z"] == pytest.approx((np.log(now) - np.median(logs)) / (1.4826 * distance + floor))
        assert row["z_seasonal"] == pytest.approx(row["z"]), "no season: the same everywhere"
