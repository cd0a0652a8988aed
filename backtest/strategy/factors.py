"""Daily returns of what a strategy may be exposed to without knowing: the market, carry, plain reversal."""

import numpy as np
import polars as pl

from signals.bars import MINUTE

FACTORS = ("market", "carry", "reversal")

_BPS = 10_000
_REVERSAL_MIN = 360


def daily_factors(rows: pl.DataFrame, settlements: pl.DataFrame) -> pl.DataFrame:
    """A row per UTC day with a mid: day, and in bps market, carry and reversal.

    rows: bar_end, mid (null where not known), a minute each, in order. market: from the day's first mid to its last.
    carry: what a short received at the day's settlements; those that are not known count as nothing. reversal: of
    standing, for six hours at a time, against the move of the six hours before.
    """
    mids = rows.drop_nulls("mid").select(
        pl.col("bar_end").to_physical().alias("at"), "mid", day=_day("bar_end", before=True)
    )
    market = mids.group_by("day", maintain_order=True).agg(
        market=(pl.col("mid").last() / pl.col("mid").first() - 1) * _BPS
    )
    paid = settlements.drop_nulls("rate").group_by(day=_day("settle_ts", before=True)).agg(pl.col("rate").sum() * _BPS)
    return (
        market.join(paid.rename({"rate": "carry"}), on="day", how="left")
        .join(_reversal(mids), on="day", how="left")
        .with_columns(pl.col("carry", "reversal").fill_null(0.0))
        .sort("day")
    )


def _reversal(mids: pl.DataFrame) -> pl.DataFrame:
    block = _REVERSAL_MIN * MINUTE
    returns = (
        mids.group_by(block=(pl.col("at") - 1) // block, maintain_order=True)
        .agg(pl.col("day").last(), move=(pl.col("mid").last() / pl.col("mid").first() - 1) * _BPS)
        .sort("block")
    )
    follows = pl.col("block") == pl.col("block").shift() + 1
    faded = pl.when(follows).then(-pl.col("move").shift().sign() * pl.col("move"))
    return returns.with_columns(faded.alias("reversal")).group_by("day").agg(pl.col("reversal").sum())


def _day(name: str, *, before: bool) -> pl.Expr:
    """The UTC day; with `before`, what is stamped 00:00 belongs to the day that ended then."""
    return (pl.col(name) - pl.duration(microseconds=int(before))).dt.date()


def mean_factors(markets: list[pl.DataFrame]) -> pl.DataFrame:
    """Of several markets, the mean of those that have the day."""
    return pl.concat(markets).group_by("day").agg(pl.col(FACTORS).mean()).sort("day")


def factor_matrix(factors: pl.DataFrame) -> np.ndarray:
    """(days, factors)."""
    return factors.select(FACTORS).to_numpy()
