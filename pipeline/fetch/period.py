"""The day or month a file is for, and when the lack of it means that there is none."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

_DAILY_GRACE: Final = timedelta(days=3)
_MONTHLY_GRACE: Final = timedelta(days=35)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A UTC day, or a month that begins with `first`."""

    first: date
    is_month: bool = False

    @property
    def label(self) -> str:
        """As 2024-06-03, or 2024-06."""
        return self.first.isoformat()[:7] if self.is_month else self.first.isoformat()

    @property
    def end(self) -> datetime:
        """The instant at which it is over."""
        following = (self.first + timedelta(days=31)).replace(day=1) if self.is_month else self.first + _DAY
        return datetime.combine(following, time(), UTC)

    @property
    def start_ms(self) -> int:
        return int(datetime.combine(self.first, time(), UTC).timestamp()) * 1_000

    @property
    def last_ms(self) -> int:
        """Its last millisecond."""
        return int(self.end.timestamp()) * 1_000 - 1

    def is_over(self, now: datetime) -> bool:
        return self.end <= now

    def may_still_come(self, now: datetime) -> bool:
        """Whether a file that is not there is late rather than missing: archives publish a day after 1 to 2 days, and
        a month on the first Monday after it; both have been late."""
        return now < self.end + (_MONTHLY_GRACE if self.is_month else _DAILY_GRACE)


def days(since: date, until: date) -> list[Period]:
    """Every day from the first to the last."""
    return [Period(since + timedelta(days=number)) for number in range((until - since).days + 1)]


def months(since: date, until: date) -> list[Period]:
    """Every month that has one of the days."""
    firsts = sorted({period.first.replace(day=1) for period in days(since, until)})
    return [Period(first, is_month=True) for first in firsts]


def closed_months(since: date, until: date, now: datetime) -> list[Period]:
    """The months that are over, and in place of one that is not its days: what is over does not change any more."""
    found: list[Period] = []
    for month in months(since, until):
        if month.is_over(now):
            found.append(month)
        else:
            found += days(max(since, month.first), min(until, (month.end - _DAY).date()))
    return found
