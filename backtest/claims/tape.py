"""Claims about where the mid goes, of what takers do."""

from typing import Final

import polars as pl

from backtest.claims import failures as known
from backtest.claims.claim import Claim
from signals.blocks import BLOCKS, BLOCKS_SIGNAL
from signals.book_pass import BOOK_PASS
from signals.flow_seasonality import FLOW_SEASONALITY, FLOW_SEASONALITY_SIGNAL
from signals.sweeps import SWEEPS, SWEEPS_SIGNAL
from signals.taker_aggression import TAKER_AGGRESSION, TAKER_AGGRESSION_SIGNAL
from signals.taker_flow import TAKER_FLOW

_DAY_S: Final = 86_400
_SIDE: Final = pl.col("side").cast(pl.Float64)

TAPE: Final[tuple[Claim, ...]] = (
    Claim(
        name="taker_flow.net_quote",
        signal=BOOK_PASS,
        table=TAKER_FLOW,
        column="net_quote",
        says="takers bought in this second: they go on for seconds, and the mid with them",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=1,
        horizon_s=10,
        step_s=1,
        lookback_s=1,
        failures=(*known.ANY_SIGNAL, known.TAPE_GAP, known.SPLIT_ORDERS),
    ),
    Claim(
        name="taker_aggression",
        signal=TAKER_AGGRESSION_SIGNAL,
        table=TAKER_AGGRESSION,
        column="net_quote_60s",
        says="takers bought over the minute: they go on, and the mid with them",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=60,
        horizon_s=60,
        step_s=1,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.TAPE_GAP, known.SPLIT_ORDERS),
    ),
    Claim(
        name="sweeps",
        signal=SWEEPS_SIGNAL,
        table=SWEEPS,
        column="quote",
        computed=_SIDE * pl.col("quote"),
        says="an order that took several asks at once was in a hurry: the mid goes on rising",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=1,
        horizon_s=60,
        step_s=1,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.SPLIT_ORDERS, known.GAP),
        is_event=True,
    ),
    Claim(
        name="blocks",
        signal=BLOCKS_SIGNAL,
        table=BLOCKS,
        column="quote",
        computed=_SIDE * pl.col("quote"),
        where=pl.col("kind") == "on_book",
        says="a very large taker bought on the book: the mid goes on rising",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=1,
        horizon_s=300,
        step_s=1,
        lookback_s=7 * _DAY_S,
        failures=(*known.ANY_SIGNAL, known.SPLIT_ORDERS),
        is_event=True,
    ),
    Claim(
        name="flow_seasonality",
        signal=FLOW_SEASONALITY_SIGNAL,
        table=FLOW_SEASONALITY,
        column="z_seasonal",
        pick=("window_min", 5),
        says="takers bought unusually much for the hour: they go on, and the mid with them",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=300,
        horizon_s=300,
        step_s=60,
        lookback_s=28 * _DAY_S,
        failures=(*known.ANY_SIGNAL, known.SEASON, known.WANDERING),
    ),
)
