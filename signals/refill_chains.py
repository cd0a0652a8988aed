"""Refills strung into chains, and each chain as it stood at each of its refills."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND
from signals.grid import Grid
from signals.inputs import BOOK_UPDATES, TRADES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BREAKING = (BOOK_UPDATES.name, TRADES.name)
"""A refill is read off both: a gap of either may hide one."""


def refill_chains(refills: pl.DataFrame, gaps: pl.DataFrame, grid: Grid, max_gap_s: float) -> pl.DataFrame:
    """The refills (at least one; by time, from a midnight on) with what their chain was then; `gaps` of BREAKING.

    Adds chain (a number in the frame), chain_id (in the day), start_ts, n_refills, n_hidden; in lots: shown (displayed
    anew; of a hidden refill what was displayed before it), executed, refilled (sums), own (see below), peak (median of
    shown), peak_before (the same before this refill; of the first, what was displayed then); and median_refill_ms.

    Others stand at the same price. Of what was executed no more than came back can be the chain's own, and of what
    came back no more than was executed: `own` is the lesser of the two sums.
    """
    from signals.kernels.refill_chains import follow_chains  # numba is imported only to compute

    ts, taken = (refills[name].to_physical().to_numpy() for name in ("event_ts", "taken_ts"))
    began, ended = (gaps[name].to_physical().to_numpy() for name in ("from_ts", "to_ts"))
    chain = follow_chains(ts, taken, last_break(ts, began, ended), *_places(refills, grid), round(max_gap_s * SECOND))
    return _grown(refills.with_columns(chain_id=_in_day(chain, ts)), chain, grid)


def last_break(ts: Ints, began: Ints, ended: Ints) -> Ints:
    """Per time, that before which no refill is of the same chain: its midnight, or the end of the last gap that
    began before it (`began` ascending)."""
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
    shown = np.where(refills["is_hidden"].to_numpy(), displayed, refilled)
    peak, delay = _medians(chain, shown, refills["refill_ms"].to_numpy())
    return refills.with_columns(
        chain=pl.Series(chain),
        shown=pl.Series(shown),
        executed=pl.Series(executed),
        refilled=pl.Series(refilled),
        peak=pl.Series(peak),
        median_refill_ms=pl.Series(delay).fill_nan(None),
    ).with_columns(
        start_ts=pl.col("taken_ts").first().over("chain"),
        n_refills=pl.col("chain").cum_count().cast(pl.Int64).over("chain"),
        n_hidden=pl.col("is_hidden").cast(pl.Int64).cum_sum().over("chain"),
        executed=pl.col("executed").cum_sum().over("chain"),
        refilled=pl.col("refilled").cum_sum().over("chain"),
        peak_before=pl.col("peak").shift().over("chain").fill_null(pl.Series(displayed)),
    ).with_columns(own=pl.min_horizontal("executed", "refilled"))  # fmt: skip


def _medians(chain: Ints, shown: Ints, delay_ms: Floats) -> tuple[Floats, Floats]:
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
