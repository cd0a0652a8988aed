"""Correlation of two series on one grid of times, at one instant and shifted against each other."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST = 10
"""So few common values are no series: no correlation is stated."""


def correlation(x: Floats, y: Floats) -> float | None:
    """Pearson's, over the places where neither is NaN; None if these are fewer than LEAST, or one is constant."""
    both = ~(np.isnan(x) | np.isnan(y))
    if both.sum() < LEAST:
        return None
    if np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return None
    x, y = x[both] - x[both].mean(), y[both] - y[both].mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip((x @ y) / scale, -1.0, 1.0)) if scale > 0 else None


def best_lag(x: Floats, y: Floats, most: int) -> int | None:
    """By how many places x comes after y (> 0: late) where they correlate most, among shifts of up to `most`.

    x, y: shape (places,), NaN where there is no value. Shifts that leave less than half of the places, or too few
    values, say nothing. Of equal correlations the smaller shift counts, then the later x.
    """
    most = min(most, x.size // 2)
    best: tuple[float, int, int] | None = None
    for lag in sorted(range(-most, most + 1), key=lambda step: (abs(step), -step)):
        early = y[: y.size - lag] if lag >= 0 else y[-lag:]
        late = x[lag:] if lag >= 0 else x[: x.size + lag]
        value = correlation(late, early)
        if value is not None and (best is None or value > best[0] + 1e-12):
            best = (value, abs(lag), lag)
    return None if best is None else best[2]
