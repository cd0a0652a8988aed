"""(14) What effect this sample could have shown, to be said before "no effect"."""

from typing import Any, Final

import numpy as np

from backtest.inference.effective_sample import needed_n, power_statement
from backtest.inference.ranks import mid_ranks
from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case
from backtest.verdict import LEVEL, POWER

SMALL_IC: Final = 0.02


def power(case: Case, horizon_s: float) -> dict[str, Any]:
    """Of the rank correlation with what follows, from how both remember."""
    x, y = _ranks(case.series.value), _ranks(case.forward(horizon_s))
    n = int((np.isfinite(x) & np.isfinite(y)).sum())
    found: dict[str, Any] = {"horizon_s": horizon_s, "n": n, "level": LEVEL, "power": POWER}
    found |= {"n_eff": None, "detectable_ic": None, "needed_for_small_ic": needed_n(SMALL_IC, level=LEVEL, power=POWER)}
    if n < 3:
        return found | {"said": f"{n} pairs: nothing could have been shown"}
    lags = min(case.lag(horizon_s), x.size - 1)
    said = power_statement(x, y, lags=lags, level=LEVEL, power=POWER)
    if not np.isfinite(said.n_eff):
        return found | {"said": "the signal or the return does not vary: nothing could have been shown"}
    if said.detectable_ic >= 1:
        return found | {"n_eff": said.n_eff, "said": f"{n:,} observations are worth {said.n_eff:.1f}: too few for any"}
    return found | {"n_eff": said.n_eff, "detectable_ic": said.detectable_ic, "said": str(said)}


def _ranks(x: Floats) -> Floats:
    out = np.full(x.size, np.nan)
    seen = np.isfinite(x)
    out[seen] = mid_ranks(x[seen])
    return out
