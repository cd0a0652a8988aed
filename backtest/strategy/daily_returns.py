"""Net returns by day: what Sharpe ratios, trials and alpha are made of."""

from collections.abc import Sequence
from datetime import date

import polars as pl


def daily_bps(trades: pl.DataFrame, days: Sequence[date], *, capital_quote: float) -> dict[date, float]:
    """Of closed trades of TRADES, by UTC day of the exit, in bps of all capital at work; 0 without a trade.

    A position counts on the day it is closed, not while it is held.
    """
    found = dict.fromkeys(days, 0.0)
    done = trades.filter(pl.col("status") == "closed").group_by(day=pl.col("exit_ts").dt.date())
    for day, net in done.agg(pl.col("net_quote").sum()).sort("day").iter_rows():
        found[day] = found.get(day, 0.0) + net / capital_quote * 10_000
    return found
