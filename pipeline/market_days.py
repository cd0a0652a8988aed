"""The days of the markets in a lake, and what all steps of one share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.lake import Lake
from pipeline.market import Instrument, Market
from pipeline.recording import DayEdges, edges_of, joined_days
from pipeline.registry import Registered, instruments, registered
from pipeline.sources import SOURCES
from pipeline.wanted import Wanted


@dataclass(frozen=True, slots=True)
class MarketDay:
    """What all steps of one market-day share."""

    market: Market
    day: date
    files: tuple[Registered, ...]
    instrument: Instrument
    edges: DayEdges

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(sorted({feed for file in self.files for feed in file.feeds}))


def market_days(lake: Lake, wanted: Wanted) -> Iterator[MarketDay]:
    """Every day of every market that registered files touch, in order."""
    known = instruments(lake)
    by_market: dict[Market, list[Registered]] = {}
    for file in registered(lake):
        by_market.setdefault(file.market, []).append(file)
    for market, files in by_market.items():
        moments = joined_days(file.days for file in files)
        silence = timedelta(seconds=wanted.of(market).silence_s)
        for day in sorted({day for file in files for day in file.dates}):
            touching = tuple(file for file in files if day in file.dates)
            is_archived = any(SOURCES[file.source].is_archive for file in touching)
            edges = edges_of(day, moments, silence, is_archived=is_archived)
            yield MarketDay(market, day, touching, known[market], edges)
