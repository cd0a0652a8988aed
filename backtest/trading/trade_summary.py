"""Trades in numbers: how many came to what, and what they made on average before and after costs."""

import polars as pl

from backtest.trading.trade_table import STATUS

MEANS = ("gross_bps", "net_bps", "break_even_bps", "entry_slippage_bps", "exit_slippage_bps", "held_min")


def trade_summary(trades: pl.DataFrame) -> pl.DataFrame:
    """A row per latency and `waited` (null: all together), from rows of TRADES.

    ordered: entries; one count per status; win_rate: share of closed trades with net_bps above 0. Means are of closed
    trades, null without one. Trades overlap in time with those of other markets: no standard error is given here.
    """
    closed = pl.col("status") == "closed"
    numbers = [
        pl.len().cast(pl.Int64).alias("ordered"),
        *((pl.col("status") == name).sum().cast(pl.Int64).alias(name) for name in STATUS),
        (pl.col("net_bps").filter(closed) > 0).mean().alias("win_rate"),
        *(pl.col(name).filter(closed).mean().alias(f"mean_{name}") for name in MEANS),
    ]
    apart = trades.drop_nulls("waited").group_by("latency_ms", "waited").agg(numbers)
    together = trades.group_by("latency_ms").agg(numbers).with_columns(waited=pl.lit(None, pl.Boolean))
    return pl.concat([together.select(apart.columns), apart]).sort("latency_ms", "waited")
