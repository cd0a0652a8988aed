"""Rows of the composite a person can check by hand: minutes are counted from a midnight."""

import pytest

from signals.footprint import FOOTPRINT_SIGNAL, ORDINARY
from signals.observation import OBSERVATIONS
from signals.observations import OBSERVATIONS_TABLE
from tests.signals.tape_frames import column, frame, run

SHORT = {"rank_window_min": 10, "min_history_min": 3, "strong": 0.95}


def seen(values, first=1, **others):
    """OBSERVATIONS_TABLE of the minutes from `first` on: sweep, with a row behind each value that is not 0."""
    return frame(
        OBSERVATIONS_TABLE,
        [
            {"bar_end": 60 * (first + at), "sweep": value, "sweep_n": int(bool(value))}
            | {name: column[at] for name, column in others.items()}
            for at, value in enumerate(values)
        ],
    )  # fmt: skip


def made(rows, until=20, start=0, **params):
    return run(FOOTPRINT_SIGNAL, rows, start=60 * start, until=60 * until, **{**SHORT, **params})


def test_strength_is_the_mid_rank_of_the_size_among_the_minutes_before():
    rows = made(seen([0.0, 2.0, -1.0, -3.0, 1.0]))
    # -3 against 0, 2, 1: all weaker. 1 against 0, 2, 1, 3: one weaker, one equal.
    assert column(rows, "sweep_strength") == [None, None, None, 1.0, 1.5 / 4]
    assert column(rows, "sweep_reading") == [None, None, None, "bids swept: takers in a hurry to sell", ORDINARY]
    assert column(rows, "n_strong") == [0, 0, 0, 1, 0]
    assert column(rows, "n_down") == [0, 0, 0, 1, 0]
    assert column(rows, "n_up") == [0, 0, 0, 0, 0]


def test_a_number_without_a_direction_is_strong_only_when_high():
    z = [1.0, 2.0, 3.0, -9.0, 4.0]
    rows = made(seen([0.0] * 5, spread_widening=z))
    assert column(rows, "spread_widening_strength")[3:] == [0.0, 1.0]
    assert column(rows, "spread_widening_reading")[3:] == [
        ORDINARY,
        "makers ask for more: volatility ahead, no direction",
    ]
    assert column(rows, "n_up")[4] == 0, "wider spreads say nothing of the direction"


def test_a_level_is_strong_where_it_is_unusual_and_its_sign_says_so():
    """Funding is mostly above 0: once below is as unusual as the highest ever; a low one above 0 reads as nothing."""
    usual = [0.1] * 8
    rows = made(seen([0.0] * 9, funding=[*usual, -0.05]))
    assert column(rows, "funding_strength")[8:] == [1.0]
    assert column(rows, "funding_reading")[8:] == ["shorts pay: crowded shorts are at risk"]
    assert column(rows, "n_down")[8:] == [0], "funding says nothing of the direction"
    for last, reading in ((0.2, "longs pay: crowded longs are at risk"), (0.05, ORDINARY)):
        rows = made(seen([0.0] * 9, funding=[*usual, last]))
        assert (column(rows, "funding_strength")[8], column(rows, "funding_reading")[8]) == (1.0, reading)
    assert column(made(seen([0.0] * 9, funding=[*usual, 0.1])), "funding_strength")[8] == 0.0


def test_fewer_pairs_than_chance_are_ordinary_however_rare():
    rows = made(seen([0.0] * 5, wash_like=[0.1, 0.2, 0.3, 0.9, 1.1]))
    assert column(rows, "wash_like_strength")[3:] == [1.0, 1.0]
    assert column(rows, "wash_like_reading")[3:] == [ORDINARY, "more equal and opposite pairs than chance"]


def test_age_counts_from_the_last_minute_that_had_something():
    rows = made(seen([0.0, 5.0, 0.0, 0.0, -5.0]))
    assert column(rows, "sweep_age_min") == [None, 0, 1, 2, 0]


def test_age_restarts_at_midnight():
    rows = made(seen([5.0, 0.0], first=0))
    assert column(rows, "bar_end") == [60]
    assert column(rows, "sweep_age_min") == [None], "the minute that ends at midnight is of the day before"


def test_the_day_before_is_in_the_window_and_what_is_older_is_not():
    before, late = seen([100.0] + [1.0] * 9, first=-9), seen([50.0], first=1)
    # The window of the minute that ends at 60 s holds ten minutes: 100 and nine times 1.
    assert column(made(before.vstack(late)), "sweep_strength") == [0.9]
    assert column(made(before[1:].vstack(late)), "sweep_strength") == [1.0]


def test_a_missing_value_is_no_zero():
    rows = made(seen([1.0, 1.0, 1.0, None, 2.0]))
    assert column(rows, "sweep")[3] is None
    assert column(rows, "sweep_strength")[3:] == [None, 1.0]
    assert column(rows, "sweep_reading")[3] is None


def test_a_row_is_known_when_its_window_is():
    rows = seen([1.0, 1.0, 1.0])
    late = rows.with_columns(known_ts=rows["bar_end"].dt.offset_by("100s"))
    assert column(made(late), "known_ts") == [160, 220, 280]


@pytest.mark.parametrize("one", OBSERVATIONS, ids=lambda one: one.name)
def test_each_observation_has_its_reading_and_its_evidence(one):
    assert one.high
    assert one.evidence
    assert bool(one.low) == (one.claim != "size"), "a direction and a level have two readings"
    if one.claim == "direction":
        assert one.value is not None
