"""Funding settlements of one market, from the rates that its feed stated."""

from typing import Literal

import polars as pl

from signals.table import UTC_US

SCHEMA = pl.Schema(
    {
        "settle_ts": UTC_US,
        "rate": pl.Float64(),
        "interval_h": pl.Float64(),
        "ref_px": pl.Float64(),
        "is_estimate": pl.Boolean(),
    }
)
"""rate: fraction per interval_h, > 0 longs pay shorts; null if it is not known, as ref_px."""


def settlements(
    funding: pl.DataFrame, *, reference: Literal["mark_price", "index_price"], max_age_s: float
) -> pl.DataFrame:
    """SCHEMA, ascending: a row per settlement that any rate was stated for, from rows of the table funding.

    The rate is the settled one, or, where none was recorded (is_estimate), the last estimate before the settlement;
    the price is the last before it, the mark on most venues, the oracle's on some. Neither counts if it is older than
    `max_age_s`. A settlement that nothing was stated for has no row.
    """
    stated = funding.filter(pl.col("next_ts").is_not_null()).sort("event_ts", "seq")
    fresh = (pl.col("event_ts") < pl.col("next_ts")) & (
        pl.col("next_ts") - pl.col("event_ts") <= pl.duration(microseconds=round(max_age_s * 1_000_000))
    )
    is_settled = pl.col("kind") == "settled"
    estimate = _last("rate", fresh & ~is_settled)
    return (
        stated.group_by("next_ts", maintain_order=True)
        .agg(
            rate=pl.coalesce(_last("rate", is_settled), estimate),
            interval_h=pl.coalesce(_last("interval_h", is_settled), _last("interval_h", fresh)),
            ref_px=_last(reference, fresh),
            is_estimate=_last("rate", is_settled).is_null(),
        )
        .rename({"next_ts": "settle_ts"})
        .sort("settle_ts")
        .select(SCHEMA.names())
        .cast(SCHEMA)
    )


def _last(name: str, holds: pl.Expr) -> pl.Expr:
    return pl.col(name).filter(holds & pl.col(name).is_not_null()).last()
