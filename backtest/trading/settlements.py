"""Funding settlements of one market, from the rates that its feed stated."""

from datetime import timedelta
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


def with_scheduled(stated: pl.DataFrame, *, interval_h: float, since: int, until: int) -> pl.DataFrame:
    """SCHEMA with a row, its rate null, for each scheduled settlement in (since, until] that nothing was stated for.

    Venues settle at multiples of the interval from 00:00 UTC on. Without these rows a feed that was not recorded would
    look like one that pays nothing. since, until: microseconds.
    """
    if not interval_h > 0:
        raise ValueError(f"expected an interval above 0 h, got {interval_h}")
    every = round(interval_h * 3600 * 1_000_000)
    due = pl.int_range(since // every + 1, until // every + 1, eager=True) * every
    scheduled = pl.DataFrame({"settle_ts": due.cast(UTC_US), "interval_h": [interval_h] * due.len()}, _SCHEDULED)
    missing = scheduled.join(stated, on="settle_ts", how="anti")
    return pl.concat([stated, missing], how="diagonal").select(SCHEMA.names()).sort("settle_ts")


_SCHEDULED = {"settle_ts": UTC_US, "interval_h": pl.Float64()}


def priced_by_bars(stated: pl.DataFrame, closes: pl.DataFrame, *, max_age_s: float) -> pl.DataFrame:
    """SCHEMA with the prices that are not known filled from bars of the venue's reference price, where there are any.

    Archives of settled rates state no price beside them. closes: event_ts (the bars' exclusive ends) and close; the
    last that ended at the settlement or before it counts, if it is not older than `max_age_s`.
    """
    met = stated.sort("settle_ts").join_asof(
        closes.select("event_ts", "close").drop_nulls().sort("event_ts"),
        left_on="settle_ts",
        right_on="event_ts",
        tolerance=timedelta(seconds=max_age_s),
    )
    return met.with_columns(ref_px=pl.coalesce("ref_px", "close")).select(SCHEMA.names())


def _last(name: str, holds: pl.Expr) -> pl.Expr:
    return pl.col(name).filter(holds & pl.col(name).is_not_null()).last()
