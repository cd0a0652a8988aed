"""Liquidation flow: prints that the venue says were forced, and that the public book never saw, every minute.

Only what a feed labels can be counted. Binance labels prints against the insurance fund and automatic deleveraging
(`X` of its trade stream), Hyperliquid's fills the takeover by a vault and automatic deleveraging, Kraken assignment and
termination; a liquidation that the book absorbs prints like any other order and is not here. So this is
a lower bound, and mostly 0.
"""

from collections.abc import Mapping
from math import fsum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, instant, latest_in_day
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.inputs.trading import TRADES
from signals.minute_coverage import minute_coverage
from signals.reading import whole
from signals.table import UTC_US, Column, Span, Table
from signals.taker_flow import TAKER_FLOW

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FORCED = ("INSURANCE_FUND", "ADL", "liquidation backstop", "Auto-Deleveraging", "assignment", "termination")
"""Labels of forced prints off the book: of Binance's trade stream (whose `NA` says nothing of why and is not counted),
of Hyperliquid's fills and of Kraken's trades."""

LIQUIDATION_FLOW = Table(
    name="liquidation_flow",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column("is_labelled", pl.Boolean(), "flag", "a print with a label of any kind came since 00:00 UTC"),
        Column(
            "buy_qty", pl.Float64(), "base", "forced prints whose taker bought; null unless is_labelled, and in gaps"
        ),
        Column("sell_qty", pl.Float64(), "base", "forced prints whose taker sold; likewise"),
        Column("n_prints", pl.Int64(), "prints", "forced prints, of unknown side too; likewise"),
        Column("coverage", pl.Float64(), "0 to 1", "share of the minute outside gaps of the tape; < 0.8: null"),
    ),
)


_PRINT = ("venue", "symbol", "event_ts", "known_ts", "seq", "price", "qty", "taker_side", "print_type")


def liquidation_flow(
    inputs: Mapping[str, pl.LazyFrame], prints: pl.DataFrame, *, span: Span, min_coverage: float
) -> pl.DataFrame:
    """LIQUIDATION_FLOW of every minute of the span whose last second has a row of taker_flow; `prints`: off the market.

    A feed that labels no print in a day says nothing about forced ones, so until the first label of the day all is
    null. A row is known when the seconds of its day up to its end are, which are known when their prints are, and when
    the prints that count here are.
    """
    seconds = whole(inputs, TAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "coverage"))
    seconds = seconds.filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until)
    second, second_known = (seconds[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    ends = second[second % MINUTE == 0]
    if not ends.size:
        return LIQUIDATION_FLOW.empty()
    labelled = _first_labels(inputs, np.unique((ends - 1) // DAY).tolist())
    forced = prints.filter(pl.col("print_type").is_in(FORCED))
    read = [(second - 1, second_known), *(_stamps(rows) for rows in (labelled, forced))]
    coverage = minute_coverage(second, seconds["coverage"].to_numpy(), ends)
    is_labelled = _in_day_before(labelled["event_ts"].to_physical().to_numpy(), ends)
    stands = pl.Series(is_labelled & (coverage >= min_coverage))
    buy, sell, count = _sums(forced, ends)
    values = pl.DataFrame({"buy_qty": buy, "sell_qty": sell, "n_prints": count})
    return values.select(
        venue=pl.lit(seconds["venue"][0]),
        symbol=pl.lit(seconds["symbol"][0]),
        bar_end=pl.Series(ends).cast(UTC_US),
        known_ts=pl.Series(np.maximum.reduce([latest_in_day(ends, *stamp) for stamp in read])).cast(UTC_US),
        is_labelled=pl.Series(is_labelled),
        **{name: pl.when(stands).then(pl.col(name)) for name in values.columns},
        coverage=pl.Series(coverage),
    )


def off_market_prints(inputs: Mapping[str, pl.LazyFrame], span: Span) -> pl.DataFrame:
    """Rows of TRADES in the span that were no match on the public book: few."""
    prints = inputs.get(TRADES.name, TRADES.empty().lazy())
    return prints.filter(pl.col("is_off_market"), pl.col("event_ts") >= span.start).select(_PRINT).collect()


def _first_labels(inputs: Mapping[str, pl.LazyFrame], days: list[int]) -> pl.DataFrame:
    """event_ts and known_ts of the first print with a label of each of the days that has one."""
    prints = inputs.get(TRADES.name, TRADES.empty().lazy()).select("event_ts", "known_ts", "print_type")
    of_days = [
        prints.filter(
            pl.col("event_ts").is_between(instant(day * DAY), instant((day + 1) * DAY), closed="left"),
            pl.col("print_type").is_not_null(),
        )
        for day in days
    ]
    return pl.concat([rows.head(1).collect() for rows in of_days])


def _stamps(rows: pl.DataFrame) -> tuple[Ints, Ints]:
    return rows["event_ts"].to_physical().to_numpy(), rows["known_ts"].to_physical().to_numpy()


def _in_day_before(ts: Ints, ends: Ints) -> NDArray[np.bool_]:
    """Whether one of the times lies before each end, in its day."""
    return np.searchsorted(ts, ends) > np.searchsorted(ts, (ends - 1) // DAY * DAY)


def _sums(forced: pl.DataFrame, ends: Ints) -> tuple[Floats, Floats, Ints]:
    """(bought, sold, prints) of each minute: few, and of sizes that need not be on the grid of lots."""
    ts, side, qty = (
        forced["event_ts"].to_physical().to_numpy(),
        forced["taker_side"].to_numpy(),
        forced["qty"].to_numpy(),
    )
    first, after = np.searchsorted(ts, ends - MINUTE), np.searchsorted(ts, ends)
    bought, sold = np.zeros(ends.size), np.zeros(ends.size)
    for minute in np.flatnonzero(after > first).tolist():
        mine = slice(first[minute], after[minute])
        bought[minute], sold[minute] = (fsum(qty[mine][side[mine] == one]) for one in (1, -1))
    return bought, sold, after - first
