"""(13) How many ways this signal was judged, and what is left of the best once that is counted."""

from collections.abc import Sequence
from typing import Any

from backtest.competition import compete
from backtest.trial import Trial, distinct


def trial_count(trials: Sequence[Trial], chosen: Trial | None) -> dict[str, Any]:
    """Number of trials, how many differ, deflated Sharpe of `chosen`, chance of overfitting; null with a reason."""
    made = distinct(trials)
    priced = [trial for trial in made if trial.returns]
    found: dict[str, Any] = {"trials": len(made), "effective_trials": None, "days": 0, "dsr": None, "pbo": None}
    found |= {"dsr_why": None, "pbo_why": None, "sharpe_per_day": None, "hurdle": None, "is_won": False}
    if chosen is None or not priced:
        why = "no position follows from a size, so there are no returns" if made else "nothing was registered"
        return found | {"dsr_why": why, "pbo_why": why}
    one = compete(priced, next(k for k, trial in enumerate(priced) if distinct([trial, chosen]) == [trial]))
    return found | {
        "effective_trials": one.n_trials_effective if one.deflated else None,  # of few days all look alike
        "days": one.days,
        "dsr": one.dsr,
        "pbo": one.pbo,
        "dsr_why": one.dsr_reason or None,
        "pbo_why": one.pbo_reason or None,
        "sharpe_per_day": one.deflated and one.deflated.sharpe,
        "hurdle": one.deflated and one.deflated.hurdle,
        "is_won": one.is_won,
    }
