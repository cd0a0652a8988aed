"""A range of market time: what days and instants mean, for events and for bars stamped with their end."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.timerange import TimeRange, time_column

_US = timedelta(microseconds=1)
_EIGHTH, _NINTH = (datetime(2024, 8, day, tzinfo=UTC) for day in (8, 9))


def _holds(time: TimeRange, column: str, value: datetime) -> bool:
    first, after = time.edges(column)
    return (first is None or first <= value) and (after is None or value < after)


def test_a_day_is_the_whole_of_it():
    assert TimeRange.of("2024-08-08", "2024-08-08") == TimeRange(_EIGHTH, _NINTH)
    assert TimeRange.of(date(2024, 8, 8), date(2024, 8, 8)) == TimeRange(_EIGHTH, _NINTH)


def test_a_day_and_the_instants_it_stands_for_are_one_range():
    assert TimeRange.of("2024-08-08", "2024-08-08") == TimeRange.of("2024-08-08T00:00Z", "2024-08-09T00:00Z")


@pytest.mark.parametrize("text", ["2024-08-08T12:00Z", "2024-08-08 12:00:00+00:00", "20240808T14+02"])
def test_instants_may_be_in_any_zone(text: str):
    assert TimeRange.of(text, None).since == datetime(2024, 8, 8, 12, tzinfo=UTC)
    assert TimeRange.of(datetime(2024, 8, 8, 14, tzinfo=timezone(timedelta(hours=2))), None).since == datetime(
        2024, 8, 8, 12, tzinfo=UTC
    )


def test_an_event_at_midnight_belongs_to_the_day_it_begins():
    day = TimeRange.of("2024-08-08", "2024-08-08")
    assert [_holds(day, "event_ts", at) for at in (_EIGHTH, _NINTH - _US, _NINTH)] == [True, True, False]


def test_a_bar_stamped_midnight_belongs_to_the_day_it_ends():
    day = TimeRange.of("2024-08-08", "2024-08-08")
    assert [_holds(day, "bar_end", at) for at in (_EIGHTH, _EIGHTH + _US, _NINTH)] == [False, True, True]


def test_an_hour_holds_the_sixty_minutes_in_it():
    hour = TimeRange.of("2024-08-08T12:00Z", "2024-08-08T13:00Z")
    ends = [_EIGHTH + timedelta(minutes=minute) for minute in range(24 * 60 + 1)]
    inside = [end for end in ends if _holds(hour, "bar_end", end)]
    assert (len(inside), inside[0].minute, inside[-1].hour, inside[-1].minute) == (60, 1, 13, 0)


def test_days_touched_are_those_with_market_time_inside():
    day = TimeRange.of("2024-08-08", "2024-08-08")
    assert [day.touches(date(2024, 8, number)) for number in (7, 8, 9)] == [False, True, False]
    assert TimeRange.of(None, "2024-08-08T00:00Z").days() == (None, date(2024, 8, 7))
    assert TimeRange().touches(date(1990, 1, 1))


_INSTANTS = st.datetimes(datetime(2024, 8, 7), datetime(2024, 8, 10), timezones=st.just(UTC))


@given(cut=_INSTANTS, at=_INSTANTS, column=st.sampled_from(["bar_end", "event_ts", "known_ts"]))
def test_ranges_that_meet_share_nothing_and_lose_nothing(cut: datetime, at: datetime, column: str):
    before, after = TimeRange.of(None, cut), TimeRange.of(cut, None)
    assert _holds(before, column, at) != _holds(after, column, at)


@given(since=_INSTANTS, length=st.integers(1, 10**11), at=_INSTANTS)
def test_what_is_inside_lies_under_a_day_that_is_touched(since: datetime, length: int, at: datetime):
    time = TimeRange.of(since, since + length * _US)
    if _holds(time, "event_ts", at):
        assert time.touches(at.date())
    if _holds(time, "bar_end", at):
        assert time.touches((at - _US).date())


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2024-08-08T12:00", None, "since is 2024-08-08T12:00, a time without a zone"),
        (None, datetime(2024, 8, 8, 12), "until is 2024-08-08 12:00:00, a time without a zone"),
        ("yesterday", None, "since is 'yesterday', expected a day as 2024-08-08 or an instant as 2024-08-08T12:00Z"),
        (None, "2024-02-30", "until is '2024-02-30', expected a day"),
        (1_723_075_200, None, "since is 1723075200, expected a day, an instant or ISO text of either"),
        (None, "9999-12-31", "until is 9999-12-31, expected a year from 1970 to 2200"),
        ("2024-08-09", "2024-08-08", "beginning of since (2024-08-09) and the end of until (2024-08-08)"),
        ("2024-08-08T12:00Z", "2024-08-08T12:00Z", "nothing lies between"),
    ],
)
def test_a_time_that_is_not_clear_is_answered_with_a_sentence(since, until, said: str):
    with pytest.raises(FootprintError) as wrong:
        TimeRange.of(since, until)
    assert wrong.value.fault.code == "FP017"
    assert said in wrong.value.why


def test_a_time_without_a_zone_is_told_how_to_get_one():
    with pytest.raises(FootprintError) as wrong:
        TimeRange.of("2024-08-08T12:00", None)
    assert wrong.value.hint == "2024-08-08T12:00:00Z if it is UTC, or a whole day: 2024-08-08"


def test_the_time_of_a_table_is_the_end_of_its_bar_else_of_its_event_else_when_it_was_known():
    assert time_column(["known_ts", "bar_end"], "t") == "bar_end"
    assert time_column(["venue", "known_ts", "event_ts"], "t") == "event_ts"
    assert time_column(["from_ts", "to_ts", "known_ts"], "gaps") == "from_ts"
    assert time_column(["known_ts"], "t") == "known_ts"
    with pytest.raises(FootprintError, match="t has no time that --since and --until could be about"):
        time_column(["venue"], "t")
