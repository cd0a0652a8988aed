"""Fits of the microprice by the second: what is counted, when, and when it is known. A still book is 2 ticks wide."""

import pytest

from signals.microprice_fit import MICROPRICE_FIT_SIGNAL
from tests.signals.tape_frames import book, column, run

MORE_BID = {"bid_qty": 4.0, "ask_qty": 2.0}
UP = {"bid_px": 100.0, "ask_px": 100.2}
SMALL = {"fit_min": 2, "refit_min": 1, "bins": 2, "max_spread_ticks": 2, "min_moves": 1, "min_visits": 1}


def fits(state, until, start=0, **params):
    return run(MICROPRICE_FIT_SIGNAL, state, start=start, until=until, **{**SMALL, **params})


def told(rows):
    """The rows of the last fit of which the past tells something: bin, moves, changes, clipped, adjustment."""
    last = rows.filter(rows["event_ts"] == rows["event_ts"].max()).filter("is_told")
    names = ("spread_ticks", "imbalance_bin", "n", "n_changes", "n_clipped", "adjustment_ticks")
    return [tuple(row) for row in last.select(names).rows()]


def worked(up=UP, **params):
    """More bids, again, again, more asked; a hole; more bids, and more asked a tick up."""
    changed = {1: MORE_BID, 2: MORE_BID, 3: MORE_BID, 7: MORE_BID, 8: up}
    return fits(book(changed, 8, without=(5, 6)), until=60, **params)


def test_two_states_worked_on_paper():
    # the four moves of test_microprice_chain: g = 1/4
    assert told(worked()) == [(2, 0, 4, 1, 0, pytest.approx(-0.25)), (2, 1, 4, 1, 0, pytest.approx(0.25))]


def test_every_state_has_a_row_and_what_was_not_seen_is_not_told():
    rows = worked()
    assert rows.select("spread_ticks", "imbalance_bin").rows() == [(1, 0), (1, 1), (2, 0), (2, 1)]
    assert column(rows, "is_told") == [False, False, True, True]
    assert column(rows, "adjustment_ticks")[:2] == [0, 0]


def test_larger_changes_count_as_the_largest():
    far = {"bid_px": 100.4, "ask_px": 100.6}
    assert told(worked(far))[1] == (2, 1, 4, 1, 1, pytest.approx(0.25))
    # twice the change of the mid is twice the adjustment
    assert told(worked(far, max_change_ticks=2.0))[1] == (2, 1, 4, 1, 1, pytest.approx(0.5))


@pytest.mark.parametrize("state", ["LOCKED", "RESYNC", "ONE_SIDED"])
def test_a_second_that_is_not_ok_breaks_the_chain(state):
    rows = fits(book({1: MORE_BID, 2: MORE_BID, 3: {"state": state}, 4: MORE_BID}, 4), until=60)
    assert column(rows, "n") == [0, 0, 1, 1]


def test_a_wider_spread_is_beyond_and_its_mid_still_counts():
    # the ask goes 4 ticks up, so the mid 2: counted as one; what starts there is left out
    wide = {"ask_px": 100.5, **MORE_BID}
    rows = fits(book({1: MORE_BID, 2: wide, 3: wide}, 3), until=60)
    assert told(rows)[1] == (2, 1, 1, 1, 1, pytest.approx(1))


def test_a_fit_sees_the_minutes_before_it_only():
    made = fits(book({1: MORE_BID}, 240), until=240)
    fitted = made.filter(imbalance_bin=0, spread_ticks=2)
    assert column(fitted, "event_ts") == [60, 120, 180, 240]
    assert column(fitted, "fit_start") == [1, 1, 61, 121], "a second is in the two minutes if it ended in them"
    assert column(fitted, "fit_end") == [60, 120, 180, 240]
    assert column(fitted, "n") == [59, 119, 119, 119]
    assert column(fitted, "known_ts") == pytest.approx([60.1, 120.1, 180.1, 240.1])


def test_a_fit_is_known_when_the_latest_second_it_rests_on_is():
    made = fits(book({30: {"known_ts": 150.0}}, 240), until=240).filter(imbalance_bin=0, spread_ticks=2)
    assert column(made, "known_ts") == pytest.approx([150, 150, 180.1, 240.1])


def test_by_default_a_day_is_fitted_on_the_days_before():
    params = {"fit_min": 7_200, "refit_min": 1_440}
    state = book({-50: MORE_BID}, 0, first=-59)
    made = fits(state, until=86_400, **params)
    assert set(column(made, "event_ts")) == {0}, "midnight is of the day it opens, not of the one it ends"
    assert set(column(made, "fit_end")) == {0}
    assert column(made, "known_ts") == pytest.approx([0.1] * 4), "with the last second of the day before"
    assert fits(state, start=4 * 86_400, until=4 * 86_400 + 60, **params).height == 4
    assert fits(state, start=6 * 86_400, until=6 * 86_400 + 60, **params).is_empty()


def test_too_few_moves_are_no_fit():
    assert fits(book({}, 60), until=60, min_moves=60).is_empty()
    assert fits(book({}, 60), until=60, min_moves=59).height == 4


def test_fits_must_divide_a_day():
    with pytest.raises(ValueError, match="divide a day"):
        fits(book({}, 60), until=60, refit_min=7)
