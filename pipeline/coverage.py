"""Which stretches of a day no file of a feed covers, where all its files say which stretch they are of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pipeline.feeding import table_of
from pipeline.recording import day_start
from pipeline.registry import Registered
from pipeline.sources.batch import Hole

Stretch = tuple[datetime, datetime]
"""From, and up to before."""

_Place = tuple[str, str, date]
"""Source, table and day."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the files of one market cover. `stated`: stretches that touch a day; `unstated`: where a file holds records
    and does not say of which stretch it is."""

    stated: Mapping[_Place, Sequence[Stretch]] = field(default_factory=dict)
    unstated: frozenset[_Place] = frozenset()
    missed: Mapping[str, tuple[Hole, ...]] = field(default_factory=dict)
    """By source, what its files know that they missed."""

    @classmethod
    def of(cls, files: Iterable[Registered]) -> "Coverage":
        stated: dict[_Place, list[Stretch]] = defaultdict(list)
        unstated: set[_Place] = set()
        missed: dict[str, tuple[Hole, ...]] = {}
        for file in files:
            if file.holes:
                missed[file.source] = tuple(sorted({*missed.get(file.source, ()), *file.holes}))
            if file.span is None:
                feeds = ((day, feed) for day, found in file.day_feeds.items() for feed in found)
                unstated.update((file.source, table_of(feed), day) for day, feed in feeds)
                continue
            for table in file.feeds:
                for day in _days(file.span):
                    stated[file.source, table, day].append(file.span)
        return cls(dict(stated), frozenset(unstated), missed)

    def missing(self, day: date, sources: Mapping[str, str]) -> dict[str, tuple[Stretch, ...]]:
        """By table the stretches of the day outside of all its files; of tables that `sources` feeds (by feed)."""
        feeding: dict[str, set[str]] = {}
        for feed, source in sources.items():
            feeding.setdefault(table_of(feed), set()).add(source)
        found = {table: self._missing(day, table, names) for table, names in sorted(feeding.items())}
        return {table: stretches for table, stretches in found.items() if stretches}

    def holes(self, day: date, sources: Mapping[str, str]) -> tuple[Hole, ...]:
        """What the sources that feed the day know that they missed of it."""
        begin, end = (int(day_start(one).timestamp()) * 1_000_000 for one in (day, day + timedelta(days=1)))
        feeding = {(source, table_of(feed)) for feed, source in sources.items()}
        found = [hole for source, table in feeding for hole in self.missed.get(source, ()) if hole.table == table]
        return tuple(sorted(hole for hole in found if hole.begin < end and hole.end > begin))

    def _missing(self, day: date, table: str, sources: Iterable[str]) -> tuple[Stretch, ...]:
        places = [(source, table, day) for source in sources]
        if any(place in self.unstated for place in places):
            return ()
        known = sorted(stretch for place in places for stretch in self.stated.get(place, ()))
        at, end = day_start(day), day_start(day + timedelta(days=1))
        rows: list[Stretch] = []
        for begin, until in known:
            if begin > at:
                rows.append((at, min(begin, end)))
            at = max(at, until)
        return (*rows, (at, end)) if at < end else tuple(rows)


def _days(span: Stretch) -> list[date]:
    first, last = span[0].date(), (span[1] - timedelta(microseconds=1)).date()
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
