"""What the user chose for the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.market import Market, MarketSettings, sibling_spot
from pipeline.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user chose: settings of markets, parameters of signals by name, and by own market the reference it is
    compared with and the peers it is summed up with."""

    markets: Mapping[Market, MarketSettings] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preset: str = "default"
    pairs: Mapping[Market, Market] = field(default_factory=dict)
    groups: Mapping[Market, tuple[Market, ...]] = field(default_factory=dict)

    def of(self, market: Market) -> MarketSettings:
        return self.markets.get(market, MarketSettings())

    def neighbours_of(self, market: Market) -> Neighbours:
        """As stated; without a pair, the same symbol on the sibling spot venue is the reference."""
        return Neighbours(self.pairs.get(market) or sibling_spot(market), tuple(sorted(self.groups.get(market, ()))))
