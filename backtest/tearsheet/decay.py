"""(5) How the rank correlation with what follows falls off with the horizon."""

from dataclasses import asdict
from typing import Any, Final

import numpy as np

from backtest.inference.false_discovery import benjamini_yekutieli
from backtest.inference.information_coefficient import half_life
from backtest.tearsheet.book_mids import GRID_S, HORIZONS_S
from backtest.tearsheet.case import LEAST_APART, Case, p_value, too_short

NOT_ON_GRID: Final = "not measurable on this grid: books are a second apart"


def decay(case: Case) -> dict[str, Any]:
    """By horizon: correlation with interval, how many returns stand apart, p over the family of all horizons.

    A horizon of which fewer than twenty fit has no number and no part in the family: of it nothing can be said.
    """
    rows, tested, curve = [], [], {}
    for h in HORIZONS_S:
        if h < GRID_S:
            rows.append({"horizon_s": h, "status": NOT_ON_GRID, "ic": None, "p": None, "p_adjusted": None, "apart": 0})
            continue
        y = case.forward(h)
        apart = case.apart(h, y)
        found = case.ic(y, h)
        row: dict[str, Any] = {"horizon_s": h, "status": "measured", "ic": None, "p": None, "p_adjusted": None}
        row["apart"] = apart
        if apart < LEAST_APART:
            row["status"] = too_short(apart, h)
        elif not np.isfinite(found.value):
            row["status"] = f"no estimate from {found.n:,} values: one of both never varies"
        else:
            row |= {"ic": asdict(found), "p": p_value(found)}
            tested.append(row)
            curve[h] = found
        rows.append(row)
    for row, p in zip(tested, benjamini_yekutieli(np.array([r["p"] for r in tested])) if tested else [], strict=True):
        row["p_adjusted"] = float(p)
    life = half_life(curve)
    return {
        "rows": rows,
        "method": _method(case),
        "half_life_s": life if np.isfinite(life) else None,
        "half_life_said": _said(life),
        "best_horizon_s": _best(case, tested),
    }


def _best(case: Case, tested: list[dict[str, Any]]) -> float | None:
    """The horizon that speaks most for the registered sign; None if none has that sign."""
    right = [row for row in tested if row["ic"]["value"] * case.claim.sign > 0]
    return min(right, key=lambda row: row["p"])["horizon_s"] if right else None


def _method(case: Case) -> str:
    if case.is_daily:
        return "mean of daily rank correlations, stationary bootstrap over days"
    return "rank correlation of all places at once, Newey-West interval: fewer than ten days"


def _said(life: float) -> str:
    if np.isnan(life):
        return "not stated: the largest correlation may be 0"
    return "beyond the longest horizon measured" if np.isinf(life) else f"{life:,.3g} s"
