"""A market of the simulated world: an exchange under a venue's name, and who makes it."""

from dataclasses import dataclass

from pipeline.simulator.consensus import Anchor, Fair
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.presets import MarketParams


@dataclass(frozen=True, slots=True)
class Market:
    """`place` is its number in the world; the first is the perpetual whose makers the truth is about."""

    place: int
    params: MarketParams
    exchange: Exchange
    instrument: Instrument
    fair: Fair
    anchor: Anchor

    def gap_us(self, seconds: float) -> int:
        """A mean gap of a market of activity 1, in microseconds on this one."""
        return int(seconds * 1_000_000 / self.params.activity)
