"""(13) How many ways this signal was judged, and what is left of the best once that is counted."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from backtest.inference.deflated_sharpe import deflate
from backtest.inference.overfitting import overfitting
from backtest.trial import Trial, distinct, return_matrix

_LEAST_DAYS: Final = 20
_BLOCKS: Final = 16
_SAME: Final = 0.8


def trial_count(trials: Sequence[Trial], chosen: Trial | None) -> dict[str, Any]:
    """Number of trials, how many differ, deflated Sharpe of `chosen`, chance of overfitting; null with a reason."""
    made = distinct(trials)
    priced = [trial for trial in made if trial.returns]
    returns = return_matrix(priced)
    days, ways = returns.shape
    found: dict[str, Any] = {"trials": len(made), "effective_trials": None, "days": days, "dsr": None, "pbo": None}
    found |= {"dsr_why": None, "pbo_why": None, "sharpe_per_day": None, "hurdle": None}
    if chosen is None or not priced:
        why = "no position follows from a size, so there are no returns" if made else "nothing was registered"
        return found | {"dsr_why": why, "pbo_why": why}
    place = next(k for k, trial in enumerate(priced) if distinct([trial, chosen]) == [trial])
    if days < _LEAST_DAYS:
        found["dsr_why"] = f"{days} day{'s' * (days != 1)} of returns; {_LEAST_DAYS} are needed"
    else:
        said = deflate(returns, place, least_correlation=_SAME)
        found |= {"effective_trials": said.effective_trials, "sharpe_per_day": said.sharpe, "hurdle": said.hurdle}
        found["dsr"] = said.dsr if np.isfinite(said.dsr) else None
        found["dsr_why"] = None if np.isfinite(said.dsr) else "the returns do not vary"
    if days < 3 * _BLOCKS or ways < 2:
        found["pbo_why"] = f"{days} day{'s' * (days != 1)} and {ways} trials; {3 * _BLOCKS} days and 2 are needed"
    else:
        found["pbo"] = overfitting(returns, blocks=_BLOCKS).pbo
    return found


def is_out_of_sample(found: dict[str, Any]) -> bool:
    """Whether competition leaves enough: deflated Sharpe above 0.95 and overfitting at most 0.2."""
    return bool(found["dsr"] is not None and found["dsr"] > 0.95 and found["pbo"] is not None and found["pbo"] <= 0.2)
