"""An instrument: its name, and how the venue prints its prices and sizes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """A linear perpetual quoted in dollars: a tick is `tick_cents` cents, a lot one thousandth of the base."""

    symbol: str
    tick_cents: int

    def price_text(self, ticks: int) -> str:
        """The price with two decimals: 420001 ticks of 10 cents are "42000.10"."""
        cents = ticks * self.tick_cents
        return f"{cents // 100}.{cents % 100:02d}"

    def qty_text(self, lots: int) -> str:
        """The quantity with three decimals: 1500 lots are "1.500"."""
        return f"{lots // 1000}.{lots % 1000:03d}"
