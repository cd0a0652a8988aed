"""What is left of a Sharpe ratio once every way that was tried is counted: for strategies and signals alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference.deflated_sharpe import Deflated, deflate, effective_trials
from backtest.inference.overfitting import Overfitting, overfitting
from backtest.trial import Trial, return_matrix

LEAST_DSR = 0.95
MOST_PBO = 0.2
SAME_IDEA = 0.5
"""Trials whose daily returns correlate by that much on average are one idea."""

LEAST_DAYS = 30
"""Of daily returns, before their third and fourth moments say anything."""

_BLOCKS = 16
_LEAST_BLOCKS = 4
_DAYS_A_BLOCK = 3


@dataclass(frozen=True, slots=True)
class Competition:
    """`dsr` and `pbo` are None where they cannot be stated, for the reason beside; `blocks`: how the days were cut."""

    n_trials: int
    n_trials_effective: int
    days: int
    deflated: Deflated | None
    dsr_reason: str
    overfit: Overfitting | None
    pbo_reason: str
    blocks: int

    @property
    def dsr(self) -> float | None:
        return self.deflated.dsr if self.deflated else None

    @property
    def pbo(self) -> float | None:
        return self.overfit.pbo if self.overfit else None

    @property
    def is_won(self) -> bool:
        """Significant after all that was tried, and not by overfitting."""
        return self.dsr is not None and self.dsr > LEAST_DSR and self.pbo is not None and self.pbo <= MOST_PBO


def compete(trials: Sequence[Trial], chosen: int) -> Competition:
    """The chosen one of all distinct trials on the same data."""
    returns = return_matrix(trials)
    days, count = returns.shape
    moving = int((np.ptp(returns, axis=0) > 0).sum()) if days else 0
    picked_moves = days > 0 and bool(np.ptp(returns[:, chosen]) > 0)
    dsr_reason = ""
    if not picked_moves:
        dsr_reason = "the configuration made no profit or loss on any day, or the same on each"
    elif days < LEAST_DAYS:
        dsr_reason = f"{days} days of returns, {LEAST_DAYS} are needed"
    blocks = min(_BLOCKS, days // _DAYS_A_BLOCK // 2 * 2)
    pbo_reason = ""
    if count < 2:
        pbo_reason = "a single configuration was tried: nothing was chosen"
    elif not moving:
        pbo_reason = "no configuration made a profit or loss"
    elif blocks < _LEAST_BLOCKS:
        pbo_reason = f"{days} days of returns, {_LEAST_BLOCKS * _DAYS_A_BLOCK} are needed"
    return Competition(
        n_trials=count,
        n_trials_effective=effective_trials(returns, SAME_IDEA) if days else count,
        days=days,
        deflated=None if dsr_reason else deflate(returns, chosen, least_correlation=SAME_IDEA),
        dsr_reason=dsr_reason,
        overfit=None if pbo_reason else overfitting(returns, blocks=blocks),
        pbo_reason=pbo_reason,
        blocks=0 if pbo_reason else blocks,
    )
