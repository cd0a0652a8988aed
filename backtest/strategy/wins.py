"""How often trades won, and what wins paid against losses. A win rate alone says nothing: exits can be set for any."""

from dataclasses import dataclass
from math import nan

import polars as pl

from backtest.inference.chance import zero_edge_win_rate
from backtest.intervals import wilson


@dataclass(frozen=True, slots=True)
class Wins:
    """Share of `n` closed trades with a net above 0, its Wilson interval; mean win over mean loss (NaN without either).

    `by_geometry`: the share that a random walk wins before costs between a stop and a target as far as the rule's.
    """

    rate: float
    low: float
    high: float
    payoff: float
    n: int
    by_geometry: float


def wins_of(closed: pl.DataFrame, *, stop: float, target: float) -> Wins:
    """stop, target: fractions of the entry, the target about the pullback that is regained."""
    net = closed["net_bps"]
    won, lost = net.filter(net > 0), net.filter(net <= 0)
    low, high = wilson(won.len(), net.len())
    has_both = won.len() and lost.len() and lost.sum() < 0
    return Wins(
        rate=won.len() / net.len() if net.len() else nan,
        low=low,
        high=high,
        payoff=float(won.sum()) / won.len() / (-float(lost.sum()) / lost.len()) if has_both else nan,
        n=net.len(),
        by_geometry=zero_edge_win_rate(stop=stop, target=target),
    )
