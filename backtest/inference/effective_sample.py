"""How many independent observations a sample is worth, and what effect that many could have shown."""

from dataclasses import dataclass
from math import nan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NORMAL = NormalDist()


def effective_n(x: Floats, y: Floats, lags: int) -> float:
    """Worth of n pairs for the correlation of x (n,) and y (n,): n / (1 + 2 sum rho_k(x) rho_k(y)), k = 1 to `lags`.

    Bartlett (1935). Places with a NaN in either are not seen and keep their place: a pair across a gap counts as
    far apart. At most n: pairs that alternate are not counted as more than they are. NaN if one is constant. `lags`
    should reach to where either memory ends; of much longer sums only noise is added.
    """
    if x.size != y.size or not 0 <= lags < x.size:
        raise ValueError(f"need two series of one length and fewer lags, got {x.size}, {y.size} and {lags} lags")
    seen = np.isfinite(x) & np.isfinite(y)
    n = int(seen.sum())
    if n < 2 or np.ptp(x[seen]) == 0 or np.ptp(y[seen]) == 0:
        return nan
    both = _lagged_sums(seen.astype(np.float64), lags)[1:]
    of_x, of_y = (_lagged_sums(np.where(seen, v - v[seen].mean(), 0.0), lags) for v in (x, y))
    product = of_x[1:] * of_y[1:] / (of_x[0] * of_y[0])
    as_many = n * (1 - np.arange(1, lags + 1) / x.size)
    overlap = float((product * as_many / np.maximum(both, 1.0))[both > 0.5].sum())
    return n / (1 + 2 * max(overlap, 0.0))


def _lagged_sums(x: Floats, lags: int) -> Floats:
    """Sums of x[t] x[t + k], k = 0 to `lags`."""
    size = 1 << int(x.size + lags).bit_length()
    return np.fft.irfft(np.abs(np.fft.rfft(x, size)) ** 2, size)[: lags + 1]


def effective_count(count: int, correlation: float) -> float:
    """Worth of `count` markets at one time, each pair of which correlates by `correlation` (0 to 1)."""
    if count < 1 or not 0 <= correlation <= 1:
        raise ValueError(f"need count >= 1 and 0 <= correlation <= 1, got {count} and {correlation}")
    return 1 / (correlation + (1 - correlation) / count)


def detectable_ic(n_eff: float, *, level: float, power: float) -> float:
    """Smallest correlation that a two-sided test of `level` finds with probability `power` (errors 1 / sqrt(n_eff))."""
    return _reach(level, power) / sqrt(n_eff)


def needed_n(ic: float, *, level: float, power: float) -> float:
    """Independent observations that show a correlation of `ic` as in detectable_ic."""
    return (_reach(level, power) / ic) ** 2


def power_of(ic: float, n_eff: float, *, level: float) -> float:
    """Probability that a two-sided test of `level` says there is something if the correlation is `ic`."""
    need, shift = _NORMAL.inv_cdf(1 - level / 2), ic * sqrt(n_eff)
    return _NORMAL.cdf(shift - need) + _NORMAL.cdf(-shift - need)


def sharpe_error(sharpe: float, periods: float) -> float:
    """Standard error of a Sharpe ratio per period, for independent normal returns:

    sqrt((1 + SR^2 / 2) / T). Lo (2002).
    """
    return sqrt((1 + sharpe * sharpe / 2) / periods)


@dataclass(frozen=True, slots=True)
class PowerStatement:
    """What must be said before "no effect": what effect this sample could have shown."""

    n: int
    n_eff: float
    detectable_ic: float
    level: float
    power: float

    def __str__(self) -> str:
        return (
            f"{self.n:,} observations are worth {self.n_eff:,.0f}: a test at {self.level:.0%} finds a correlation of "
            f"{self.detectable_ic:.4f} in {self.power:.0%} of samples, smaller ones less often"
        )


def power_statement(x: Floats, y: Floats, *, lags: int, level: float, power: float) -> PowerStatement:
    """The power of this sample of pairs x (n,), y (n,), NaN in gaps."""
    n, n_eff = int((np.isfinite(x) & np.isfinite(y)).sum()), effective_n(x, y, lags)
    return PowerStatement(n, n_eff, detectable_ic(n_eff, level=level, power=power), level, power)


def _reach(level: float, power: float) -> float:
    if not (0 < level < 1 and 0 < power < 1):
        raise ValueError(f"need level and power between 0 and 1, got {level} and {power}")
    return _NORMAL.inv_cdf(1 - level / 2) + _NORMAL.inv_cdf(power)
