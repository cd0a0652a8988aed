"""(7) What the signal adds to what everybody can see: past return, taker flow, the reference market, volatility."""

from dataclasses import asdict
from math import nan
from typing import Any, Final

import numpy as np

from backtest.inference.estimate import Estimate, unknown
from backtest.inference.information_coefficient import rank_correlation
from backtest.inference.newey_west import hac_slopes
from backtest.inference.ranks import mid_ranks
from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case, p_value

PAST: Final = "past return"


def incremental(case: Case, horizon_s: float) -> dict[str, Any]:
    """Rank correlation with what follows, given each control and all of them, on places where all are known."""
    y = case.forward(horizon_s)
    names = list(case.controls)
    rows = [row(case, y, horizon_s, [])]
    rows += [row(case, y, horizon_s, [name]) for name in names]
    if len(names) > 1:
        rows.append(row(case, y, horizon_s, names))
    return {"horizon_s": horizon_s, "rows": rows}


def row(case: Case, y: Floats, horizon_s: float, given: list[str]) -> dict[str, Any]:
    """One partial correlation; its interval is that of the slope between ranks."""
    held = np.column_stack([case.controls[name] for name in given]) if given else np.empty((y.size, 0))
    value, slope = partial(case, y, horizon_s, held)
    return {"given": given, "ic": value, "slope": asdict(slope), "p": p_value(slope)}


def partial(case: Case, y: Floats, horizon_s: float, held: Floats) -> tuple[float, Estimate]:
    """Partial rank correlation, and the slope of the ranks of y on those of the signal with the controls' in."""
    x = case.series.value
    seen = np.isfinite(x) & np.isfinite(y) & np.isfinite(held).all(axis=1)
    if not case.is_enough(np.where(seen, y, np.nan), horizon_s):
        return nan, unknown(int(seen.sum()))
    ranks = np.full((x.size, 2 + held.shape[1]), np.nan)
    for column, values in enumerate((y, x, *held.T)):
        inside = mid_ranks(values[seen])
        sd = inside.std() if inside.size else 0.0
        ranks[seen, column] = (inside - inside.mean()) / sd if sd > 0 else 0.0
    value = rank_correlation(x[seen], y[seen], held[seen])
    return value, hac_slopes(ranks[:, 0], ranks[:, 1:], case.lag(horizon_s))[0]
