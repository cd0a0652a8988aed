"""Chains as events: those of the detector, those of the truth, and those of the naive baseline."""

from datetime import timedelta

import polars as pl

_DAY = pl.col("event_ts").dt.date().alias("day")
_CHAIN = ("venue", "symbol", "day", "chain_id")

NAIVE_ORDERS = 3
NAIVE_GAP = timedelta(seconds=10)


def found_chains(replenishment: pl.DataFrame) -> pl.DataFrame:
    """One event per chain of `replenishment`: from its start to its last refill, where it stood first.

    Columns venue, symbol, day, chain_id, side, price, start_ts, end_ts, and known_ts of the row that stated it first.
    """
    rows = replenishment.with_columns(_DAY).sort("venue", "symbol", "event_ts", "seq")
    return rows.group_by(_CHAIN, maintain_order=True).agg(
        pl.col("side", "price", "start_ts", "known_ts").first(), end_ts=pl.col("event_ts").last()
    )


def true_chains(icebergs: pl.DataFrame) -> pl.DataFrame:
    """Icebergs as events, in order of their key."""
    return icebergs.sort("venue", "symbol", "chain")


def volume_spikes(taker_orders: pl.DataFrame) -> pl.DataFrame:
    """The naive baseline: at least three taker orders at one price, each at most 10 s after the one before, that
    together executed more than was displayed before the first.

    taker_orders: rows of the signal of one or more markets; those of one price only, which say what was displayed
    there.
    """
    orders = taker_orders.filter(pl.col("levels") == 1, pl.col("displayed_qty").is_not_null())
    place = ("venue", "symbol", "side", "price")
    orders = orders.select(
        "venue", "symbol", "event_ts", "seq", "qty", "displayed_qty", side=-pl.col("side"), price="first_px"
    ).sort(*place, "event_ts", "seq")
    begins = (pl.col("event_ts").diff() > NAIVE_GAP).fill_null(True)
    runs = orders.with_columns(run=begins.cast(pl.Int64).cum_sum().over(place))
    spikes = runs.group_by(*place, "run", maintain_order=True).agg(
        start_ts=pl.col("event_ts").first(),
        end_ts=pl.col("event_ts").last(),
        n=pl.len(),
        executed=pl.col("qty").sum(),
        displayed=pl.col("displayed_qty").first(),
    )
    is_spike = (pl.col("n") >= NAIVE_ORDERS) & (pl.col("executed") > pl.col("displayed"))
    return spikes.filter(is_spike).sort("start_ts", *place)
