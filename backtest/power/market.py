"""What a market by the minute shows to everyone, and the rule that is played on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.placebo.control_rows import Exits
from backtest.trading.funding_cash import Stamps
from signals.inventory_scores import Windows
from signals.reversion_machine import Rules

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Market:
    """Minutes without a hole: their ends (microseconds), mids, and base that makers bought less what they sold."""

    ends: Ints
    mid: Floats
    received: Floats
    stamps: Stamps


@dataclass(frozen=True, slots=True)
class Strategy:
    """Parameters of maker_inventory and of reversion_signal, and the plain exits of the controls."""

    half_life_min: int
    burn_in_half_lives: int
    windows: Windows
    min_coverage: float
    rules: Rules
    exits: Exits


@dataclass(frozen=True, slots=True)
class Costs:
    """Of a round trip, bps of the notional: the fees of both legs, and one spread."""

    fees_bps: float
    spread_bps: float

    @property
    def round_trip_bps(self) -> float:
        return self.fees_bps + self.spread_bps
