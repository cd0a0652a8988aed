"""Times for messages that have none, from the messages before them in the file.

A message without a time gets the latest event time before it. A book snapshot is
older than its arrival: by the time it is here, diffs that go beyond it may have come.
Its place is known all the same, for the venue numbers its updates: it stands no
later than the first diff that goes beyond it.
"""

from collections import deque
from typing import Final

_DIFFS_KEPT: Final = 4_096
"""Diffs among which a snapshot finds its place: minutes, while a REST answer takes a second or two."""


class CarriedClock:
    """The latest event time of a file so far, and when its book passed which update id; times in microseconds."""

    def __init__(self) -> None:
        self.latest = 0
        """0 = no message has had a time."""
        self._diffs: deque[tuple[int, int]] = deque(maxlen=_DIFFS_KEPT)

    def saw(self, event: int) -> None:
        self.latest = max(self.latest, event)

    def saw_diff(self, update_id: int, event: int) -> None:
        """A diff that brought the book to `update_id`."""
        self._diffs.append((update_id, event))

    def of_snapshot(self, update_id: int) -> int:
        """The latest time at which the book can have stood at `update_id`."""
        passed = self.passed(update_id)
        return self.latest if passed is None else min(self.latest, passed)

    def passed(self, update_id: int) -> int | None:
        """When a diff first went beyond `update_id`; None if none has."""
        return next((event for last, event in self._diffs if last > update_id), None)
