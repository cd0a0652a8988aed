"""Replenishment: chains of refills at one price, the mark of an iceberg or of an algorithm that posts again.

A chain is the refills of one side at one price, each at most 10 s after the one before; it may move by a tick when the
book moves. It is published from its third refill on, a row a refill, never back-dated. Chains end at 00:00 UTC and
where book or tape have a gap. Three refills in a row also happen by chance, so a chain is no proof; and hidden or
retail-only liquidity looks the same.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND, latest_in_day
from signals.grid import Grid
from signals.inputs import BOOK_UPDATES, EVENT_TS, GAPS, INSTRUMENTS, KNOWN_TS, SYMBOL, TRADES, VENUE
from signals.reading import whole
from signals.refills import REFILLS
from signals.table import UTC_US, Column, Input, Signal, Span, Table

Ints = NDArray[np.int64]

REPLENISHMENT = Table(
    name="replenishment",
    grain="one row per refill of a chain from its third on; sums and medians are of the chain so far",
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
        Column("executed_qty", pl.Float64(), "base", "executed before the refills"),
        Column("refilled_qty", pl.Float64(), "base", "what came back"),
        Column("replenish_ratio", pl.Float64(), "share", "refilled / executed"),
        Column(
            "displayed_peak_qty",
            pl.Float64(),
            "base",
            "median of what was displayed anew: what came back, of a hidden refill what was displayed before it",
        ),
        Column("median_refill_ms", pl.Float64(), "ms", "median delay of the refills seen in the book; null if none"),
    ),
)

_BREAKING = (BOOK_UPDATES.name, TRADES.name)
"""A refill is read off both: a gap of either may hide one."""


def replenishment(
    inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, max_gap_s: float, min_refills: int
) -> dict[str, pl.DataFrame]:
    """REPLENISHMENT of the refills of the span.

    A row is known when all refills of its day so far are, and the gaps that began before it: chains are numbered by
    all that came before.
    """
    from signals.kernels.refill_chains import follow_chains  # numba is imported only to compute

    del chunk_rows  # refills are few against prints and levels
    refills = whole(inputs, REFILLS).filter(pl.col("event_ts") >= span.start)
    if refills.is_empty():
        return {REPLENISHMENT.name: REPLENISHMENT.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    gaps = whole(inputs, GAPS).filter(pl.col("table_name").is_in(_BREAKING)).sort("from_ts")
    ts, known, taken = (refills[name].to_physical().to_numpy() for name in ("event_ts", "known_ts", "taken_ts"))
    began, ended, gap_known = (gaps[name].to_physical().to_numpy() for name in ("from_ts", "to_ts", "known_ts"))

    chain = follow_chains(ts, taken, _cut(ts, began, ended), *_places(refills, grid), round(max_gap_s * SECOND))
    latest = np.maximum(latest_in_day(ts + 1, ts, known), latest_in_day(ts + 1, began, gap_known))
    rows = _grown(refills, chain, grid).with_columns(
        known_ts=pl.Series(latest).cast(UTC_US), chain_id=_in_day(chain, ts)
    )
    rows = rows.filter(pl.col("n_refills") >= min_refills)
    return {REPLENISHMENT.name: REPLENISHMENT.check(rows.select(REPLENISHMENT.schema.names()))}


def _cut(ts: Ints, began: Ints, ended: Ints) -> Ints:
    """Per refill, the time before which no refill is of the same chain: its midnight, or the end of the last gap
    that began before it (`began` ascending)."""
    gap_end = np.concatenate(([0], np.maximum.accumulate(ended)))[np.searchsorted(began, ts)]
    return np.maximum(ts // DAY * DAY, gap_end)


def _places(refills: pl.DataFrame, grid: Grid) -> tuple[Ints, Ints, Ints]:
    """(a number for side and price of each refill; of each such place, the ones a tick above and below or -1)."""
    ticks = grid.ticks(refills["price"].to_numpy())
    is_bid = refills["side"].to_numpy() > 0
    # Bids and asks lie on one line, out of each other's reach.
    places, place = np.unique(np.where(is_bid, ticks, ticks + ticks.max() + 2), return_inverse=True)
    is_next = np.diff(places) == 1
    above = np.where(np.append(is_next, False), np.arange(places.size) + 1, -1)
    below = np.where(np.append(False, is_next), np.arange(places.size) - 1, -1)
    return place, above, below


def _grown(refills: pl.DataFrame, chain: Ints, grid: Grid) -> pl.DataFrame:
    """Each refill with the sums and medians of its chain up to it."""
    executed, refilled, displayed = (
        grid.whole_lots(refills[name].to_numpy()) for name in ("executed_qty", "refilled_qty", "displayed_qty")
    )
    hidden = refills["is_hidden"].to_numpy()
    peak, delay = _medians(chain, np.where(hidden, displayed, refilled), refills["refill_ms"].to_numpy())
    of_chain = refills.with_columns(
        chain=pl.Series(chain), executed=pl.Series(executed), refilled=pl.Series(refilled)
    ).with_columns(
        start_ts=pl.col("taken_ts").first().over("chain"),
        n_refills=pl.col("chain").cum_count().cast(pl.Int64).over("chain"),
        n_hidden=pl.col("is_hidden").cast(pl.Int64).cum_sum().over("chain"),
        executed=pl.col("executed").cum_sum().over("chain"),
        refilled=pl.col("refilled").cum_sum().over("chain"),
    )
    # NumPy divides; polars multiplies by the reciprocal, and 3 lots of 0.1 become 0.30000000000000004.
    return of_chain.with_columns(
        executed_qty=pl.Series(grid.qty(of_chain["executed"].to_numpy())),
        refilled_qty=pl.Series(grid.qty(of_chain["refilled"].to_numpy())),
        replenish_ratio=pl.when(pl.col("executed") > 0).then(pl.col("refilled") / pl.col("executed")),
        displayed_peak_qty=pl.Series(peak / grid.lots),
        median_refill_ms=pl.Series(delay).fill_nan(None),
    )


def _medians(
    chain: Ints, shown: Ints, delay_ms: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Medians of what was shown and of the delays (NaN: hidden) over each chain up to each refill."""
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    order = np.argsort(chain, kind="stable")
    rows = np.arange(chain.size)
    first = np.searchsorted(chain[order], chain[order])
    low, high, _ = trailing_medians(shown[order], first, rows + 1)
    peak, delay = np.empty(chain.size), np.empty(chain.size)
    peak[order] = (low + high) / 2
    seen = ~np.isnan(delay_ms[order])
    count = np.concatenate(([0], np.cumsum(seen)))
    low_ms, high_ms, has_any = trailing_medians(delay_ms[order][seen], count[first], count[rows + 1])
    delay[order] = np.where(has_any, (low_ms + high_ms) / 2, np.nan)
    return peak, delay


def _in_day(chain: Ints, ts: Ints) -> pl.Series:
    """Chain numbers counted from the first of each refill's day; no chain goes on over midnight."""
    return pl.Series(chain - chain[np.searchsorted(ts, ts // DAY * DAY)])


REPLENISHMENT_SIGNAL = Signal(
    name="replenishment",
    version=1,
    meaning="chains of refills at one price: what icebergs leave behind",
    inputs=(Input(INSTRUMENTS), Input(REFILLS), Input(GAPS)),
    outputs=(REPLENISHMENT,),
    compute=replenishment,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"max_gap_s": 10.0, "min_refills": 3},
    presets={"demo": {"min_refills": 2}},  # hardly anybody hides in the demo market
)
