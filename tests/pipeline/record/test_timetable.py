"""When polls are due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.record.timetable import backoff, missed, next_due, page_period

HOUR = 3_600.0


@pytest.mark.parametrize(
    ("now", "period", "hourly", "due"),
    [
        (100.0, 5.0, False, 105.0),  # a reply that came at once
        (101.2, 5.0, False, 105.0),  # the grid does not drift with the time a reply takes
        (105.0, 5.0, False, 110.0),
        (117.0, 5.0, False, 120.0),  # 105, 110 and 115 have passed and are not made up for
        (HOUR - 3, 5.0, True, HOUR),  # the hour comes first
        (HOUR, 5.0, True, HOUR + 5),
        (100.0, float("inf"), True, HOUR),
        (100.0, float("inf"), False, float("inf")),
        (90.0, 5.0, False, 100.0),  # the clock was set back
    ],
)
def test_the_next_poll(now: float, period: float, hourly: bool, due: float):
    start = 100.0 if now < HOUR - 10 else HOUR - 1000
    assert next_due(now, start, period, hourly=hourly) == due


@given(st.floats(0, 1e9), st.floats(0, 1e6), st.floats(0.2, 7200))
def test_the_next_poll_is_ahead_and_within_a_period(start: float, after: float, period: float):
    now = start + after
    due = next_due(now, start, period, hourly=True)
    assert now < due <= now + min(period, HOUR) + 1e-5


def test_missed_polls_are_counted():
    assert missed(100.0, 104.9, 5.0) == 0
    assert missed(100.0, 112.0, 5.0) == 2
    assert missed(100.0, 1e9, float("inf")) == 0


def test_pages_are_asked_for_sooner_when_more_than_half_is_new():
    assert page_period(5.0, 500, 1000) == 5.0
    assert page_period(5.0, 1000, 1000) == 2.5
    assert page_period(5.0, 800, 1000) == 3.125
    assert page_period(0.3, 1000, 1000) == 0.25  # a venue bears no more


def test_waits_grow_to_a_minute_and_keep_a_tenth():
    assert [backoff(number, lambda: 0.999999) for number in (1, 2, 3)] == pytest.approx([1, 2, 4], rel=1e-4)
    assert backoff(40, lambda: 0.999999) == pytest.approx(60, rel=1e-4)
    assert backoff(10_000, lambda: 0.0) == pytest.approx(6.0)
