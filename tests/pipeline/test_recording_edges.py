"""How a day begins and ends, from the first and last events of the days recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.recording import DayMoments, edges_of

DAY, NEXT = date(2024, 3, 5), date(2024, 3, 6)
END = datetime(2024, 3, 6, tzinfo=UTC)
TEN = timedelta(seconds=10)


def moments(first: datetime, last: datetime) -> DayMoments:
    return DayMoments(first, first + timedelta(milliseconds=100), last)


def ending(before_midnight: float) -> DayMoments:
    return moments(END - timedelta(hours=24), END - timedelta(seconds=before_midnight))


def test_a_recording_ends_with_its_last_event_until_a_later_one_is_seen():
    day = ending(0.3)
    assert edges_of(DAY, {DAY: day}, TEN).until == day.last
    later = moments(END + timedelta(seconds=1), END + timedelta(hours=1))
    assert edges_of(DAY, {DAY: day, NEXT: later}, TEN).until == END


@pytest.mark.parametrize(("before_midnight", "is_whole"), [(0.3, True), (10, True), (10.1, False)])
def test_a_day_of_an_archive_ends_at_midnight_unless_it_fell_silent(before_midnight, is_whole):
    day = ending(before_midnight)
    until = edges_of(DAY, {DAY: day}, TEN, is_archived=True).until
    assert until == (END if is_whole else day.last)


def test_the_next_day_of_an_archive_changes_nothing_of_the_day_before():
    day, later = ending(0.3), moments(END + timedelta(seconds=1), END + timedelta(hours=24))
    assert edges_of(DAY, {DAY: day}, TEN, is_archived=True) == edges_of(DAY, {DAY: day, NEXT: later}, TEN)
