"""Whether something looks at the future: what is too good to be true is named, not believed."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.choices import Target
from backtest.forecast.rows import ForecastRows
from backtest.inference.information_coefficient import rank_correlation

Ints = NDArray[np.int64]

MOST_CORRELATION: Mapping[Target, float] = {"return": 0.5, "volatility": 0.97}
"""Rank correlation with the outcome that no honest feature has: 0.05 is much for a return of minutes; the past of a
volatility reaches 0.9."""


def suspects(rows: ForecastRows, at: Ints, target: Target) -> dict[str, float]:
    """Features that look like a leak among the rows `at`, and their rank correlation with the outcome."""
    found = {}
    for column, name in enumerate(rows.names):
        x, y = rows.x[at, column], rows.y[at]
        seen = np.isfinite(x)
        if seen.sum() > 2 and abs(rho := rank_correlation(x[seen], y[seen])) > MOST_CORRELATION[target]:
            found[name] = rho
    return found
