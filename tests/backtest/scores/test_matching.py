"""One true event, one detected one: by side, place and time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.scores.matching import match
from tests.backtest.events import TICK, events

TRUTH = events((1, 100.0, 0, 10), (-1, 101.0, 5, 6), (1, 100.0, 30, 40))


def matched(truth, found, **options):
    options = {"tolerance_ms": 0, "tick": TICK, "tolerance_ticks": 1} | options
    made = match(truth, found, **options)
    return list(zip(made.true_rows.tolist(), made.found_rows.tolist(), strict=True))


def test_two_of_three_by_hand():
    found = events((1, 100.1, 2, 3), (1, 100.0, 39, 50), (-1, 101.0, 7, 8))
    made = match(TRUTH, found, tolerance_ms=0, tick=TICK, tolerance_ticks=1)
    assert (made.precision, made.recall, made.f1) == (2 / 3, 2 / 3, 2 / 3)
    assert (made.missed.tolist(), made.false.tolist()) == ([1], [2])


def test_side_market_place_and_time_must_agree():
    assert matched(TRUTH, events((-1, 100.0, 0, 10))) == []
    assert matched(TRUTH, events((1, 100.0, 0, 10), symbol="other")) == []
    assert matched(TRUTH, events((1, 100.2, 0, 10))) == []
    assert matched(TRUTH, events((1, 100.2, 0, 10)), tolerance_ticks=2) == [(0, 0)]
    assert matched(TRUTH, events((1, 100.0, 11, 29))) == []
    assert matched(TRUTH, events((1, 100.0, 11, 28)), tolerance_ms=1_000) == [(0, 0)]
    assert matched(TRUTH, events((1, 100.0, 10, 29))) == [(0, 0)]


def test_without_a_tick_places_do_not_count():
    assert matched(TRUTH, events((1, 250.0, 0, 10)), tick=None) == [(0, 0)]


def test_each_is_matched_once_and_the_nearest_first():
    found = events((1, 100.1, 0, 10), (1, 100.0, 4, 5), (1, 100.0, 1, 2))
    assert matched(TRUTH, found) == [(0, 2)]  # price first, then the nearer start


def test_a_tie_goes_to_the_earlier_row():
    assert matched(TRUTH[:1], events((1, 100.0, 2, 3), (1, 100.0, 2, 3))) == [(0, 0)]


def test_a_long_event_is_found_behind_short_ones():
    found = events((1, 100.0, 0, 60), (1, 105.0, 1, 2), (1, 105.0, 3, 4))
    assert matched(TRUTH[2:], found) == [(0, 0)]


def test_the_silent_detector_has_recall_0_and_no_precision():
    made = match(TRUTH, TRUTH.clear(), tolerance_ms=0)
    assert (made.precision, made.recall, made.f1) == (None, 0.0, 0.0)


def test_where_there_is_nothing_to_find_there_is_no_recall():
    made = match(TRUTH.clear(), TRUTH, tolerance_ms=0)
    assert (made.precision, made.recall, made.f1) == (0.0, None, 0.0)
    assert match(TRUTH.clear(), TRUTH.clear(), tolerance_ms=0).f1 is None


def test_an_event_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="found: expected intervals"):
        match(TRUTH, events((1, 100.0, 3, 2)), tolerance_ms=0)


EVENT = st.tuples(
    st.sampled_from([1, -1]), st.integers(0, 4), st.integers(0, 30), st.integers(0, 8)
).map(lambda row: (row[0], 100 + row[1] * TICK, row[2], row[2] + row[3]))  # fmt: skip
EVENTS = st.lists(EVENT, max_size=12).map(lambda rows: events(*rows))


@given(EVENTS)
def test_a_perfect_detector_scores_one(truth):
    made = match(truth, truth, tolerance_ms=0, tick=TICK, tolerance_ticks=1)
    assert made.n_matched == truth.height


def plain_can_match(true, seen, tolerance_ms, ticks):
    near = max(true["start_ts"], seen["start_ts"]) - min(true["end_ts"], seen["end_ts"])
    return (
        true["side"] == seen["side"]
        and abs(round((true["price"] - seen["price"]) / TICK)) <= ticks
        and near.total_seconds() * 1_000 <= tolerance_ms
    )


@given(EVENTS, EVENTS, st.sampled_from([0, 1_500]), st.integers(0, 2))
def test_pairs_are_allowed_unique_and_none_is_left_that_could_be_taken(truth, found, tolerance_ms, ticks):
    pairs = matched(truth, found, tolerance_ms=tolerance_ms, tolerance_ticks=ticks)
    trues, seens = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    assert len(trues) == len(seens) == len(pairs)
    for i, true in enumerate(truth.iter_rows(named=True)):
        for j, seen in enumerate(found.iter_rows(named=True)):
            can = plain_can_match(true, seen, tolerance_ms, ticks)
            assert can or (i, j) not in pairs
            assert not can or i in trues or j in seens
