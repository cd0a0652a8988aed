"""What a tearsheet is made from: a claim, its signal on a grid, the market's mids, and what else was known."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from backtest.claims.claim import Claim
from backtest.inference.estimate import Estimate, unknown
from backtest.inference.information_coefficient import Sampling, mean_ic, pooled_ic
from backtest.inference.newey_west import hac_lag
from backtest.inference.student import student_95, student_p
from backtest.tearsheet.book_mids import GRID_S, HORIZONS_S, BookMids, Floats
from backtest.tearsheet.series import Series
from backtest.verdict import LEAST_DAYS

LEAST_APART = 20
"""Fewer returns that do not overlap say nothing about a horizon."""
_LEAST_ROWS = 30
_SAMPLING = Sampling(block=None, draws=1_000, seed=1)


@dataclass(frozen=True, slots=True)
class Case:
    """controls, strata: (n,) on the places of `series`, by name; others: the same signal on other markets."""

    claim: Claim
    market: str
    series: Series
    mids: BookMids
    latency_ms: float
    controls: Mapping[str, Floats] = field(default_factory=dict)
    strata: Mapping[str, Floats] = field(default_factory=dict)
    others: Mapping[str, "Case"] = field(default_factory=dict)

    @property
    def horizons(self) -> list[float]:
        """Those that can be measured: on books a second apart, and no shorter than a signal's own step."""
        return [h for h in HORIZONS_S if h >= GRID_S]

    @property
    def is_daily(self) -> bool:
        """Whether there are days enough for a day to be one observation; with fewer all places are pooled."""
        seen = np.isfinite(self.series.value)
        counts = np.unique(self.series.day[seen], return_counts=True)[1]
        return int((counts >= _LEAST_ROWS).sum()) >= LEAST_DAYS

    def forward(self, horizon_s: float, latency_ms: float | None = None) -> Floats:
        """What is forecast, from when each value could be acted on: returns (bps) or their size."""
        latency = self.latency_ms if latency_ms is None else latency_ms
        found = self.mids.forward(self.series.known, latency_ms=latency, horizon_s=horizon_s)
        return found if self.claim.forecast == "return" else np.abs(found)

    def now(self) -> Floats:
        """The same of the signal's own window."""
        found = self.mids.backward(self.series.at, self.claim.window_s)
        return found if self.claim.forecast == "return" else np.abs(found)

    def lag(self, horizon_s: float) -> int:
        """Newey-West lags; sizes remember beyond their overlap, as long as the signal's own window."""
        reach = horizon_s if self.claim.forecast == "return" else max(horizon_s, self.claim.window_s)
        return hac_lag(self.series.steps(reach), max(self.series.at.size, 1))

    def apart(self, horizon_s: float, y: Floats) -> int:
        """Returns of this horizon that do not overlap."""
        return self.series.apart(horizon_s, np.isfinite(self.series.value) & np.isfinite(y))

    def is_enough(self, y: Floats, horizon_s: float) -> bool:
        """Whether returns enough stand apart for an interval to mean anything."""
        return self.apart(horizon_s, y) >= LEAST_APART

    def ic(self, y: Floats, horizon_s: float, x: Floats | None = None) -> Estimate:
        """Rank correlation of the signal, or of x (n,), with y (n,), with its 95 % interval; unknown if too few."""
        value = self.series.value if x is None else x
        if not self.is_enough(y, horizon_s):
            return unknown(int(seen_pairs(value, y).sum()))
        if self.is_daily:
            return mean_ic(value, y, self.series.day, least=_LEAST_ROWS, sampling=_SAMPLING)
        return pooled_ic(value, y, self.lag(horizon_s))

    def with_value(self, value: Floats) -> "Case":
        """The same case of another signal."""
        return replace(self, series=self.series.with_value(value))


def p_value(found: Estimate) -> float:
    """Two-sided, from the interval's reach towards 0, so that it is below 5 % where the interval leaves 0 out; 1 if
    nothing can be said. By Student's distribution: beyond 3 errors of ten days lies five times what a normal has."""
    reach = found.value - found.low if found.value > 0 else found.high - found.value
    if not isfinite(found.value) or not isfinite(reach):
        return 1.0
    if reach <= 0:
        return 1.0 if found.value == 0 else 0.0
    freedom = max(found.n - 1, 1)
    return student_p(found.value / reach * student_95(freedom), freedom)


def too_short(apart: int, horizon_s: float) -> str:
    """Why nothing is said of a horizon."""
    return f"too short: {apart} returns of {horizon_s:,.0f} s fit, {LEAST_APART} are needed"


def seen_pairs(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Places where both are known."""
    return np.isfinite(x) & np.isfinite(y)
