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


def standing(icebergs: pl.DataFrame, refills: pl.DataFrame) -> pl.DataFrame:
    """Where each iceberg stood, an event per price it kept: columns iceberg (row of `icebergs`), venue, symbol, side,
    price, start_ts, end_ts.

    It begins at its price; its refills (of the truth) say where it went on, which is elsewhere once the market has
    passed that price.
    """
    key = ("venue", "symbol", "chain")
    rows = icebergs.with_row_index("iceberg")
    placed = rows.select("iceberg", *key, "side", "price", "end_ts", start_ts="start_ts")
    shown = refills.select(*key, "price", start_ts="event_ts").join(
        rows.select("iceberg", *key, "side", "end_ts"), on=key
    )
    steps = pl.concat([placed, shown.select(placed.columns)]).sort("iceberg", "start_ts", maintain_order=True)
    moves = (pl.col("price") != pl.col("price").shift().over("iceberg")).fill_null(True)
    legs = steps.filter(moves)
    until = pl.col("start_ts").shift(-1).over("iceberg").fill_null(pl.col("end_ts"))
    return legs.with_columns(end_ts=pl.max_horizontal(until, "start_ts")).drop("chain")


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
