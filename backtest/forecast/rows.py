"""The rows of a forecast: minutes with what was known then, and what came of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.forecast.choices import Choices
from backtest.forecast.features import features
from backtest.forecast.outcome import outcomes
from backtest.inference.purged_kfold import Samples
from backtest.mids import Mids
from signals.bars import MINUTE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_SEEN = 0.05
"""Share of the first rows in which a feature must have a value, and more than one, to be a feature of this market."""


@dataclass(frozen=True, slots=True)
class ForecastRows:
    """n minutes in order of time, k features.

    samples: begin, known and end (microseconds) of each; minute (n,): its number since 1970; x: (n, k), NaN where
    unknown; y (n,): the outcome; names: of the features; absent: features this market does not have; dropped: minutes
    left out, by reason.
    """

    samples: Samples
    minute: Ints
    x: Floats
    y: Floats
    names: tuple[str, ...]
    absent: tuple[str, ...]
    dropped: Mapping[str, int]

    @property
    def size(self) -> int:
        return self.y.size

    def day(self) -> Ints:
        """UTC day of each row, since 1970."""
        return self.minute // 1_440

    def column(self, name: str) -> Floats:
        return self.x[:, self.names.index(name)]

    def on_grid(self, at: Ints, values: Floats) -> Floats:
        """`values` of the rows `at`, every minute of theirs in its place and NaN between: lags keep their length."""
        place = self.minute[at] - self.minute[at[0]]
        out = np.full(int(place[-1]) + 1, np.nan)
        out[place] = values
        return out


def forecast_rows(observations: pl.DataFrame, book: pl.DataFrame, choices: Choices) -> ForecastRows:
    """Rows of one market from `observations` and `book_state`. Minutes without an outcome are counted, not kept."""
    minutes = observations.sort("bar_end")
    mids = Mids.of(book)
    known = minutes["known_ts"].to_physical().to_numpy()
    came = outcomes(known, mids, choices)
    kept = came.why_not == ""
    looked = features(minutes, mids, sampling_s=choices.sampling_s)
    ends = minutes["bar_end"].to_physical().to_numpy()
    return joined(
        {name: values[kept] for name, values in looked.items()},
        ends=ends[kept],
        known=known[kept],
        label_end=came.end[kept],
        y=came.value[kept],
        dropped=dict(sorted(Counter(came.why_not[~kept].tolist()).items())),
        lookback_min=choices.lookback_min,
    )


def joined(
    columns: Mapping[str, Floats],
    *,
    ends: Ints,
    known: Ints,
    label_end: Ints,
    y: Floats,
    dropped: Mapping[str, int],
    lookback_min: int,
) -> ForecastRows:
    """Rows from columns (n,) by name. Whether a feature is there is asked of the first two fifths, before any test."""
    early = max(y.size * 2 // 5, 1)
    present = [name for name, values in columns.items() if _is_there(values[:early])]
    samples = Samples(ends - lookback_min * MINUTE, known, label_end)
    x = np.column_stack([columns[name] for name in present]) if present else np.empty((y.size, 0))
    absent = tuple(name for name in columns if name not in present)
    return ForecastRows(samples, ends // MINUTE, x, y, tuple(present), absent, dropped)


def _is_there(values: Floats) -> bool:
    seen = values[np.isfinite(values)]
    return bool(seen.size >= LEAST_SEEN * values.size and seen.size and np.ptp(seen) > 0)


def subset(samples: Samples, at: Ints | Sequence[int]) -> Samples:
    """Of some rows."""
    return Samples(samples.begin[at], samples.known[at], samples.end[at])
