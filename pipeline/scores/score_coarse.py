"""Score regimes on the coarse world: months by the minute, whose true regimes last for days.

The book worlds of the scorecard last hours and switch every few minutes: a fit to weeks of the past has no place there.
"""

from datetime import timedelta

import polars as pl

from backtest.scores.measure import Measure
from backtest.scores.regime import score_regime
from pipeline.simulator.coarse import simulate_coarse
from signals.book_state import BOOK_STATE
from signals.table import Span
from signals.volatility import VOLATILITY_SIGNAL
from signals.volatility_regime import VOLATILITY_REGIME_SIGNAL

_NERVOUS = 1


def score_coarse(*, seed: int, days: int, preset: str) -> list[Measure]:
    """The measures of volatility_regime, with its defaults, on a coarse world of `days` days."""
    world = simulate_coarse(days=days, seed=seed, preset=preset)
    return score_regime(regimes_of(world.minutes), world.truth.select("bar_end", is_high=pl.col("regime") == _NERVOUS))


def regimes_of(minutes: pl.DataFrame) -> pl.DataFrame:
    """VOLATILITY_REGIME of a market of which bar_end, known_ts and perp_mid are known: a book that is always OK."""
    book = book_of(minutes)
    ends = minutes["bar_end"]
    span = Span(ends[0] - timedelta(minutes=1), ends[-1])
    volatility = VOLATILITY_SIGNAL.compute(
        {"book_state": book.lazy()}, span=span, chunk_rows=1, **VOLATILITY_SIGNAL.params
    )
    made = VOLATILITY_REGIME_SIGNAL.compute(
        {name: frame.lazy() for name, frame in volatility.items()},
        span=span,
        chunk_rows=1,
        **VOLATILITY_REGIME_SIGNAL.params,
    )
    return made["volatility_regime"]


def book_of(minutes: pl.DataFrame) -> pl.DataFrame:
    """BOOK_STATE at whole minutes with both best prices at the mid; all else is null."""
    stated = minutes.select(
        "bar_end",
        "known_ts",
        venue=pl.lit("simulated"),
        symbol=pl.lit("PERP"),
        state=pl.lit("OK"),
        bid_px="perp_mid",
        ask_px="perp_mid",
    )
    absent = {name: dtype for name, dtype in BOOK_STATE.schema.items() if name not in stated.columns}
    nulls = [pl.lit(None, dtype).alias(name) for name, dtype in absent.items()]
    return stated.with_columns(nulls).select(BOOK_STATE.schema.names())
