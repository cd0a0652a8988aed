"""Taker aggression: what takers bought net over the last 1, 10, 60 and 300 seconds, every second.

Positive: takers bought. No trade is a flow of 0 and no ratio. Seconds that are missing, or of which too much lies in
a gap of the tape, are in no sum; too many of them, and the window says nothing.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import SECOND, latest_in_day
from signals.book_state import BAR_END
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.window_sums import running, within

Ints = NDArray[np.int64]

WINDOWS_S = (1, 10, 60, 300)


def _columns(name: str, dtype: pl.DataType, unit: str, meaning: str) -> tuple[Column, ...]:
    """One column a window."""
    return tuple(Column(f"{name}_{s}s", dtype, unit, meaning.format(s=s)) for s in WINDOWS_S)


TAKER_AGGRESSION = Table(
    name="taker_aggression",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        *_columns(
            "net_qty", pl.Float64(), "base", "bought minus sold by takers over {s} s; this and the like null in gaps"
        ),
        *_columns("ratio", pl.Float64(), "[-1, 1]", "the same over all that was traded in {s} s; null without a trade"),
        *_columns("net_quote", pl.Float64(), "quote", "notional bought minus sold by takers over {s} s"),
        *_columns("n_orders", pl.Int64(), "orders", "taker orders that began in the {s} s"),
        *_columns("coverage", pl.Float64(), "0 to 1", "share of the {s} s that is counted; null values below 0.8"),
    ),
)

_READ = ("venue", "symbol", "bar_end", "known_ts", "buy_qty", "sell_qty", "net_quote", "n_orders", "coverage")


def taker_aggression(
    inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, min_coverage: float
) -> dict[str, pl.DataFrame]:
    """TAKER_AGGRESSION for every row of taker_flow in the span.

    A row is known when all seconds of its windows are, and after the rows of its day before it.
    """
    del chunk_rows  # a row a second: small
    flow = whole(inputs, TAKER_FLOW, columns=_READ)
    if flow.is_empty():
        return {TAKER_AGGRESSION.name: TAKER_AGGRESSION.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    ends = flow["bar_end"].to_physical().to_numpy()
    stands = flow["buy_qty"].is_not_null().to_numpy()
    buy, sell = (grid.whole_lots(flow[name].fill_null(0).to_numpy()) for name in ("buy_qty", "sell_qty"))
    net, total = running(buy - sell), running(buy + sell)
    quote = running(grid.tick_lots(flow["net_quote"].fill_null(0).to_numpy()))
    orders = running(flow["n_orders"].fill_null(0).to_numpy())
    covered = running(np.rint(flow["coverage"].to_numpy() * SECOND).astype(np.int64) * stands)

    here = np.arange(1, ends.size + 1)
    values: dict[str, NDArray[np.generic]] = {}
    for seconds in WINDOWS_S:
        first = np.searchsorted(ends, ends - seconds * SECOND, side="right")
        coverage = within(covered, first, here) / (seconds * SECOND)
        is_null = coverage < min_coverage
        flows, traded = within(net, first, here), within(total, first, here)
        with np.errstate(divide="ignore", invalid="ignore"):  # no trade: no ratio
            ratio = flows / traded
        values |= {
            f"net_qty_{seconds}s": np.where(is_null, np.nan, grid.qty(flows)),
            f"ratio_{seconds}s": np.where(is_null, np.nan, ratio),
            f"net_quote_{seconds}s": np.where(is_null, np.nan, grid.quote(within(quote, first, here))),
            f"n_orders_{seconds}s": np.where(is_null, -1, within(orders, first, here)),
            f"coverage_{seconds}s": coverage,
        }
    known = latest_in_day(ends, ends - 1, flow["known_ts"].to_physical().to_numpy(), max(WINDOWS_S) * SECOND)
    rows = flow.select("venue", "symbol", "bar_end").with_columns(
        known_ts=pl.Series(known).cast(UTC_US), **{name: pl.Series(value) for name, value in values.items()}
    )
    rows = rows.filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until).with_columns(
        pl.selectors.float().fill_nan(None), pl.col("^n_orders_.*$").replace(-1, None)
    )
    return {TAKER_AGGRESSION.name: TAKER_AGGRESSION.check(rows.select(TAKER_AGGRESSION.schema.names()))}


TAKER_AGGRESSION_SIGNAL = Signal(
    name="taker_aggression",
    version=1,
    meaning="net taker flow over 1, 10, 60 and 300 seconds, every second",
    inputs=(Input(INSTRUMENTS), Input(TAKER_FLOW, history=timedelta(seconds=max(WINDOWS_S)))),
    outputs=(TAKER_AGGRESSION,),
    compute=taker_aggression,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"min_coverage": 0.8},
)
