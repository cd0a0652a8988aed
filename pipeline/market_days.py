"""The days of the markets in a lake, and what all steps of one share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pipeline.coverage import Coverage, Stretch
from pipeline.feeding import Only, fed_by, feeding, only_of, table_of
from pipeline.lake import Lake
from pipeline.market import Instrument, Market
from pipeline.recording import DayEdges, DayMoments, edges_of, joined_days
from pipeline.registry import Registered, instruments, registered
from pipeline.sources import SOURCES
from pipeline.sources.batch import Hole
from pipeline.spans import Sighting, Spans, resolve_spans
from pipeline.wanted import Wanted

_BOOK: Final = "book_updates"
_LIVE: Final = frozenset({_BOOK, "trades", "book_ticker", "derivative_ticker", "option_quotes"})
"""Feeds that tell that a market was recorded: statistics of periods, settlements and bars do not."""


@dataclass(frozen=True, slots=True)
class MarketDay:
    """What all steps of one market-day share. `sources`: by feed, the one that feeds what is computed; `carried_from`:
    the source of the book in which the day opens, "" if there was none; `uncovered`: by table, stretches of the day
    that no file covers, where all that feed it say what they cover; `holes`: what recorders know that they missed."""

    market: Market
    day: date
    files: tuple[Registered, ...]
    spans: Spans
    edges: DayEdges
    sources: dict[str, str]
    carried_from: str
    uncovered: dict[str, tuple[Stretch, ...]]
    holes: tuple[Hole, ...]

    @property
    def instrument(self) -> Instrument:
        return self.spans.on(self.day)

    @property
    def is_book_carried(self) -> bool:
        """False if another source feeds the book than before, or levels of the day before may lie off the grid."""
        is_same = self.sources.get(_BOOK, self.carried_from) == self.carried_from
        return (is_same or not self.carried_from) and not self.spans.is_coarser(self.day)

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(sorted({feed for file in self.files for feed in file.feeds}))

    @property
    def is_live(self) -> bool:
        """Whether anything but funding rates was recorded."""
        return _is_live(self.sources)

    def only(self, table: str) -> Only:
        """What of a table feeds what is computed."""
        return only_of(table, _found(self.files, self.day), self.sources)

    def fed(self, table: str) -> str:
        """Who feeds a table, in words."""
        return fed_by(table, self.sources)


def current_spans(lake: Lake, wanted: Wanted) -> dict[Market, Spans]:
    """The instruments of each market with files, as they are to be."""
    known = instruments(lake)
    sightings: dict[Market, list[Sighting]] = {}
    for file in registered(lake):
        sightings.setdefault(file.market, []).append((file.dates, file.seen))
    return {market: resolve_spans(market, wanted, known.get(market), seen) for market, seen in sightings.items()}


def market_days(lake: Lake, wanted: Wanted, spans: Mapping[Market, Spans]) -> Iterator[MarketDay]:
    """Every day of every market that registered files touch, in order."""
    by_market: dict[Market, list[Registered]] = {}
    for file in registered(lake):
        by_market.setdefault(file.market, []).append(file)
    for market, files in by_market.items():
        yield from _days_of(market, files, wanted, spans[market])


def _days_of(market: Market, files: Sequence[Registered], wanted: Wanted, spans: Spans) -> Iterator[MarketDay]:
    touching = {
        day: tuple(file for file in files if day in file.dates)
        for day in sorted({day for file in files for day in file.dates})
    }
    sources = {day: feeding(_found(some, day), wanted.of(market, day).prefer) for day, some in touching.items()}
    heard = {day: _heard(some, day, sources[day]) for day, some in touching.items()}
    moments = _moments(heard)
    live = _moments({day: some for day, some in heard.items() if _is_live(sources[day])})
    coverage = Coverage.of(files)
    book = ""
    for day, some in touching.items():
        silence = timedelta(seconds=wanted.of(market, day).silence_s)
        is_archived = any(SOURCES[file.source].is_archive for file in heard[day])
        edges = edges_of(day, live if _is_live(sources[day]) else moments, silence, is_archived=is_archived)
        uncovered = coverage.missing(day, sources[day])
        holes = coverage.holes(day, sources[day])
        yield MarketDay(market, day, some, spans, edges, sources[day], book, uncovered, holes)
        book = sources[day].get(_BOOK, book)


def _is_live(feeds: Iterable[str]) -> bool:
    return any(table_of(feed) in _LIVE for feed in feeds)


def _moments(heard: Mapping[date, Sequence[Registered]]) -> dict[date, DayMoments]:
    return joined_days({day: file.days[day]} for day, some in heard.items() for file in some if day in file.days)


def _found(files: Sequence[Registered], day: date) -> list[tuple[str, str]]:
    return [(feed, file.source) for file in files for feed in file.day_feeds.get(day, ())]


def _heard(files: Sequence[Registered], day: date, sources: Mapping[str, str]) -> Sequence[Registered]:
    """The files that tell when the market was recorded: those that feed something. A month of funding rates tells
    nothing of the hours between them, where there is anything else."""
    feeding = [(file, feed) for file in files for feed in file.day_feeds.get(day, ()) if sources[feed] == file.source]
    live = [file for file, feed in feeding if table_of(feed) in _LIVE]
    chosen = live or [file for file, _ in feeding]
    return list({file.file_id: file for file in chosen}.values())
