"""What the user chose for the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pipeline.market import Market, MarketSettings, sibling_spot, venues_perp
from pipeline.neighbours import Neighbours

Changes = tuple[tuple[date, Mapping[str, Any]], ...]
"""Settings that change, by the day from which they hold, earliest first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user chose: settings of markets, parameters of signals by name, and by own market the reference it is
    compared with and the peers it is summed up with.

    `changes` has an entry, if an empty one, for every market that footprint.toml speaks of.
    """

    markets: Mapping[Market, MarketSettings] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preset: str = "default"
    pairs: Mapping[Market, Market] = field(default_factory=dict)
    groups: Mapping[Market, tuple[Market, ...]] = field(default_factory=dict)
    changes: Mapping[Market, Changes] = field(default_factory=dict)

    def of(self, market: Market, day: date = date.min) -> MarketSettings:
        """The settings on a day: those of the beginning, with every change up to that day."""
        settings = self.markets.get(market, MarketSettings())
        for begin, values in self.changes.get(market, ()):
            if begin <= day:
                settings = replace(settings, **values)
        return settings

    def neighbours_of(self, market: Market) -> Neighbours:
        """As stated; without a pair, the same symbol on the sibling spot venue is the reference, of a chain of options
        the perpetual of its venue."""
        reference = self.pairs.get(market) or sibling_spot(market) or venues_perp(market)
        return Neighbours(reference, tuple(sorted(self.groups.get(market, ()))))
