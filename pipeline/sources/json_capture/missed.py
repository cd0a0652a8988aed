"""What a recorder knows that it missed of the tape, and what pages of prints make good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.sources.batch import Hole
from pipeline.sources.json_capture.line import CaptureLine
from pipeline.sources.reading.times import time_us


@dataclass(slots=True)
class Missed:
    """Holes of one file. Those between two pages could not be filled. One of a broken connection that carried prints is
    closed as far back as a page reaches that was asked for afterwards."""

    between_pages: list[Hole] = field(default_factory=list)
    broken: list[tuple[str, Hole]] = field(default_factory=list)
    """With the connection's name."""
    carrying: set[str] = field(default_factory=set)
    """Connections that carried prints whose ids do not count: where they do, they tell what is missing."""
    oldest: int | None = None
    """Of the prints of the reply at hand."""

    def note(self, line: CaptureLine) -> None:
        """A hole; BadRecordError if it lacks its bounds. Holes of no time, and of other feeds, are none of the tape."""
        fields = line.facts or {}
        if fields.get("feed") not in ("trades", "stream"):
            return
        begin, end = (time_us(fields.get(name), f"{name} of a hole") for name in ("after_ms", "before_ms"))
        hole = Hole("trades", begin, end, max(end, line.recv))
        if begin < end and fields["feed"] == "trades":
            self.between_pages.append(hole)
        elif begin < end:
            self.broken.append((line.conn, hole))

    def heard(self, line: CaptureLine, event: int, values: Mapping[str, Any]) -> None:
        """A print, from a stream or in a reply."""
        if line.kind == "http":
            self.oldest = event if self.oldest is None else min(self.oldest, event)
        elif not values.get("is_aggregate"):
            self.carrying.add(line.conn)

    def replied(self) -> None:
        """The end of a reply: what its prints reach back to is not missing."""
        if self.oldest is not None:
            closed = [(conn, hole._replace(end=min(hole.end, self.oldest))) for conn, hole in self.broken]
            self.broken = [(conn, hole) for conn, hole in closed if hole.begin < hole.end]
        self.oldest = None

    def taken(self) -> tuple[Hole, ...]:
        """The holes between pages since it was last asked."""
        found, self.between_pages = tuple(self.between_pages), []
        return found

    def left(self) -> tuple[Hole, ...]:
        """At the end of the file, what was lost with connections and not made good."""
        return tuple(hole for conn, hole in self.broken if conn in self.carrying)
