"""What is drawn on the heatmap: the largest trades, sweeps, quotes pulled, and chains of refills."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from pipeline.market import Market
from pipeline.timerange import TimeRange

if TYPE_CHECKING:
    from pipeline.reader import LakeReader

Shape = Literal["dot", "arrow", "bar"]

SHOWN: Final = 2_000
"""Marks of a kind that a page can hold and a reader can tell apart."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one kind. frame: `ts` (UTC), `price` and `text`, for hovering; an arrow points up where its
    `direction` is +1 and down where it is -1; a dot is white where it is +1 (the taker bought), else black; a bar
    goes from `ts` to `to_ts`. Those of greater `weight` are shown first where there is no room for all. total: how many
    there are in the window, the frame may hold the largest only."""

    label: str
    shape: Shape
    color: str
    frame: pl.DataFrame
    total: int
    is_filled: bool = True


def marks_of(reader: "LakeReader", market: Market, time: TimeRange, *, shown: int = SHOWN) -> list[Marks]:
    """The marks of a market in a stretch of time, at most `shown` of a kind: of trades the largest of each of `shown`
    equal pieces of the time, of the others the largest."""

    def read(table: str) -> pl.LazyFrame:
        return reader.feeding(table, venue=market.venue, symbol=market.symbol, since=time.since, until=time.until)

    pulls = _pulls(read("quote_pulls")).collect()
    lasting, restored = pulls.filter(~pl.col("is_restored")), pulls.filter("is_restored")
    return [
        _trades(read("trades"), shown),
        _largest("refill chains", "bar", "#ff5a36", _chains(read("replenishment")).collect(), shown),
        _largest("sweeps", "arrow", "#ff3ea5", _sweeps(read("sweeps")).collect(), shown),
        _largest("quotes pulled", "arrow", "#ff9e1b", lasting, shown),
        _largest("pulled, then restored", "arrow", "#ff9e1b", restored, shown, is_filled=False),
    ]


def _trades(trades: pl.LazyFrame, shown: int) -> Marks:
    """The largest trade of each piece of time."""
    market = trades.filter(~pl.col("is_off_market")).select("event_ts", "seq", "price", "qty", "taker_side")
    us = pl.col("event_ts").cast(pl.Int64)
    edges = market.select(first=us.min(), last=us.max(), n=pl.len()).collect()
    first, last, total = edges.row(0)
    if not total:
        return Marks("trades", "dot", "#ffffff", market.select(*_TRADE).collect(), 0)
    piece = (last - first) // shown + 1
    largest = (
        market.with_columns(piece=(us - first) // piece)
        .sort("event_ts", "seq")
        .filter(pl.col("qty") == pl.col("qty").max().over("piece"))
        .unique("piece", keep="first", maintain_order=True)
        .select(*_TRADE)
        .collect()
    )
    return Marks("trades", "dot", "#ffffff", largest, total)


def _largest(label: str, shape: Shape, color: str, frame: pl.DataFrame, shown: int, *, is_filled: bool = True) -> Marks:
    """The marks of the greatest weight, in order of time."""
    kept = frame.sort("weight", "ts", descending=[True, False], nulls_last=True).head(shown).sort("ts")
    return Marks(label, shape, color, kept, frame.height, is_filled)


def _sweeps(sweeps: pl.LazyFrame) -> pl.LazyFrame:
    """At the average price paid."""
    return sweeps.select(
        pl.col("event_ts").alias("ts"),
        (pl.col("quote") / pl.col("qty")).alias("price"),
        pl.col("side").alias("direction"),
        pl.col("quote").alias("weight"),
        pl.format(
            "sweep: {} {} through {} prices, {} bps", _side("bought", "sold"), _short("qty"), "levels",
            pl.col("span_bps").round(2),
        ).alias("text"),
    )  # fmt: skip


def _pulls(pulls: pl.LazyFrame) -> pl.LazyFrame:
    return pulls.select(
        pl.col("event_ts").alias("ts"),
        "price",
        "direction",
        "is_restored",
        pl.col("displayed_qty").alias("weight"),
        pl.format(
            "{} of {} pulled from {}{}", _side("bid", "ask"), _short("displayed_qty"), "price",
            pl.when("is_restored").then(pl.lit(", restored in {} ms")).otherwise(pl.lit("")),
        )
        .str.replace("{}", pl.col("restored_ms").round(0).cast(pl.Int64).cast(pl.String).fill_null("?"), literal=True)
        .alias("text"),
    )  # fmt: skip


def _chains(refills: pl.LazyFrame) -> pl.LazyFrame:
    """A bar a chain, from its beginning to its last refill, at the price where that was."""
    last = pl.all().sort_by("event_ts", "seq").last()
    return (
        refills.with_columns(day=pl.col("event_ts").dt.date())
        .group_by("day", "chain_id")
        .agg(last)
        .select(
            pl.col("start_ts").alias("ts"),
            pl.col("event_ts").alias("to_ts"),
            "price",
            pl.col("refilled_qty").alias("weight"),
            pl.format(
                "{} refilled {} times, {} in all, at {}", _side("bid", "ask"), "n_refills", _short("refilled_qty"),
                "price",
            ).alias("text"),
        )
    )  # fmt: skip


def _side(buy: str, sell: str, column: str = "side") -> pl.Expr:
    """What a side is called; one that is not known, "unknown side"."""
    known = pl.when(pl.col(column) == 1).then(pl.lit(buy)).when(pl.col(column) == -1).then(pl.lit(sell))
    return known.otherwise(pl.lit("unknown side"))


def _short(column: str) -> pl.Expr:
    """A size with four digits that say something."""
    return pl.col(column).round_sig_figs(4)


_TRADE: Final = (
    pl.col("event_ts").alias("ts"),
    pl.col("price"),
    pl.col("taker_side").alias("direction"),
    pl.col("qty").alias("weight"),
    pl.format("{} {} at {}", _side("bought", "sold", "taker_side"), _short("qty"), "price").alias("text"),
)
