"""Fees of a venue: what an account of one tier pays to take and to make, in bps of the notional of each leg."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_BPS = 1e-4


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """A fee below 0 is a rebate. `source` says where the numbers stand, and how sure they are."""

    venue: str
    tier: str
    maker_bps: float
    taker_bps: float
    source: str

    def taken(self, notional_quote: float) -> float:
        """Fee (quote) of a taker leg."""
        return notional_quote * self.taker_bps * _BPS

    def made(self, notional_quote: float) -> float:
        """Fee (quote) of a maker leg."""
        return notional_quote * self.maker_bps * _BPS

    def round_trips(self) -> Mapping[str, float]:
        """Fees (bps) of going in and out, by how: to hold a break-even cost against."""
        return {
            "taker_taker": 2 * self.taker_bps,
            "maker_taker": self.maker_bps + self.taker_bps,
            "maker_maker": 2 * self.maker_bps,
        }


BASE_TIERS: Final = (
    FeeSchedule(
        venue="hyperliquid",
        tier="base",
        maker_bps=1.5,
        taker_bps=4.5,
        source="read in secondary sources only; venues change fees, check before use",
    ),
)
"""Examples of what an account without volume pays. Other venues' are the caller's to state."""
