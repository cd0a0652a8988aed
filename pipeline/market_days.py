"""The days of the markets in a lake, and what all steps of one share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.lake import Lake
from pipeline.market import Instrument, Market
from pipeline.recording import DayEdges, edges_of, joined_days
from pipeline.registry import Registered, instruments, registered
from pipeline.sources import SOURCES
from pipeline.spans import Sighting, Spans, resolve_spans
from pipeline.wanted import Wanted


@dataclass(frozen=True, slots=True)
class MarketDay:
    """What all steps of one market-day share."""

    market: Market
    day: date
    files: tuple[Registered, ...]
    spans: Spans
    edges: DayEdges

    @property
    def instrument(self) -> Instrument:
        return self.spans.on(self.day)

    @property
    def is_book_carried(self) -> bool:
        """False if levels of the day before may lie off the grid."""
        return not self.spans.is_coarser(self.day)

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(sorted({feed for file in self.files for feed in file.feeds}))


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
        moments = joined_days(file.days for file in files)
        for day in sorted({day for file in files for day in file.dates}):
            silence = timedelta(seconds=wanted.of(market, day).silence_s)
            touching = tuple(file for file in files if day in file.dates)
            is_archived = any(SOURCES[file.source].is_archive for file in touching)
            edges = edges_of(day, moments, silence, is_archived=is_archived)
            yield MarketDay(market, day, touching, spans[market], edges)
