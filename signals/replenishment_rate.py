"""Replenishment rate: how much the chains of refills gave and got back every minute, a row a side of the book.

What happened before a chain was stated (its first row in `replenishment`) is in no minute, for it was not known then.
A chain is active for ten minutes after its last refill, no longer than to 00:00 UTC or a gap of book or tape, where
chains end. Whether what is replenished is one order's, `replenishment` says as well as it can be said.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day
from signals.book_state import BAR_END, BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import GAPS, INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.minute_coverage import minute_coverage
from signals.reading import whole
from signals.refill_chains import BREAKING, last_break
from signals.replenishment import REPLENISHMENT
from signals.table import UTC_US, Column, Input, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.window_sums import sum_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SIDES = (-1, 1)

REPLENISHMENT_RATE = Table(
    name="replenishment_rate",
    grain="one row per minute and side of the book",
    key=("venue", "symbol", "bar_end", "side"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        Column("side", pl.Int8(), "+1/-1", "+1 bids (passive buying), -1 asks"),
        KNOWN_TS,
        Column("n_refills", pl.Int64(), "refills", "of stated chains, in the minute; this and all below null in gaps"),
        Column("n_chains", pl.Int64(), "chains", "active at bar_end: refilled in the last `active_min` minutes"),
        Column(
            "executed_qty",
            pl.Float64(),
            "base",
            "executed at the chains in the minute, before their refills; a chain's first row counts 0",
        ),
        Column("refilled_qty", pl.Float64(), "base", "what came back in the minute, counted likewise"),
        Column("replenish_ratio", pl.Float64(), "share", "refilled / executed; null if nothing was executed"),
        Column("replenish_rate_qty_s", pl.Float64(), "base per second", "refilled_qty over 60 seconds"),
        Column(
            "replenish_imbalance",
            pl.Float64(),
            "[-1, 1]",
            "(bids - asks) / (bids + asks) of refilled_qty, the same in both rows; null if nothing came back",
        ),
        Column(
            "n_sized", pl.Int64(), "chains", "active chains whose last row says what remains: the sums below are theirs"
        ),
        Column("remaining_qty", pl.Float64(), "base", "still to come, as last stated; null if n_sized is 0"),
        Column("remaining_low_qty", pl.Float64(), "base", "sum of their lower bounds: lower than of the sum"),
        Column("remaining_high_qty", pl.Float64(), "base", "sum of their upper bounds: higher than of the sum"),
        Column(
            "coverage", pl.Float64(), "0 to 1", "share of the minute with a book and a tape, the lesser; < 0.8: null"
        ),
    ),
)

_CHAIN = (
    "event_ts", "known_ts", "chain_id", "side", "executed_qty", "refilled_qty", "remaining_qty", "remaining_low_qty",
    "remaining_high_qty",
)  # fmt: skip
_REMAINING = ("remaining_qty", "remaining_low_qty", "remaining_high_qty")


def replenishment_rate(
    inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, active_min: float, min_coverage: float
) -> dict[str, pl.DataFrame]:
    """REPLENISHMENT_RATE of every minute of the span whose last second has a row of taker_flow.

    A row is known when the seconds, refills and gaps of its day up to its end are.
    """
    del chunk_rows  # refills of chains are few
    inside = (pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until)
    tape = whole(inputs, TAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "coverage")).filter(inside)
    book = whole(inputs, BOOK_STATE, columns=("bar_end", "known_ts", "coverage")).filter(inside)
    second = tape["bar_end"].to_physical().to_numpy()
    ends = second[second % MINUTE == 0]
    if not ends.size:
        return {REPLENISHMENT_RATE.name: REPLENISHMENT_RATE.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    chains = whole(inputs, REPLENISHMENT, columns=_CHAIN).filter(pl.col("event_ts") >= span.start)
    gaps = whole(inputs, GAPS).filter(pl.col("table_name").is_in(BREAKING)).sort("from_ts")
    read = ((tape, "bar_end", 1), (book, "bar_end", 1), (chains, "event_ts", 0), (gaps, "from_ts", 0))
    known = np.maximum.reduce([_known(ends, rows, time, back) for rows, time, back in read])
    coverage = np.minimum(*(_coverage(seconds, ends) for seconds in (tape, book)))
    minutes = pl.DataFrame(
        {
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(known).cast(UTC_US),
            "coverage": coverage,
        }
    )
    breaks = last_break(ends - 1, *(gaps[name].to_physical().to_numpy() for name in ("from_ts", "to_ts")))
    since = np.maximum(ends - round(active_min * MINUTE), breaks)
    sides = [_of_side(chains.filter(pl.col("side") == side), ends, since, grid, side) for side in SIDES]
    rows = pl.concat([pl.concat([minutes, _balanced(side, sides)], how="horizontal") for side in sides])
    values = pl.exclude("bar_end", "known_ts", "coverage", "side")
    rows = rows.with_columns(
        pl.when(pl.col("coverage") >= min_coverage).then(values),
        venue=pl.lit(tape["venue"][0]),
        symbol=pl.lit(tape["symbol"][0]),
    )
    rows = rows.sort("bar_end", "side").select(REPLENISHMENT_RATE.schema.names())
    return {REPLENISHMENT_RATE.name: REPLENISHMENT_RATE.check(rows)}


def _known(ends: Ints, rows: pl.DataFrame, time: str, back: int) -> Ints:
    ts, known = (rows[name].to_physical().to_numpy() for name in (time, "known_ts"))
    return latest_in_day(ends, ts - back, known)


def _coverage(seconds: pl.DataFrame, ends: Ints) -> Floats:
    return minute_coverage(seconds["bar_end"].to_physical().to_numpy(), seconds["coverage"].to_numpy(), ends)


def _of_side(chains: pl.DataFrame, ends: Ints, since: Ints, grid: Grid, side: int) -> pl.DataFrame:
    """What the chains of one side did in the minutes up to `ends`; active: last refilled from `since` on."""
    rows = chains.with_columns(
        executed=pl.Series(grid.whole_lots(chains["executed_qty"].to_numpy())),
        refilled=pl.Series(grid.whole_lots(chains["refilled_qty"].to_numpy())),
        day=pl.col("event_ts").dt.truncate("1d"),
    ).with_columns(
        pl.col("executed", "refilled").diff().over("day", "chain_id").fill_null(0),
        next_ts=pl.col("event_ts").shift(-1).over("day", "chain_id").to_physical(),
    )
    ts = rows["event_ts"].to_physical().to_numpy()
    first, after = np.searchsorted(ts, ends - MINUTE), np.searchsorted(ts, ends)
    executed, refilled = (sum_between(rows[name].to_numpy(), first, after) for name in ("executed", "refilled"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = refilled / executed
    return pl.DataFrame(
        {
            "side": pl.Series(np.full(ends.size, side), dtype=pl.Int8),
            "n_refills": after - first,
            "executed_qty": grid.qty(executed),
            "refilled_qty": grid.qty(refilled),
            "replenish_ratio": pl.Series(np.where(executed > 0, ratio, np.nan)).fill_nan(None),
            "replenish_rate_qty_s": grid.qty(refilled) / 60,
            **_active(rows, ts, since, ends),
        }
    )


def _active(rows: pl.DataFrame, ts: Ints, since: Ints, ends: Ints) -> dict[str, pl.Series]:
    """How many chains stood at each end, and what their last rows say of what remains."""
    following = rows["next_ts"].fill_null(np.iinfo(np.int64).max).to_numpy()
    remaining = rows.select(_REMAINING).to_numpy()
    sized = np.isfinite(remaining[:, 0])
    made = np.full((len(_REMAINING), ends.size), np.nan)
    counts = np.zeros((2, ends.size), np.int64)
    for place, (begin, end) in enumerate(zip(since.tolist(), ends.tolist(), strict=True)):
        inside = np.arange(*np.searchsorted(ts, (begin, end)))
        last = inside[following[inside] >= end]
        counts[:, place] = last.size, sized[last].sum()
        if sized[last].any():
            made[:, place] = remaining[last[sized[last]]].sum(axis=0)
    sums = {name: pl.Series(values).fill_nan(None) for name, values in zip(_REMAINING, made, strict=True)}
    return {"n_chains": pl.Series(counts[0]), "n_sized": pl.Series(counts[1]), **sums}


def _balanced(side: pl.DataFrame, sides: list[pl.DataFrame]) -> pl.DataFrame:
    """The side's rows, and how refills of bids and asks compare."""
    ask, bid = (frame["refilled_qty"] for frame in sides)
    imbalance = pl.DataFrame({"bid": bid, "ask": ask}).select(
        replenish_imbalance=pl.when(pl.col("bid") + pl.col("ask") > 0).then(
            (pl.col("bid") - pl.col("ask")) / (pl.col("bid") + pl.col("ask"))
        )
    )
    return pl.concat([side, imbalance], how="horizontal")


REPLENISHMENT_RATE_SIGNAL = Signal(
    name="replenishment_rate",
    version=1,
    meaning="what chains of refills gave and got back every minute, by side of the book",
    inputs=(Input(INSTRUMENTS), Input(REPLENISHMENT), Input(TAKER_FLOW), Input(BOOK_STATE), Input(GAPS)),
    outputs=(REPLENISHMENT_RATE,),
    compute=replenishment_rate,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"active_min": 10, "min_coverage": 0.8},
)
