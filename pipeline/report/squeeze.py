"""Extreme funding: settlements that are rare for the 90 days before them.

The side that pays an extreme rate is crowded; if it has to leave, the price goes against it. So the sign for the price
is minus that of the rate, fixed beforehand; it is a mechanism, not a forecast.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from backtest.trading.settlements import settlements
from pipeline.report.scope import Scope

HISTORY: Final = timedelta(days=90)
_HIGH, _LOW = 0.975, 0.025
_MAX_AGE_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class FundingHistory:
    """settled: settle_ts, apr (fraction per year, > 0 longs pay), ascending; days: it had reached back when the window
    began."""

    settled: pl.DataFrame
    days: int


def history_of(scope: Scope) -> FundingHistory:
    """The settlements from 90 days before the window on."""
    stated = scope.scan("funding", before=HISTORY + timedelta(days=1)).collect()
    found = settlements(stated, reference="mark_price", max_age_s=_MAX_AGE_S)
    settled = (
        found.with_columns(apr=pl.col("rate") * 8_760 / pl.col("interval_h"))
        .drop_nulls("apr")
        .filter(pl.col("settle_ts") <= scope.until)
        .select("settle_ts", "apr")
    )
    days = (scope.since - settled["settle_ts"][0]).days if settled.height else 0
    return FundingHistory(settled, max(days, 0))


def squeezes(settled: pl.DataFrame) -> pl.DataFrame:
    """settled with `percentile` (mid-rank among the 90 days up to each, itself included; NaN before 90 days) and
    `squeeze`: +1 if shorts may be squeezed (up), -1 if longs may, 0 if neither or not known."""
    times, aprs = settled["settle_ts"].dt.epoch("us").to_numpy(), settled["apr"].to_numpy()
    reach = int(HISTORY.total_seconds() * 1e6)
    first = np.searchsorted(times, times - reach)
    ranks = np.full(times.size, np.nan)
    for at in np.flatnonzero(times - times[:1].repeat(times.size) >= reach):
        past = aprs[first[at] : at + 1]
        ranks[at] = ((past < aprs[at]).sum() + 0.5 * (past == aprs[at]).sum()) / past.size
    signs = np.where((ranks > _HIGH) & (aprs > 0), -1, np.where((ranks < _LOW) & (aprs < 0), 1, 0))
    return settled.with_columns(percentile=pl.Series(ranks), squeeze=pl.Series(signs.astype(np.int8)))
