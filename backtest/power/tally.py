"""What trades of one market came to: one row of numbers per control, to be pooled over markets."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.inference.newey_west import hac_lag, hac_mean
from backtest.power.market import Costs, Market
from backtest.power.plays import Plays
from backtest.trading.funding_cash import Stamps
from signals.inventory_scores import DAY_MIN

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BPS = 1e4
_LEAST_TRADES = 5
"""With fewer nothing is said to be found."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Trades of one control in one market. Sums in bps of the entries' notionals; shares NaN without trades.

    found: by length of a sample (days), in how many of how many stretches of the market the mean gross was found to be
    above 0: the judge's 95 % interval lies above it. error: standard error of the mean gross (Newey and West).
    """

    n: int
    n_open: int
    gross_bps: float
    funding_bps: float
    net_bps: float
    error_bps: float
    wins: int
    chance_wins: float
    found: Mapping[int, tuple[int, int]]

    @property
    def mean_bps(self) -> float:
        """Gross, of a trade."""
        return self.gross_bps / self.n if self.n else float("nan")


def tally(plays: Plays, market: Market, costs: Costs, *, first_min: int, sample_days: tuple[int, ...]) -> Tally:
    """Count and sum up; samples of each length follow one another from minute `first_min` on, a rest is left out."""
    gross, funding = gross_bps(plays, market), funding_bps(plays, market)
    day = (plays.entered - first_min) // DAY_MIN
    n_days = (market.ends.size - first_min) // DAY_MIN
    return Tally(
        n=gross.size,
        n_open=plays.n_open,
        gross_bps=float(gross.sum()),
        funding_bps=float(funding.sum()),
        net_bps=float((gross + funding).sum()) - costs.round_trip_bps * gross.size,
        error_bps=_estimate(gross)[1],
        wins=int((gross > 0).sum()),
        chance_wins=plays.chance_wins(),
        found={
            length: (
                sum(is_found(gross[day // length == place]) for place in range(n_days // length)),
                n_days // length,
            )
            for length in sample_days
        },
    )


def gross_bps(plays: Plays, market: Market) -> Floats:
    """side * (exit / entry - 1), at the mids of the minutes after the decisions."""
    entry, leave = market.mid[plays.entered + 1], market.mid[plays.left + 1]
    return plays.side * (leave / entry - 1) * _BPS


def funding_bps(plays: Plays, market: Market) -> Floats:
    """What the settlements met after the entry, up to the exit, pay."""
    entered, left = market.ends[plays.entered + 1], market.ends[plays.left + 1]
    return -plays.side * _paid(market.stamps, entered, left) / market.mid[plays.entered + 1] * _BPS


def is_found(gross: Floats) -> bool:
    """Whether the judge would say that the mean is above 0."""
    low, _ = _estimate(gross)
    return gross.size >= _LEAST_TRADES and low > 0


def _estimate(gross: Floats) -> tuple[float, float]:
    """Lower end of the 95 % interval of the mean, and its standard error."""
    if gross.size < 2:
        return float("nan"), float("nan")
    found = hac_mean(gross, hac_lag(1, gross.size))
    return found.low, found.error


def _paid(stamps: Stamps, entered: Ints, left: Ints) -> Floats:
    """Quote paid per base long from after `entered` up to `left`."""
    total = np.concatenate([[0.0], np.cumsum(stamps.rates * stamps.ref_px)])
    first, after = (np.searchsorted(stamps.times, at, side="right") for at in (entered, left))
    return total[after] - total[first]
