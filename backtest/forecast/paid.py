"""What a forecast of returns would have earned by the plainest rule: follow its sign when it is beyond the cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.rows import ForecastRows
from backtest.inference.apart import apart
from backtest.inference.estimate import Estimate
from backtest.inference.newey_west import hac_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Paid:
    """Trades that do not overlap, bps each. gross: of every sign followed, which is the round trip it could pay for;
    net: of forecasts beyond the cost alone, after it; by_day: sums of net by UTC day, 0 on a day without a trade."""

    gross: Estimate
    net: Estimate
    by_day: Mapping[date, float]


def paid(rows: ForecastRows, at: Ints, said: Floats, *, cost_bps: float) -> Paid:
    """By forecasts `said` (m,) of the rows `at`; no position is opened before the last one is closed."""
    known, end = rows.samples.known[at], rows.samples.end[at]
    stated, beyond = (np.flatnonzero(np.abs(said) > least) for least in (0.0, cost_bps))
    always, worth = (wanted[apart(known[wanted], end[wanted])] for wanted in (stated, beyond))
    gross, net = (np.sign(said[one]) * rows.y[at[one]] for one in (always, worth))
    net = net - cost_bps
    days, traded = rows.day()[at], rows.day()[at[worth]]
    sums = {_EPOCH + timedelta(days=int(day)): float(net[traded == day].sum()) for day in np.unique(days)}
    return Paid(hac_mean(gross, 1), hac_mean(net, 1), sums)
