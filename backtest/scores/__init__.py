"""Scores: how well detectors find what is there: a file per detector, its truth and matching, the card of them all."""

from backtest.scores.inventory import score_inventory
from backtest.scores.pulls import score_pulls
from backtest.scores.regime import score_regime, true_regimes
from backtest.scores.replenishment import score_replenishment
from backtest.scores.sweeps import score_sweeps
from backtest.scores.wash_like import score_wash_like

__all__ = [
    "score_inventory",
    "score_pulls",
    "score_regime",
    "score_replenishment",
    "score_sweeps",
    "score_wash_like",
    "true_regimes",
]
