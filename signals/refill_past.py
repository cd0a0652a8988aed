"""What replenishment learns from: the refills, prints and chain ends of a day and so much before it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, latest_in_day, microseconds
from signals.chain_ends import CHAIN_ENDS
from signals.inputs.bookkeeping import GAPS
from signals.inputs.trading import TRADES
from signals.reading import whole
from signals.refill_chains import BREAKING, EXECUTION_COLUMNS
from signals.refills import REFILLS
from signals.table import Span

Ints = NDArray[np.int64]

_END = (
    "decided_ts", "known_ts", "n_refills", "n_fast", "n_hidden", "n_even", "displayed_peak_qty", "detected_qty",
    "own_qty", "last_qty", "ended_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """What is read: the day, and so much before it (microseconds) of refills and prints, and of chain ends."""

    refills: pl.DataFrame
    trades: pl.DataFrame
    gaps: pl.DataFrame
    ends: pl.DataFrame
    fit_us: int
    size_us: int

    @classmethod
    def of(cls, inputs: Mapping[str, pl.LazyFrame], span: Span, fit_us: int, size_us: int) -> "Past":
        """As read for the days of the span."""
        start = microseconds(span.start) // DAY * DAY
        gaps = whole(inputs, GAPS).filter(pl.col("table_name").is_in(BREAKING)).sort("from_ts")
        return cls(
            whole(inputs, REFILLS).filter(pl.col("event_ts").to_physical() >= start - fit_us),
            whole(inputs, TRADES, columns=EXECUTION_COLUMNS).filter(pl.col("event_ts").to_physical() >= start - fit_us),
            gaps.filter(pl.col("to_ts").to_physical() >= start - fit_us),
            whole(inputs, CHAIN_ENDS, columns=_END),
            fit_us,
            size_us,
        )

    def known(self, at: Ints) -> Ints:
        """Per time (ascending), when all up to it that is read for its day was known."""
        read = (
            (self.refills, "event_ts", self.fit_us),
            (self.trades, "event_ts", self.fit_us),
            (self.gaps, "from_ts", self.fit_us),
            (self.ends, "decided_ts", self.size_us),
        )
        stamps = [
            (rows[name].to_physical().to_numpy(), rows["known_ts"].to_physical().to_numpy(), reach)
            for rows, name, reach in read
        ]
        return np.maximum.reduce([latest_in_day(at + 1, *stamp) for stamp in stamps])


def between(rows: pl.DataFrame, time: str, begin: int, end: int) -> pl.DataFrame:
    """The rows with `begin` <= time < `end`, microseconds."""
    return rows.filter(pl.col(time).to_physical().is_between(begin, end, closed="left"))
