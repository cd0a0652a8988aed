"""How deep a pullback has to be if it is measured in what the price usually moves, not in a fixed share of it."""

from math import nan

import numpy as np
import polars as pl
from numpy.typing import NDArray

_LEAST_TOLD = 0.8
"""Share of the minutes of a window that must have a return."""


def pullback_depth(minutes: pl.DataFrame, *, window_h: float, sigmas: float) -> NDArray[np.float64]:
    """Per minute (bar_end, mid): `sigmas` standard deviations of a return over the window, as a share of the price.

    From the one-minute returns of the window up to the minute. NaN where too few are known or the price has not moved:
    then no pullback is deep enough.
    """
    window_min = max(round(window_h * 60), 1)
    follows = pl.col("bar_end").diff() == pl.duration(minutes=1)
    moves = minutes.select("bar_end", squared=pl.when(follows).then(pl.col("mid").log().diff() ** 2))
    seen = moves.rolling("bar_end", period=f"{window_min}m").agg(
        pl.col("squared").mean(), told=pl.col("squared").count()
    )
    deviation = np.sqrt(window_min * seen["squared"].fill_null(nan).to_numpy())
    is_told = (seen["told"] >= _LEAST_TOLD * window_min).to_numpy() & (deviation > 0)
    return np.where(is_told, sigmas * deviation, nan)
