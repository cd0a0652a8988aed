"""Made-up minutes whose answer is known: frames as a lake has them, and rows as a judge has them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.forecast.choices import Choices, Target
from backtest.forecast.rows import ForecastRows, joined
from signals.bars import MINUTE, SECOND
from signals.book_state import BOOK_STATE
from signals.observation import OBSERVATIONS
from signals.observations import OBSERVATIONS_TABLE
from signals.table import UTC_US

Floats = NDArray[np.float64]
START = datetime(2024, 3, 4, tzinfo=UTC)
START_US = int(START.timestamp()) * 1_000_000
KNOWN_AFTER = timedelta(milliseconds=200)


def choices(target: Target = "return", horizon_min: int = 5, **changed: float) -> Choices:
    """Choices of a quick test."""
    plain = {
        "latency_ms": 200.0,
        "lookback_min": 60,
        "sampling_s": 10,
        "min_coverage": 0.9,
        "folds": 3,
        "draws": 20,
        "cost_bps": 9.0,
        "seed": 1,
    }
    return Choices(target=target, horizon_min=horizon_min, **(plain | changed))  # type: ignore[arg-type]


def made_rows(columns: Mapping[str, Floats], y: Floats, horizon_min: int = 1, every_min: int = 1) -> ForecastRows:
    """Rows `every_min` apart, known 0.2 s after their end, with outcomes from the second after."""
    ends = START_US + np.arange(1, y.size + 1) * every_min * MINUTE
    known, begin = ends + 200_000, ends + SECOND
    label_end = begin + horizon_min * MINUTE
    return joined(columns, ends=ends, known=known, label_end=label_end, y=y, dropped={}, lookback_min=60)


def book(log_mid: Floats) -> pl.DataFrame:
    """Rows of book_state, one a second from START on; NaN: the book is in resync."""
    n = log_mid.size
    ends = pl.Series(START_US + np.arange(n) * SECOND).cast(UTC_US)
    mid = pl.Series(np.exp(log_mid)).fill_nan(None)
    frame = pl.DataFrame({"bar_end": ends, "bid_px": mid - 0.05, "ask_px": mid + 0.05}).with_columns(
        venue=pl.lit("binance-usdm"),
        symbol=pl.lit("BTCUSDT"),
        known_ts=pl.col("bar_end") + timedelta(milliseconds=100),
        state=pl.when(pl.col("bid_px").is_null()).then(pl.lit("RESYNC")).otherwise(pl.lit("OK")),
    )
    return _whole(frame, BOOK_STATE.schema)


def observed(minutes: int, columns: Mapping[str, Floats]) -> pl.DataFrame:
    """Rows of observations, one a minute from START + 1 min on; observations not named are null."""
    ends = pl.Series(START_US + np.arange(1, minutes + 1) * MINUTE).cast(UTC_US)
    frame = pl.DataFrame({"bar_end": ends, **{name: pl.Series(values) for name, values in columns.items()}})
    frame = frame.with_columns(
        venue=pl.lit("binance-usdm"),
        symbol=pl.lit("BTCUSDT"),
        known_ts=pl.col("bar_end") + KNOWN_AFTER,
        **{f"{one.name}_n": pl.lit(0, pl.Int64) for one in OBSERVATIONS},
    )
    return _whole(frame, OBSERVATIONS_TABLE.schema)


def _whole(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(schema.names())


def market(minutes: int, *, pull: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Observations and book of a market: the mid drifts by `pull` bps in the minute after an imbalance of one sd.

    The rest is a random walk of 5 bps a minute whose size wanders, and four observations that mean nothing.
    """
    rng = np.random.default_rng(seed)
    imbalance, *noise = rng.normal(size=(5, minutes))
    size = np.zeros(minutes + 1)
    for place in range(1, minutes + 1):
        size[place] = 0.98 * size[place - 1] + 0.1 * rng.normal()
    drift = np.concatenate([[0.0], pull * imbalance])  # an observation of minute 1 moves minute 2
    steps = np.repeat(np.exp(size), 60) * rng.normal(size=60 * (minutes + 1)) * 5 / np.sqrt(60)
    steps += np.repeat(drift, 60) / 60
    log_mid = np.log(60_000) + np.concatenate([[0.0], np.cumsum(steps)]) / 1e4
    names = ("order_flow", "pull", "sweep", "block")
    return observed(minutes, {"imbalance": imbalance, **dict(zip(names, noise, strict=True))}), book(log_mid)
