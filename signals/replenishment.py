"""Replenishment: chains of refills that one order could have made, the mark of an iceberg or of a program.

An order that shows a peak at a time shows the next after takers executed the one before, of the same size or nearly so:
at its price, or, once takers went past that, at the best price of its side. A chain is a string of such refills, each
at most two minutes after the one before; others refill the same prices, so several chains may stand at one. It is
published from the refill on at which chance explains it badly (`llr`), a row a refill, never back-dated. Chains end at
00:00 UTC and where book or tape have a gap. No chain is a proof: hidden or retail-only liquidity looks the same.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, microseconds
from signals.chain_ends import CHAIN_ENDS
from signals.chain_scores import Rules, scored
from signals.grid import Grid
from signals.inputs.bookkeeping import GAPS, INSTRUMENTS
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.inputs.trading import TRADES
from signals.reading import whole
from signals.refill_chains import refill_chains
from signals.refill_classes import CLASS_COLUMNS
from signals.refill_past import Past, between
from signals.refills import REFILLS
from signals.remaining_size import REMAINING_COLUMNS, remaining_size
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table

Ints = NDArray[np.int64]

REPLENISHMENT = Table(
    name="replenishment",
    grain="one row per refill of a chain from the one that stated it on; sums and medians are of the chain so far",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        Column("start_ts", UTC_US, "UTC", "the last taker order before the chain's first refill"),
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position of this refill in the day's `refills`"),
        Column("chain_id", pl.Int64(), "count", "number of the chain in the day, from 0, by its first refill"),
        Column("side", pl.Int8(), "+1/-1", "+1 a bid is refilled (passive buying), -1 an ask"),
        Column("price", pl.Float64(), "quote per base", "where the chain stands now"),
        Column("n_refills", pl.Int64(), "refills", "refills so far"),
        Column("n_hidden", pl.Int64(), "refills", "of these, seen on the tape only"),
        Column("executed_qty", pl.Float64(), "base", "executed before the refills where the chain stood"),
        Column("refilled_qty", pl.Float64(), "base", "what came back"),
        Column("replenish_ratio", pl.Float64(), "share", "refilled / executed"),
        Column(
            "displayed_peak_qty",
            pl.Float64(),
            "base",
            "median of what was displayed anew: what came back, of a hidden refill what was displayed before it",
        ),
        Column("median_refill_ms", pl.Float64(), "ms", "median delay of the refills seen in the book; null if none"),
        *CLASS_COLUMNS,
        Column(
            "llr",
            pl.Float64(),
            "natural log",
            "log-likelihood ratio, an order that shows itself again against chance; > 0 speaks for the order",
        ),
        *REMAINING_COLUMNS,
    ),
)


def replenishment(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    min_refills: int,
    min_llr: float | None,
    fit_min: int,
    fit_days: int,
    size_days: int,
    size_chains: int,
    min_alike: int,
    **rules: float,
) -> dict[str, pl.DataFrame]:
    """REPLENISHMENT of the refills of the span; `rules` are those of chain_scores and of refill_chains.

    A chain is stated from the refill on at which it has `min_refills` and, unless `min_llr` is None, an llr above that.
    What refills do by chance is learnt every `fit_min` minutes, from the day so far and the `fit_days` before it; sizes
    from the latest `size_chains` that ended in the day so far and the `size_days` before it, if at least `min_alike`
    came as far. A row is known when all of that is up to its refill, and the gaps that began before it: chains are
    numbered by all that came before.
    """
    del chunk_rows  # refills are few against prints and levels
    past = Past.of(inputs, span, fit_days * DAY, size_days * DAY)
    ts = past.refills["event_ts"].to_physical().to_numpy()
    start = microseconds(span.start)
    if not ts.size or ts[-1] < start:
        return {REPLENISHMENT.name: REPLENISHMENT.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    rule = Rules(**rules)  # type: ignore[arg-type]  # max_steps is whole
    chains = refill_chains(past.refills, past.trades, past.gaps, grid, rule)
    is_stated = _is_stated(min_refills, min_llr) & (pl.col("event_ts") >= span.start)
    made = [REPLENISHMENT.empty()]
    for day in (np.unique(ts[ts >= start] // DAY) * DAY).tolist():
        rows, fits = scored(
            between(chains, "event_ts", day - past.fit_us, day + DAY),
            day=day, fit_us=fit_min * MINUTE, rules=rule,
        )  # fmt: skip
        rows = rows.filter(is_stated)
        sizes = remaining_size(
            rows, between(past.ends, "decided_ts", day - past.size_us, day + DAY), fits,
            lots=grid.lots, full_share=rule.full_share, most=size_chains, least=min_alike,
        )  # fmt: skip
        known = pl.Series(past.known(rows["event_ts"].to_physical().to_numpy())).cast(UTC_US)
        whole_rows = _in_base(pl.concat([rows, sizes], how="horizontal"), grid).with_columns(known_ts=known)
        made.append(whole_rows.select(REPLENISHMENT.schema.names()))
    return {REPLENISHMENT.name: REPLENISHMENT.check(pl.concat(made))}


def _is_stated(min_refills: int, min_llr: float | None) -> pl.Expr:
    """Once a chain is stated it stays so."""
    is_likely = pl.lit(True) if min_llr is None else pl.col("llr") > min_llr
    return ((pl.col("n_refills") >= min_refills) & is_likely).cum_max().over("chain")


def _in_base(rows: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    # NumPy divides; polars multiplies by the reciprocal, and 3 lots of 0.1 become 0.30000000000000004.
    return rows.with_columns(
        executed_qty=pl.Series(grid.qty(rows["executed"].to_numpy())),
        refilled_qty=pl.Series(grid.qty(rows["refilled"].to_numpy())),
        replenish_ratio=pl.when(pl.col("executed") > 0).then(pl.col("refilled") / pl.col("executed")),
        displayed_peak_qty=pl.Series(rows["peak"].to_numpy() / grid.lots),
    )


def _fit_reach(params: Params) -> timedelta:
    return timedelta(days=params["fit_days"])


def _size_reach(params: Params) -> timedelta:
    return timedelta(days=params["size_days"])


_SHORT = {"fit_min": 1, "fit_days": 1, "size_days": 1, "min_llr": None}
"""For recordings of minutes: too few refills to tell what is likely."""

REPLENISHMENT_SIGNAL = Signal(
    name="replenishment",
    version=3,
    meaning="chains of refills of one size: what icebergs leave behind",
    inputs=(
        Input(INSTRUMENTS),
        Input(REFILLS, history=_fit_reach),
        Input(TRADES, history=_fit_reach),
        Input(GAPS, history=_fit_reach),
        Input(CHAIN_ENDS, history=_size_reach),
    ),
    outputs=(REPLENISHMENT,),
    compute=replenishment,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "max_gap_s": 120.0,
        "max_steps": 6,
        "min_refills": 3,
        "min_llr": 5.5,
        "fit_min": 2,
        "fit_days": 1,
        "size_days": 30,
        "size_chains": 5_000,
        "min_alike": 10,
        "native_ms": 5.0,
        "synthetic_ms": 300.0,
        "synthetic_median_ms": 80.0,
        "synthetic_sigma": 0.6,
        "size_tolerance": 0.02,
        "peak_spread": 0.1,
        "full_share": 0.9,
    },
    presets={
        "sample": {**_SHORT, "min_alike": 3},
        "demo": {**_SHORT, "min_alike": 1, "min_refills": 2},  # hardly anybody hides in the demo market
    },
)
