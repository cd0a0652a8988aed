"""How much of a return a signal explains while it happens, and how much of the next: two numbers, never one.

The first is partly accounting, for what moves the book moves the mid; only the second is a forecast.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate, unknown
from backtest.inference.newey_west import hac_lag, hac_mean, hac_slopes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Explained:
    """Share of variance (0 to 1) and the slope of the return on the signal, with its interval."""

    r2: float
    slope: Estimate


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What is explained of the return over the signal's own window, and of the one after it and the latency."""

    contemporaneous: Explained
    predictive: Explained


def returns_between(log_price: Floats, begin: int, end: int) -> Floats:
    """Return from place t + begin to t + end, at place t; NaN where either is outside or NaN. log_price: (n,)."""
    n = log_price.size
    places = np.arange(n)
    inside = (places + begin >= 0) & (places + end < n) & (places + end >= 0) & (places + begin < n)
    out = np.full(n, np.nan)
    at = places[inside]
    out[at] = log_price[at + end] - log_price[at + begin]
    return out


def explained(signal: Floats, returns: Floats, lag: int) -> Explained:
    """Squared correlation of signal (n,) and returns (n,), and the slope. NaN in gaps."""
    seen = np.isfinite(signal) & np.isfinite(returns)
    (slope,) = hac_slopes(returns, signal[:, None], lag)
    total = float(returns[seen].var()) if seen.any() else 0.0
    r2 = slope.value**2 * float(signal[seen].var()) / total if total > 0 else float("nan")
    return Explained(min(r2, 1.0) if r2 == r2 else r2, slope)


def side_by_side(signal: Floats, log_price: Floats, *, window: int, latency: int, horizon: int) -> SideBySide:
    """Both shares for a signal measured over (t - window, t]: of r over that, and of r from t + latency on.

    signal, log_price: (n,) on one grid, lengths in its steps. Errors reach over twice the longer of window and horizon.
    """
    if window < 1 or latency < 0 or horizon < 1:
        raise ValueError(f"need window >= 1, latency >= 0, horizon >= 1, got {window}, {latency}, {horizon}")
    lag = hac_lag(max(window, horizon), signal.size)
    now, later = returns_between(log_price, -window, 0), returns_between(log_price, latency, latency + horizon)
    return SideBySide(explained(signal, now, lag), explained(signal, later, lag))


def clark_west(actual: Floats, small: Floats, large: Floats, lag: int) -> Estimate:
    """Gain in squared error of forecasts `large`, which nest `small`, cleared of what useless coefficients cost.

    All (n,), made out of sample. Above 0 with t > 1.645 is a gain at 5 %, one-sided. Clark and West (2007).
    """
    gain = (actual - small) ** 2 - (actual - large) ** 2 + (small - large) ** 2
    return hac_mean(gain, lag) if np.isfinite(gain).any() else unknown(0)


def out_of_sample_r2(actual: Floats, small: Floats, large: Floats) -> float:
    """1 - squared error of `large` / squared error of `small`, where all are seen. Campbell and Thompson (2008)."""
    seen = np.isfinite(actual) & np.isfinite(small) & np.isfinite(large)
    base = float(((actual - small)[seen] ** 2).sum())
    return 1 - float(((actual - large)[seen] ** 2).sum()) / base if base > 0 else float("nan")
