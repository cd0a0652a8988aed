"""When a market was recorded: the first and last event of each day, and what that says of a day's edges."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class DayMoments:
    """First event of a day, from when it was known, and last event."""

    first: datetime
    first_known: datetime
    last: datetime

    def joined(self, other: "DayMoments") -> "DayMoments":
        """Of two recordings of a day, the earlier first and the later last event."""
        first = min(self, other, key=lambda moments: (moments.first, moments.first_known))
        return DayMoments(first.first, first.first_known, max(self.last, other.last))


@dataclass(frozen=True, slots=True)
class DayEdges:
    """How a day begins and ends.

    until: up to when the day is complete: its end if a later event was seen, else its
    last event. is_continued: the day before was recorded, so bars begin at 00:00.
    is_head_silent: no word for longer than allowed before the first event, counted from
    the day before. tail_known: if the recording fell silent before the day's end, from
    when that was known (the next event), else None.
    """

    until: datetime
    is_continued: bool
    is_head_silent: bool
    tail_known: datetime | None


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def joined_days(recordings: Iterable[Mapping[date, DayMoments]]) -> dict[date, DayMoments]:
    """The days of several recordings of one market, together."""
    days: dict[date, DayMoments] = {}
    for recording in recordings:
        for day, moments in recording.items():
            days[day] = days[day].joined(moments) if day in days else moments
    return days


def edges_of(day: date, days: Mapping[date, DayMoments], silence: timedelta, *, is_archived: bool = False) -> DayEdges:
    """The edges of `day` among the recorded days; a day of which only bad lines are known ends where it starts.

    `is_archived`: an archive handed the day out when it was over, so an end without a silence is the day's end,
    whether a later event was seen or not.
    """
    before, here, after = (days.get(day + timedelta(days=step)) for step in (-1, 0, 1))
    start, end = day_start(day), day_start(day + timedelta(days=1))
    last = here.last if here else before.last if before else start
    is_tail_silent = after is not None and after.first - last > silence
    return DayEdges(
        until=end if after or (is_archived and end - last <= silence) else max(last, start),
        is_continued=before is not None,
        is_head_silent=before is not None and here is not None and here.first - before.last > silence,
        tail_known=after.first_known if after and is_tail_silent else None,
    )
