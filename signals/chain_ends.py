"""Chain ends: how chains of refills ended, stated when it is certain that no refill comes any more.

From these the sizes of chains are learnt. Only chains that were published are here (`min_refills`).
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND, latest_in_day, microseconds
from signals.grid import Grid
from signals.inputs.bookkeeping import GAPS, INSTRUMENTS
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.inputs.trading import TRADES
from signals.reading import whole
from signals.refill_chains import BREAKING, EXECUTION_COLUMNS, LinkRules, is_quick, last_break, refill_chains
from signals.refills import REFILLS
from signals.table import UTC_US, Column, Input, Signal, Span, Table
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]

ENDS = {
    "quiet": "no taker took what was shown last",
    "taken": "one took it, and nothing came back",
    "passed": "takers went through it and beyond",
    "withdrawn": "takers went beyond and did not meet it",
    "cut": "book or tape had a gap, or the day ended",
}
"""How a chain ends. The first four are in the order of kernels.chain_ends."""

CHAIN_ENDS = Table(
    name="chain_ends",
    grain="one row per chain of refills that is over; sums and medians are of the whole chain",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        Column("start_ts", UTC_US, "UTC", "the last taker order before the chain's first refill"),
        Column(EVENT_TS.name, UTC_US, "UTC", "the chain's last refill"),
        Column(
            "decided_ts", UTC_US, "UTC", "from when on no refill could continue it: `max_gap_s` later, or the day's end"
        ),
        Column(KNOWN_TS.name, UTC_US, "UTC", "from when the row may be used: when all up to decided_ts was known"),
        Column("seq", pl.Int64(), "count", "position of the last refill in the day's `refills`"),
        Column("chain_id", pl.Int64(), "count", "as in `replenishment`"),
        Column("side", pl.Int8(), "+1/-1", "+1 a bid was refilled (passive buying), -1 an ask"),
        Column("price", pl.Float64(), "quote per base", "where the chain stood at last"),
        Column("n_refills", pl.Int64(), "refills", "refills"),
        Column("n_fast", pl.Int64(), "refills", "of these, hidden or within `native_ms`, as of a native iceberg"),
        Column("n_hidden", pl.Int64(), "refills", "of these, seen on the tape only"),
        Column("n_even", pl.Int64(), "refills", "of the others, its first and those equal to the sizes before"),
        Column("displayed_peak_qty", pl.Float64(), "base", "median of what was displayed anew"),
        Column("detected_qty", pl.Float64(), "base", "own_qty at the refill from which on the chain was stated"),
        Column(
            "own_qty",
            pl.Float64(),
            "base",
            "executed up to the last refill, at most what came back: the rest is of others at the price",
        ),
        Column("last_qty", pl.Float64(), "base", "shown by the last refill; null if hidden"),
        Column("ended_by", pl.String(), "text", "; ".join(f"{name}: {meaning}" for name, meaning in ENDS.items())),
    ),
)

_ORDER = ("event_ts", "known_ts", "side", "levels", "first_px", "last_px", "displayed_qty", "consumed_qty")


def chain_ends(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    min_refills: int,
    delay_ms: int,
    **rules: float,
) -> dict[str, pl.DataFrame]:
    """CHAIN_ENDS of the chains of the span of which it is certain by `span.until` that they are over.

    `rules` are those of refill_chains; `delay_ms`: how long after decided_ts a silence of the feeds is taken for a
    silence of the market.
    """
    del chunk_rows  # refills and orders are few against prints and levels
    refills = whole(inputs, REFILLS).filter(pl.col("event_ts") >= span.start)
    if refills.is_empty():
        return {CHAIN_ENDS.name: CHAIN_ENDS.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    gaps = whole(inputs, GAPS).filter(pl.col("table_name").is_in(BREAKING)).sort("from_ts")
    orders = whole(inputs, TAKER_ORDERS, columns=_ORDER)
    trades = whole(inputs, TRADES, columns=EXECUTION_COLUMNS)
    rule = LinkRules(**rules)  # type: ignore[arg-type]  # max_steps is whole
    last = _last_states(refill_chains(refills, trades, gaps, grid, rule), min_refills, rule.native_ms)
    max_gap_us = round(rule.max_gap_s * SECOND)

    ts = last["event_ts"].to_physical().to_numpy()
    decided = np.minimum(ts + max_gap_us, ts // DAY * DAY + DAY - 1)
    is_cut = (decided < ts + max_gap_us) | (_last_break(decided, gaps) > ts)
    followed = np.array(list(ENDS))[_followed(last, orders, decided, grid)]
    rows = last.with_columns(
        decided_ts=pl.Series(decided).cast(UTC_US),
        known_ts=pl.Series(_known(decided, delay_ms, refills, trades, gaps, orders)).cast(UTC_US),
        displayed_peak_qty=pl.Series(last["peak"].to_numpy() / grid.lots),
        detected_qty=pl.Series(grid.qty(last["detected"].to_numpy())),
        own_qty=pl.Series(grid.qty(last["own"].to_numpy())),
        last_qty=pl.when(~pl.col("is_hidden")).then(pl.Series(grid.qty(last["shown"].to_numpy()))),
        ended_by=pl.Series(np.where(is_cut, "cut", followed), dtype=pl.String),
    ).filter(pl.Series(decided <= microseconds(span.until)))
    return {CHAIN_ENDS.name: CHAIN_ENDS.check(rows.select(CHAIN_ENDS.schema.names()))}


def _last_states(chains: pl.DataFrame, min_refills: int, native_ms: float) -> pl.DataFrame:
    """The last refill of each chain of at least `min_refills`, in order of time."""
    return chains.with_columns(
        n_even=pl.col("n_equal") + (~pl.col("is_hidden")).first().over("chain").cast(pl.Int64),
        n_fast=is_quick(native_ms).cast(pl.Int64).sum().over("chain"),
        detected=pl.col("own").filter(pl.col("n_refills") == min_refills).first().over("chain"),
    ).filter(pl.col("n_refills") >= min_refills, pl.col("n_refills") == pl.len().over("chain"))


def _last_break(decided: Ints, gaps: pl.DataFrame) -> Ints:
    """The end of the last gap that could keep a refill up to each time from continuing a chain, or its midnight."""
    began, ended = (gaps[name].to_physical().to_numpy() for name in ("from_ts", "to_ts"))
    return last_break(decided, began, ended)


def _followed(last: pl.DataFrame, orders: pl.DataFrame, decided: Ints, grid: Grid) -> Ints:
    """What takers did at the price of each chain after its last refill, as in kernels.chain_ends."""
    from signals.kernels.chain_ends import what_followed  # numba is imported only to compute

    is_whole = (pl.col("levels") == 1) & (pl.col("consumed_qty") >= pl.col("displayed_qty"))
    return what_followed(
        last["event_ts"].to_physical().to_numpy(),
        decided,
        last["side"].cast(pl.Int64).to_numpy(),
        grid.ticks(last["price"].to_numpy()),
        orders["event_ts"].to_physical().to_numpy(),
        orders["side"].cast(pl.Int64).to_numpy(),
        grid.ticks(orders["first_px"].to_numpy()),
        grid.ticks(orders["last_px"].to_numpy()),
        orders.select(is_whole.fill_null(False).alias("is_whole"))["is_whole"].to_numpy(),
    )


def _known(decided: Ints, delay_ms: int, *inputs: pl.DataFrame) -> Ints:
    """Per end (in order of time), when all of its day up to it was known."""
    known = decided + delay_ms * 1_000
    for rows in inputs:
        time = "from_ts" if "from_ts" in rows.columns else "event_ts"
        ts, known_ts = (rows[name].to_physical().to_numpy() for name in (time, "known_ts"))
        known = np.maximum(known, latest_in_day(decided + 1, ts, known_ts))
    return known


CHAIN_ENDS_SIGNAL = Signal(
    name="chain_ends",
    version=2,
    meaning="how chains of refills ended",
    inputs=(Input(INSTRUMENTS), Input(REFILLS), Input(TRADES), Input(TAKER_ORDERS), Input(GAPS)),
    outputs=(CHAIN_ENDS,),
    compute=chain_ends,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "max_gap_s": 120.0,
        "max_steps": 6,
        "min_refills": 3,
        "native_ms": 5.0,
        "synthetic_ms": 300.0,
        "size_tolerance": 0.02,
        "peak_spread": 0.1,
        "delay_ms": 100,
    },
    presets={"demo": {"min_refills": 2}},  # hardly anybody hides in the demo market
)
