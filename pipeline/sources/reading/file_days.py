"""The day or month that a file's name says, as the times its records may have."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

SLACK_US: Final = 60_000_000
"""How far the records of a file may lie outside of its day: venues cut days by their own clocks, seconds off."""

_DATE: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?(?![0-9])")
_OPEN: Final = (0, 1 << 62)


@dataclass(frozen=True, slots=True)
class FileDays:
    """Event times from `begin` to before `end`, microseconds since 1970, slack included; `words` name the stretch."""

    begin: int
    end: int
    words: str

    def has(self, event: int) -> bool:
        return self.begin <= event < self.end

    @property
    def span(self) -> tuple[int, int] | None:
        """The stretch that the name says, without slack; None if it says none."""
        return None if (self.begin, self.end) == _OPEN else (self.begin + SLACK_US, self.end - SLACK_US)

    @property
    def complaint(self) -> str:
        return f"its time lies outside of {self.words}, which the file's name says"


def file_days(name: str, *, hours_ahead: int = 0) -> FileDays:
    """The last date in the name (2024-06-03 or 2024-06); any time at all if it has none.

    hours_ahead: how far the clock by which the venue cuts its days is ahead of UTC.
    """
    found = [match for match in _DATE.finditer(name) if _is_date(match)]
    if not found:
        return FileDays(*_OPEN, "any day")
    year, month, day = found[-1].groups()
    begin = datetime(int(year), int(month), int(day or 1), tzinfo=UTC)
    end = begin + timedelta(days=1) if day else (begin + timedelta(days=31)).replace(day=1)
    ahead = timedelta(hours=hours_ahead)
    zone = f"UTC+{hours_ahead}" if hours_ahead else "UTC"
    return FileDays(
        _microseconds(begin - ahead) - SLACK_US,
        _microseconds(end - ahead) + SLACK_US,
        f"{'the day' if day else 'the month'} {found[-1].group()} {zone}",
    )


def _is_date(match: re.Match[str]) -> bool:
    year, month, day = match.groups()
    try:
        datetime(int(year), int(month), int(day or 1), tzinfo=UTC)
    except ValueError:
        return False
    return True


def _microseconds(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000
