"""What a forecast may look at: the observations of a minute, and what the mid did before it."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.mids import BPS, Mids
from signals.observation import OBSERVATIONS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RETURNS_MIN = (1, 5, 15)
VOLATILITIES_MIN = (5, 15, 60)
"""Windows of the past, of minutes to an hour: the cascade of Corsi (2009), shortened to a day's trading."""


def feature_units(windows: tuple[int, ...] = VOLATILITIES_MIN) -> dict[str, str]:
    """Unit of every feature, in the order of columns."""
    return {
        **{one.name: one.unit for one in OBSERVATIONS},
        **{f"past_return_{m}m": "bps" for m in RETURNS_MIN},
        **{past_volatility(m): "log of fraction per root year" for m in windows},
    }


def past_volatility(minutes: int) -> str:
    """Name of the feature."""
    return f"past_volatility_{minutes}m"


def features(observations: pl.DataFrame, mids: Mids, *, sampling_s: int) -> Mapping[str, Floats]:
    """Columns (n,) by name, of rows of `observations` of one market: all known when the row is. NaN where unknown.

    The past of the mid is that of the book's seconds up to the end of the minute, which the row itself waited for.
    """
    ends = mids.place(observations["bar_end"].to_physical().to_numpy())
    columns = {one.name: observations[one.name].fill_null(float("nan")).to_numpy() for one in OBSERVATIONS}
    for minutes in RETURNS_MIN:
        columns[f"past_return_{minutes}m"] = (mids.at(ends) - mids.at(ends - 60 * minutes)) * BPS
    for minutes in VOLATILITIES_MIN:
        vol = mids.volatility(ends, 60 * minutes, sampling_s)
        columns[past_volatility(minutes)] = np.log(np.where(vol > 0, vol, np.nan))
    return columns
