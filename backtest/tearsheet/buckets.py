"""(8) The mean of what follows, by quantile of the signal."""

from dataclasses import asdict
from typing import Any, Final

from backtest.inference.quantile_buckets import quantile_buckets, top_minus_bottom
from backtest.tearsheet.case import LEAST_APART, Case, too_short

BUCKETS: Final = 5


def buckets(case: Case, horizon_s: float) -> dict[str, Any]:
    """Bps after each fifth of the signal with interval and n, and the top less the bottom."""
    x, y, lag = case.series.value, case.forward(horizon_s), case.lag(horizon_s)
    apart = case.apart(horizon_s, y)
    if apart < LEAST_APART:
        return {"horizon_s": horizon_s, "rows": [], "top_minus_bottom_bps": None, "note": too_short(apart, horizon_s)}
    found = quantile_buckets(x, y, buckets=BUCKETS, lag=lag)
    return {
        "horizon_s": horizon_s,
        "rows": [{"from": one.low, "to": one.high, "mean_bps": asdict(one.mean)} for one in found],
        "top_minus_bottom_bps": asdict(top_minus_bottom(x, y, buckets=BUCKETS, lag=lag)),
        "note": "quantiles of the whole sample describe it; nobody knew them at the time",
    }
