"""Schedules: when runs begin, as cron text in UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final[tuple[tuple[str, int, int, tuple[str, ...]], ...]] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _WEEKDAYS),
)
_ITEM: Final = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([1-9]\d*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Cron text for the run over the last two days, the one over all days, and recording; None: not scheduled."""

    hourly: str | None = None
    daily: str | None = None
    record: str | None = None

    @property
    def crons(self) -> Mapping[str, str]:
        """What is scheduled, by name."""
        named = ("hourly", self.hourly), ("daily", self.daily), ("record", self.record)
        return {name: cron for name, cron in named if cron}


def cron_fault(text: str) -> str:
    """What is wrong with a cron text, in words; nothing if it can be kept."""
    given = text.split()
    if len(given) != len(_FIELDS):
        return f"it has {len(given)} fields, expected minute hour day month weekday, as 5 * * * *"
    for field, (name, low, high, words) in zip(given, _FIELDS, strict=True):
        for item in field.split(","):
            if not _is_item(item, low, high, words):
                return f"{item!r} is no {name}: expected {low} to {high}, a range as {low}-{high}, *, or */2"
    return ""


def _is_item(item: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    """Whether it is `*`, a value or a range, with or without a step."""
    found = _ITEM.fullmatch(item)
    if not found:
        return False
    ends = [_value(text, low, words) for text in found.groups()[:2] if text]
    return all(low <= end <= high for end in ends) and ends == sorted(ends)


def _value(text: str, low: int, words: tuple[str, ...]) -> int:
    """The number of a field's value, also of a name; -1 if it is none."""
    if text.lower() in words:
        return low + words.index(text.lower())
    return int(text) if text.isdecimal() else -1
