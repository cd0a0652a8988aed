"""(6) What the signal explains of the return while it happens, and of the one after it: two numbers, never one."""

from dataclasses import asdict
from math import nan
from typing import Any, Final

import numpy as np

from backtest.inference.estimate import unknown
from backtest.inference.explained_variance import Explained, explained
from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import LEAST_APART, Case, p_value

SANITY_S: Final = 10
"""The horizon for which an honest bound is known."""


def explained_share(case: Case) -> dict[str, Any]:
    """Squared correlation with the own window and with the ones ahead, after known_ts and the latency."""
    claim, x = case.claim, case.series.value
    ahead = {h: _row(case, x, case.forward(h), h) for h in sorted({SANITY_S, claim.horizon_s})}
    now = _row(case, x, case.now(), claim.window_s)
    return {
        "window_s": claim.window_s,
        "contemporaneous": now,
        "predictive": [{"horizon_s": h} | row for h, row in ahead.items()],
        "is_explaining": is_explaining(case, now),
        "registered_sign_now": claim.sign_now,
    }


def _row(case: Case, x: Floats, y: Floats, span_s: float) -> dict[str, Any]:
    apart = case.apart(span_s, y)
    found = explained_of(case, x, y, span_s)
    return {
        "r2": found.r2,
        "r2_low": least_r2(found),
        "slope_bps": asdict(found.slope),
        "t": found.slope.t,
        "p": p_value(found.slope),
        "apart": apart,
    }


def explained_of(case: Case, x: Floats, y: Floats, span_s: float) -> Explained:
    """As backtest.inference, errors over twice the longer of the own window and the span; unknown of too few returns
    that do not overlap: a handful of minutes fits anything."""
    apart = case.with_value(x).apart(span_s, y)
    if apart < LEAST_APART:
        return Explained(nan, unknown(apart))
    return explained(x, y, case.lag(max(span_s, case.claim.window_s)))


def least_r2(found: Explained) -> float:
    """R2 at the end of the slope's interval that is nearer to 0; 0 if that holds 0."""
    slope = found.slope
    if not np.isfinite(found.r2):
        return nan
    if not np.isfinite(slope.low) or slope.low <= 0 <= slope.high:
        return 0.0
    near = min(abs(slope.low), abs(slope.high))
    return float(found.r2 * (near / slope.value) ** 2)


def is_explaining(case: Case, now: dict[str, Any]) -> bool:
    """Whether it moves with its own window beyond chance (1 %), the way that was registered if one was."""
    sign = case.claim.sign_now
    value = now["slope_bps"]["value"]
    return bool(now["p"] < 0.01 and now["apart"] >= LEAST_APART and (sign == 0 or value * sign > 0))
