"""(4) Whether a probability comes true as often as it says."""

from typing import Any, Final

import numpy as np

from backtest.tearsheet.case import Case

_BINS: Final = 10
_LEAST: Final = 30
_FLOOR: Final = 1e-6
NOT_ONE: Final = "the signal is no probability"


def calibration(case: Case) -> dict[str, Any]:
    """Reliability, Brier and log score of p(high) against "the move of the next horizon is large".

    Nobody sees the state itself. Large is above the quantile that makes it as frequent as p says on average, so the
    level of p is right by construction: what is judged is whether high p stands where large moves follow.
    """
    if not case.claim.is_probability:
        return {"is_applicable": False, "why": NOT_ONE}
    p, move = case.series.value, case.forward(case.claim.horizon_s)
    seen = np.isfinite(p) & np.isfinite(move)
    if seen.sum() < _LEAST:
        return {"is_applicable": True, "why": f"{int(seen.sum())} minutes with a probability and a move after it"}
    stated = np.clip(p[seen], _FLOOR, 1 - _FLOOR)
    came = move[seen] > np.quantile(move[seen], 1 - stated.mean())
    rate = float(np.clip(came.mean(), _FLOOR, 1 - _FLOOR))
    chance = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    place = np.minimum((stated * _BINS).astype(int), _BINS - 1)
    return {
        "is_applicable": True,
        "why": "large: above the quantile that is as frequent as p says on average; its level is so by construction",
        "n": int(seen.sum()),
        "mean_p": float(stated.mean()),
        "rate": rate,
        "brier": float(((stated - came) ** 2).mean()),
        "brier_of_the_rate": rate * (1 - rate),
        "log_score": float(-np.where(came, np.log(stated), np.log(1 - stated)).mean()),
        "log_score_of_the_rate": float(chance),
        "reliability": [
            {
                "from": b / _BINS,
                "to": (b + 1) / _BINS,
                "n": int((place == b).sum()),
                "stated": float(stated[place == b].mean()),
                "came": float(came[place == b].mean()),
            }
            for b in range(_BINS)
            if (place == b).any()
        ],
    }
