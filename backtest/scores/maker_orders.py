"""Passive orders by their ids, where a tape names them: how many takers met one, and which must have been hidden."""

import polars as pl


def maker_orders(prints: pl.DataFrame) -> pl.DataFrame:
    """One row per passive order that was filled, sorted by id.

    prints: event_ts, price, qty, maker_side, maker, taker (order ids). Columns: maker, maker_side, price, qty
    (executed), n_takers (distinct taker orders it met), first_ts, last_ts. An order filled in several separate taker
    events stood there all the while: no chain of new orders.
    """
    return (
        prints.group_by("maker")
        .agg(
            pl.col("maker_side", "price").first(),
            pl.col("qty").sum(),
            n_takers=pl.col("taker").n_unique(),
            first_ts=pl.col("event_ts").min(),
            last_ts=pl.col("event_ts").max(),
        )
        .sort("maker")
    )


def most_displayed(orders: pl.DataFrame, quotes: pl.DataFrame) -> pl.Series:
    """Per order the most that stood at its price while that was the best, all orders together.

    Of quotes from the one that stood before its first fill to its last fill. An order that executed more was never
    seen whole: part of it was hidden, or it stood behind a better price meanwhile. Null if its price was not the best
    just before its first fill: who sweeps a level behind the best leaves a remainder that was never shown whole.
    quotes: event_ts, bid_px, bid_qty, ask_px, ask_qty, in order.
    """
    standing = quotes.with_columns(until=pl.col("event_ts").shift(-1, fill_value=pl.col("event_ts").max()))
    sides = pl.concat(
        [
            standing.select("event_ts", "until", price="bid_px", shown="bid_qty", maker_side=pl.lit(1)),
            standing.select("event_ts", "until", price="ask_px", shown="ask_qty", maker_side=pl.lit(-1)),
        ]
    )
    at_price = orders.select("maker", "maker_side", "price", "first_ts", "last_ts").join(
        sides, on=["maker_side", "price"], how="inner"
    )
    stood = (pl.col("event_ts") <= pl.col("last_ts")) & (pl.col("until") >= pl.col("first_ts"))
    most = (
        at_price.filter(stood)
        .group_by("maker")
        .agg(pl.col("shown").max(), was_best=(pl.col("event_ts") < pl.col("first_ts")).any())
        .select("maker", shown=pl.when("was_best").then("shown"))
    )
    return orders.join(most, on="maker", how="left", maintain_order="left")["shown"]
