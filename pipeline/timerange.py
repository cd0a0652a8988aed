"""A stretch of market time, and which rows of a table lie in it.

It begins with `since` and ends before `until`. An event lies in it if it happened in it. A bar is stamped with its end
and lies in it if the last moment it covers does: the bar stamped 00:00:00 belongs to the day before, as its partition
does. So there is one rule for bars and events, days and instants: docs/decisions/0011.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipeline.errors import FootprintError

Moment = date | datetime | str
"""A day, or an instant with its zone; ISO text for either."""

_TIMES: Final = ("bar_end", "event_ts", "from_ts", "known_ts")
_STAMPED_WITH_END: Final = "bar_end"
_MOMENT: Final = timedelta(microseconds=1)
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2200


@dataclass(frozen=True, slots=True)
class TimeRange:
    """[since, until) in UTC; None = open."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, since: Moment | None, until: Moment | None) -> "TimeRange":
        """From what a user wrote: a day as `since` is its beginning, as `until` its end.

        Raises FP017 for an instant without a zone, for what is no time, and for a range that ends before it begins.
        """
        found = cls(
            None if since is None else _instant("since", since, at_end=False),
            None if until is None else _instant("until", until, at_end=True),
        )
        if found.since and found.until and found.since >= found.until:
            why = f"nothing lies between the beginning of since ({since}) and the end of until ({until})"
            raise FootprintError("FP017", why, hint="since before until; a day is taken as a whole")
        return found

    def edges(self, column: str) -> tuple[datetime | None, datetime | None]:
        """The first value of a time column that is inside, and the first after it that is not."""
        shift = _MOMENT if column == _STAMPED_WITH_END else timedelta(0)
        return self.since and self.since + shift, self.until and self.until + shift

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day of which some market time is inside."""
        return self.since and self.since.date(), self.until and (self.until - _MOMENT).date()

    def touches(self, day: date) -> bool:
        """Whether some of the day's market time is inside."""
        first, last = self.days()
        return (first is None or first <= day) and (last is None or day <= last)

    @property
    def is_open(self) -> bool:
        """Whether every row lies in it."""
        return self.since is None and self.until is None


def time_column(columns: Sequence[str], table: str) -> str:
    """The column that says when a row of the table was; FP017 if it has none."""
    for name in _TIMES:
        if name in columns:
            return name
    raise FootprintError("FP017", f"{table} has no time that --since and --until could be about")


def _instant(name: str, moment: Moment, *, at_end: bool) -> datetime:
    read = _read(name, moment) if isinstance(moment, str) else moment
    if not isinstance(read, date):
        raise FootprintError("FP017", f"{name} is {moment!r}, expected a day, an instant or ISO text of either")
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        why = f"{name} is {moment}, expected a year from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise FootprintError("FP017", why, hint=f"leave {name} away for all there is")
    if isinstance(read, datetime):
        if read.tzinfo is None:
            raise FootprintError(
                "FP017",
                f"{name} is {moment}, a time without a zone; a guess could be hours off",
                hint=f"{read.isoformat()}Z if it is UTC, or a whole day: {read.date()}",
            )
        return read.astimezone(UTC)
    return _start(read) + timedelta(days=1 if at_end else 0)


def _read(name: str, text: str) -> date | datetime:
    for form in (date.fromisoformat, datetime.fromisoformat):
        try:
            return form(text)
        except ValueError:
            continue
    raise FootprintError(
        "FP017", f"{name} is {text!r}, expected a day as 2024-08-08 or an instant as 2024-08-08T12:00Z"
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
