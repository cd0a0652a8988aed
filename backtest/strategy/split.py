"""Trades before and after a moment: what is found on the first has to hold on the second."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from backtest.verdict import LATER_SHARE


@dataclass(frozen=True, slots=True)
class Split:
    """`before` was left by the cut, `later` decided on after it; `across` counts those held over it, in neither."""

    cut: datetime
    before: pl.DataFrame
    later: pl.DataFrame
    across: int


def split(closed: pl.DataFrame, *, first: datetime, last: datetime) -> Split:
    """Closed trades of the time from `first` to `last`, the last fifth of it set aside."""
    cut = first + (last - first) * (1 - LATER_SHARE)
    before = closed.filter(pl.col("exit_ts") <= cut)
    later = closed.filter(pl.col("entry_decided_ts") > cut)
    return Split(cut, before, later, closed.height - before.height - later.height)
