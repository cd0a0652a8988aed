"""What is drawn on the heatmap: the largest trades, sweeps, quotes pulled, and chains of refills."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from pipeline.market import Market
from pipeline.timerange import TimeRange

if TYPE_CHECKING:
    from bokeh.models import GlyphRenderer
    from bokeh.plotting import figure

    from pipeline.reader import LakeReader

Shape = Literal["dot", "arrow", "bar"]

SHOWN: Final = 2_000
"""Marks of a kind that a page can hold and a reader can tell apart."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one kind. frame: `ts` (UTC), `price` and `text`, for hovering; an arrow points up where its
    `direction` is +1 and down where it is -1; a dot is white where it is +1 (the taker bought), else black; a bar
    goes from `ts` to `to_ts`. total: how many there are in the window, if not all are in the frame."""

    label: str
    shape: Shape
    color: str
    frame: pl.DataFrame
    is_filled: bool = True
    total: int | None = None

    @property
    def title(self) -> str:
        """The label, and how many are shown."""
        shown = self.frame.height
        if self.total is None or self.total == shown:
            return f"{self.label} ({shown:,})"
        return f"{self.label} (largest {shown:,} of {self.total:,} shown)"


def marks_of(reader: "LakeReader", market: Market, time: TimeRange, *, shown: int = SHOWN) -> list[Marks]:
    """The marks of a market in a stretch of time, at most `shown` of a kind: of trades the largest of each of `shown`
    equal pieces of the time, of the others the largest."""

    def read(table: str) -> pl.LazyFrame:
        return reader.read(table, venue=market.venue, symbol=market.symbol, since=time.since, until=time.until)

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
        return Marks("trades", "dot", "#ffffff", market.select(*_TRADE).collect(), total=0)
    piece = (last - first) // shown + 1
    largest = (
        market.with_columns(piece=(us - first) // piece)
        .sort("event_ts", "seq")
        .filter(pl.col("qty") == pl.col("qty").max().over("piece"))
        .unique("piece", keep="first", maintain_order=True)
        .select(*_TRADE)
        .collect()
    )
    return Marks("trades", "dot", "#ffffff", largest, total=total)


def _largest(
    label: str, shape: Shape, color: str, frame: pl.DataFrame, shown: int, *, is_filled: bool = True
) -> Marks:
    """The marks of the greatest weight, in order of time."""
    kept = frame.sort("weight", "ts", descending=[True, False], nulls_last=True).head(shown).sort("ts")
    return Marks(label, shape, color, kept, is_filled, frame.height)


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
    return pl.when(pl.col(column) == 1).then(pl.lit(buy)).when(pl.col(column) == -1).then(pl.lit(sell))


def _short(column: str) -> pl.Expr:
    """A size with four digits that say something."""
    return pl.col(column).round_sig_figs(4)


_TRADE: Final = (
    pl.col("event_ts").alias("ts"),
    pl.col("price"),
    pl.col("taker_side").alias("direction"),
    pl.format(
        "{} {} at {}", _side("bought", "sold", "taker_side").otherwise(pl.lit("traded")), _short("qty"), "price"
    ).alias("text"),
)


def draw_marks(chart: "figure", marks: Marks) -> "GlyphRenderer":
    """Draw the marks on a chart over time; they hide when their entry in the legend is clicked."""
    from bokeh.models import ColumnDataSource

    frame = marks.frame
    ms = {name: (frame[name].cast(pl.Int64) / 1e3).to_numpy() for name in ("ts", "to_ts") if name in frame.columns}
    data = {"ts": ms["ts"], "price": frame["price"].to_numpy(), "text": frame["text"].to_list()}
    data["at"] = frame["ts"].dt.strftime("%H:%M:%S%.3f").to_list()
    if marks.shape == "bar":
        source = ColumnDataSource(data | {"to_ts": ms["to_ts"]})
        return chart.segment(
            x0="ts", x1="to_ts", y0="price", y1="price", source=source, color=marks.color, line_width=3, line_cap="round"
        )
    is_up = (frame["direction"] == 1).to_list()
    if marks.shape == "dot":
        data |= {"fill": [marks.color if up else "#000000" for up in is_up]}
        data |= {"line": ["#000000" if up else marks.color for up in is_up]}
        return chart.scatter(
            "ts", "price", source=ColumnDataSource(data), size=5, fill_color="fill", line_color="line", line_width=0.7
        )
    data["marker"] = ["triangle" if up else "inverted_triangle" for up in is_up]
    fill = {"fill_color": marks.color, "line_color": "#ffffff", "line_width": 0.8}
    hollow = {"fill_alpha": 0.0, "line_color": marks.color, "line_width": 1.6}
    return chart.scatter(
        "ts", "price", source=ColumnDataSource(data), marker="marker", size=10, **(fill if marks.is_filled else hollow)
    )
