"""Planted signals: one honest, and copies of it each of which looks ahead in a way of its own."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import polars as pl

from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.inputs.trading import TRADES
from signals.table import UTC_US, Column, Input, Signal, Span, Table

_BAR: Final = "1s"
_DELAY: Final = pl.duration(milliseconds=50)

TRADED = Table(
    name="traded",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        Column("bar_end", UTC_US, "UTC", "exclusive end of the bar"),
        KNOWN_TS,
        Column("qty", pl.Float64(), "base", "traded in the bar"),
        Column("last_px", pl.Float64(), "quote per base", "price of the bar's last print"),
    ),
)

Change = Callable[[pl.DataFrame, Span], pl.DataFrame]


def traded(trades: pl.DataFrame, span: Span) -> pl.DataFrame:
    """Quantity and last price of bars from the first print to `span.until`; quantities are counted in lots."""
    if trades.is_empty():
        return TRADED.empty()
    end = pl.col("event_ts").dt.truncate(_BAR).dt.offset_by(_BAR)
    bars = trades.group_by(bar_end=end, maintain_order=True).agg(
        qty=(pl.col("qty") * 1_000).round().sum() / 1_000,
        last_px=pl.col("price").last(),
        known=pl.col("known_ts").max(),
    )
    first = bars["bar_end"].min()
    if first > span.until:
        return TRADED.empty()
    every = pl.DataFrame({"bar_end": pl.datetime_range(first, span.until, _BAR, eager=True).cast(UTC_US)})
    return every.join(bars, on="bar_end", how="left", maintain_order="left").select(
        pl.lit(trades["venue"][0]).alias("venue"),
        pl.lit(trades["symbol"][0]).alias("symbol"),
        "bar_end",
        pl.max_horizontal(pl.col("bar_end") + _DELAY, pl.col("known").cum_max().forward_fill()).alias("known_ts"),
        pl.col("qty").fill_null(0.0),
        "last_px",
    )


def planted(name: str, change: Change = lambda frame, _: frame, warmup: timedelta = timedelta(0)) -> Signal:
    """The honest signal with its result changed."""

    def compute(
        inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, **_: Any
    ) -> dict[str, pl.DataFrame]:
        del chunk_rows
        return {"traded": change(traded(inputs["trades"].collect(), span), span).select(TRADED.schema.names())}

    return Signal(name, 1, "planted", (Input(TRADES, history=warmup),), (TRADED,), compute)


def forgets_at_chunks() -> Signal:
    """Reads chunk by chunk and takes the last chunk's word for a bar cut in two."""

    def compute(
        inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, **_: Any
    ) -> dict[str, pl.DataFrame]:
        trades = inputs["trades"].collect()
        whole = traded(trades, span)
        chunks = [traded(chunk, span).filter(pl.col("qty") > 0) for chunk in trades.iter_slices(chunk_rows)]
        parts = pl.concat([TRADED.empty(), *chunks]).unique("bar_end", keep="last").select("bar_end", "qty")
        return {
            "traded": whole.drop("qty")
            .join(parts, on="bar_end", how="left", maintain_order="left")
            .with_columns(pl.col("qty").fill_null(0.0))
            .select(TRADED.schema.names())
        }

    return Signal("forgets_at_chunks", 1, "planted", (Input(TRADES),), (TRADED,), compute)


def sorts_by_recorder() -> Signal:
    """Takes the print that came last for the last print: its value turns on when inputs were known."""

    def compute(
        inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, **_: Any
    ) -> dict[str, pl.DataFrame]:
        del chunk_rows
        trades = inputs["trades"].collect()
        in_bar = pl.col("event_ts").dt.truncate(_BAR)
        last = pl.col("price").sort_by("known_ts").last().over(in_bar)
        return {"traded": traded(trades.with_columns(price=last), span)}

    return Signal("sorts_by_recorder", 1, "planted", (Input(TRADES),), (TRADED,), compute)


def _known(expr: pl.Expr) -> Change:
    return lambda frame, _: frame.with_columns(known_ts=expr)


def _qty(expr: pl.Expr) -> Change:
    return lambda frame, _: frame.with_columns(qty=expr)


_END, _LATEST = pl.col("bar_end"), pl.col("known_ts")

HONEST = planted("honest")
NEXT_BAR = planted("next_bar", _qty(pl.col("qty").shift(-1)))
BACKFILLED = planted("backfilled", lambda frame, _: frame.with_columns(pl.col("last_px").backward_fill()))
DAY_MEAN = planted("day_mean", _qty(pl.col("qty") / pl.col("qty").mean()))
LABELLED_AT_START = planted("labelled_at_start", lambda frame, _: frame.with_columns(_END.dt.offset_by(f"-{_BAR}")))
KNOWN_AT_START = planted(
    "known_at_start",
    lambda frame, _: frame.with_columns(_END.dt.offset_by(f"-{_BAR}"), _LATEST.dt.offset_by(f"-{_BAR}")),
)
KNOWN_TOO_EARLY = planted("known_too_early", _known(_END + _DELAY))
KNOWN_BEFORE_THE_END = planted("known_before_the_end", _known(_END.dt.offset_by("-1us")))
KNOWN_OUT_OF_ORDER = planted("known_out_of_order", _known(_LATEST + pl.duration(seconds=5 * (_END.dt.second() % 2))))
EARLY_WHEN_LATE = planted("early_when_late", _known(_END + pl.duration(minutes=2) - (_LATEST - _END)))
NEVER_RESTARTS = planted("never_restarts", _qty((pl.col("qty") * 1_000).round().cum_sum() / 1_000))
SAYS_NOTHING = planted("says_nothing", lambda frame, _: frame.with_columns(last_px=pl.lit(None, pl.Float64())))
COUNTS_TO_THE_END = planted(
    "counts_to_the_end", lambda frame, span: frame.with_columns(qty=(span.until - _END).dt.total_seconds().cast(float))
)
FORGETS_AT_CHUNKS = forgets_at_chunks()
SORTS_BY_RECORDER = sorts_by_recorder()
