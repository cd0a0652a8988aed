"""The claim of all observations together about where the mid goes."""

from typing import Final

import polars as pl

from backtest.claims import failures as known
from backtest.claims.claim import Claim
from signals.footprint import FOOTPRINT, FOOTPRINT_SIGNAL

_DAY_S: Final = 86_400

COMPOSITE: Final[tuple[Claim, ...]] = (
    Claim(
        name="footprint",
        signal=FOOTPRINT_SIGNAL,
        table=FOOTPRINT,
        column="n_up - n_down",
        computed=(pl.col("n_up") - pl.col("n_down")).cast(pl.Float64),
        says="more strong observations point up than down: the mid rises. They are no independent witnesses",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=60,
        horizon_s=300,
        step_s=60,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.ONE_WITNESS),
    ),
)
