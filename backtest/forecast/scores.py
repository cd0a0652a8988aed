"""How good forecasts were on rows they were not made from: each number with its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.rows import ForecastRows
from backtest.inference.estimate import Estimate, unknown
from backtest.inference.explained_variance import clark_west
from backtest.inference.information_coefficient import Sampling, mean_ic, pooled_ic
from backtest.inference.newey_west import hac_lag, hac_mean, hac_slopes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_A_DAY = 60
LEAST_DAYS = 5
DAY_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Score:
    """Of one form on one part.

    r2: 1 - squared error over the baseline's; gain: Clark and West's, above 0 if the correction adds anything; ic: rank
    correlation with what the baseline left, over all rows; ic_by_day: mean over days, unknown below five; slope: of the
    outcome on the forecast, 1 if calibrated (Mincer and Zarnowitz 1969); hits: right signs, beyond the baseline, less
    the share that independent signs would give; hit_share: their share as it came.
    """

    form: str
    part: str
    n: int
    r2: Estimate
    gain: Estimate
    ic: Estimate
    ic_by_day: Estimate
    slope: Estimate
    hits: Estimate
    hit_share: float

    @property
    def is_better(self) -> bool:
        """Beyond the baseline at 5 %, one-sided, with the right order."""
        return bool(self.gain.t > 1.645 and self.ic.low > 0)


def score(
    rows: ForecastRows, at: Ints, said: Floats, base: Floats, *, form: str, part: str, horizon_min: int, seed: int
) -> Score:
    """Score forecasts `said` of the rows `at` against the forecasts `base` of the baseline, all (m,)."""
    y, mine, plain = (rows.on_grid(at, values) for values in (rows.y[at], said, base))
    lag = hac_lag(horizon_min, y.size)
    left, change = y - plain, mine - plain
    is_same = not np.nanmax(np.abs(change)) > 0
    (slope,) = hac_slopes(y, mine[:, None], lag)
    hits, share = _hits(left, change, lag)
    none = unknown(at.size)
    sampling = Sampling(block=None, draws=DAY_DRAWS, seed=seed)
    days = np.unique(rows.day()[at]).size
    by_day = (
        mean_ic(said - base, rows.y[at] - base, rows.day()[at], least=LEAST_A_DAY, sampling=sampling)
        if days >= LEAST_DAYS and not is_same
        else none
    )
    return Score(
        form,
        part,
        at.size,
        r2_estimate(y, plain, mine, lag),
        none if is_same else clark_west(y, plain, mine, lag),
        none if is_same else pooled_ic(change, left, lag),
        by_day,
        slope,
        hits,
        share,
    )


def r2_estimate(actual: Floats, small: Floats, large: Floats, lag: int) -> Estimate:
    """out_of_sample_r2 with its error, that of a ratio of means: of (small^2 - large^2 - R2 small^2) / mean small^2."""
    base, gain = (actual - small) ** 2, (actual - small) ** 2 - (actual - large) ** 2
    whole = float(np.nanmean(base))
    if not whole > 0:
        return unknown(int(np.isfinite(base).sum()))
    value = float(np.nanmean(gain)) / whole
    around = hac_mean((gain - value * base) / whole, lag)
    return Estimate(value, around.error, value + around.low, value + around.high, around.n)


def _hits(left: Floats, change: Floats, lag: int) -> tuple[Estimate, float]:
    """Right signs beyond those of independent signs of the same shares, and their share: Pesaran, Timmermann (1992)."""
    seen = np.isfinite(left) & np.isfinite(change) & (left != 0) & (change != 0)
    if seen.sum() < 2:
        return unknown(int(seen.sum())), float("nan")
    up, said = left[seen] > 0, change[seen] > 0
    beyond = np.full(left.size, np.nan)
    beyond[seen] = 2 * (up - up.mean()) * (said - said.mean())
    return hac_mean(beyond, lag), float((up == said).mean())
