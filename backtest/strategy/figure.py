"""A mean per round trip, with an error that knows that trades overlap."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.inference.estimate import unknown
from backtest.inference.event_study import event_mean
from backtest.intervals import Z_95
from backtest.verdict import HURDLE_T

Ints = NDArray[np.int64]

LEAST_FOR_ERROR = 10
"""Episodes. Draws from fewer repeat the same few, and their errors are far too small."""

_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """Mean of `trades`, its standard error and 95 % interval (NaN below LEAST_FOR_ERROR episodes).

    `episodes`: groups of trades held at overlapping times, in whichever market: each is one observation.
    """

    mean: float
    error: float
    low: float
    high: float
    trades: int
    episodes: int

    @property
    def t(self) -> float:
        """NaN without an error."""
        return self.mean / self.error if self.error > 0 else nan

    @property
    def is_positive(self) -> bool:
        """Above 0 beyond chance."""
        return self.t > HURDLE_T


@dataclass(frozen=True, slots=True)
class Excess:
    """How much one mean is above another, with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, one: Figure, other: Figure, *, is_mirrored: bool) -> "Excess":
        """Errors as of independent means; of mirrored ones (what one gains the other loses) they add up."""
        value = one.mean - other.mean
        reach = Z_95 * (one.error + other.error if is_mirrored else sqrt(one.error**2 + other.error**2))
        return cls(value, value - reach, value + reach)


def closed(trades: pl.DataFrame) -> pl.DataFrame:
    """Of TRADES, those that came to a stated profit or loss, in order of entry."""
    return trades.filter(pl.col("status") == "closed").sort("entry_ts", "venue", "symbol")


def figure(trades: pl.DataFrame, column: str, *, seed: int) -> Figure:
    """Of closed trades (of any markets, in order of entry)."""
    values = trades[column].to_numpy()
    if not values.size:
        return Figure(nan, nan, nan, nan, 0, 0)
    episode = episode_of(trades)
    episodes = int(episode[-1]) + 1
    is_told = episodes >= LEAST_FOR_ERROR
    found = event_mean(values, episode, draws=_DRAWS, seed=seed) if is_told else unknown(episodes)
    return Figure(float(values.mean()), found.error, found.low, found.high, values.size, episodes)


def episode_of(trades: pl.DataFrame) -> Ints:
    """Per closed trade, in order of entry, the number of its episode: one entered while another is held shares it."""
    entered, left = (trades[name].to_physical().to_numpy() for name in ("entry_ts", "exit_ts"))
    held_until = np.maximum.accumulate(left)
    begins = np.concatenate(([False], entered[1:] > held_until[:-1]))
    return np.cumsum(begins[: entered.size])
