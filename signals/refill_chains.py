"""Refills strung into chains, and each chain as it stood at each of its refills."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MILLISECOND, SECOND
from signals.grid import Grid
from signals.inputs.trading import BOOK_UPDATES, TRADES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BREAKING = (BOOK_UPDATES.name, TRADES.name)
"""A refill is read off both: a gap of either may hide one."""

EXECUTION_COLUMNS = ("event_ts", "known_ts", "price", "qty", "taker_side", "is_off_market")
"""What is read of TRADES."""

EQUAL, NEAR, HIDDEN, FIRST = "equal", "near", "hidden", "first"
HOW = (EQUAL, NEAR, HIDDEN, FIRST)
"""How a refill continues its chain, in the order of kernels.refill_chains."""


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Which refills may be of one order.

    max_gap_s: the longest pause between two; max_steps: how many ticks worse it shows itself again, once takers passed
    its price; native_ms, synthetic_ms: a native iceberg does so within the former, a program within the latter;
    size_tolerance: by how much equal peaks differ from the middle of those before; peak_spread: drawn ones from the
    peak.
    """

    max_gap_s: float
    max_steps: int
    native_ms: float
    synthetic_ms: float
    size_tolerance: float
    peak_spread: float


def refill_chains(
    refills: pl.DataFrame, trades: pl.DataFrame, gaps: pl.DataFrame, grid: Grid, rules: LinkRules
) -> pl.DataFrame:
    """The refills (at least one; by time, from a midnight on) with what their chain was then; `gaps` of BREAKING,
    `trades` (EXECUTION_COLUMNS, by time) at least from the first refill on.

    Adds chain (a number in the frame), chain_id (in the day), how (of HOW), tried and held_against (as in
    kernels.refill_chains), start_ts, n_refills, n_hidden, n_equal (refills of the size of the chain's first ones); in
    lots: shown (displayed anew; of a hidden refill what was displayed before it), executed, refilled (sums), own (see
    below), peak (median of shown); and median_refill_ms.

    Others stand at the same price. Of what was executed no more than came back can be the chain's own, and of what
    came back no more than was executed: `own` is the lesser of the two sums.
    """
    from signals.kernels import refill_chains as k  # numba is imported only to compute

    ts, taken = (refills[name].to_physical().to_numpy() for name in ("event_ts", "taken_ts"))
    began, ended = (gaps[name].to_physical().to_numpy() for name in ("from_ts", "to_ts"))
    hidden = refills["is_hidden"].to_numpy()
    shown = grid.whole_lots(refills.select(shown_qty=SHOWN_QTY)["shown_qty"].to_numpy())
    place, places, better = _places(refills, grid, rules.max_steps)
    found = k.follow_chains(
        ts, taken, last_break(ts, began, ended), place, shown, hidden,
        refills.select(is_quick=is_quick(rules.native_ms))["is_quick"].to_numpy(), refills["is_best"].to_numpy(),
        better, *_executions(trades, places, grid),
        round(rules.max_gap_s * SECOND), round(rules.synthetic_ms * MILLISECOND), rules.size_tolerance,
        rules.peak_spread,
    )  # fmt: skip
    return _grown(refills.with_columns(chain_id=_in_day(found[k.CHAIN], ts), shown=pl.Series(shown)), found, grid)


SHOWN_QTY = pl.when("is_hidden").then("displayed_qty").otherwise("refilled_qty")


def is_quick(native_ms: float) -> pl.Expr:
    """Whether a refill came as soon as a native iceberg's: hidden, or within `native_ms` of the taker who hit it."""
    return pl.col("is_hidden") | ((pl.col("refill_ms") <= native_ms) & (pl.col("executed_qty") > 0))


def last_break(ts: Ints, began: Ints, ended: Ints) -> Ints:
    """Per time, that before which no refill is of the same chain: its midnight, or the end of the last gap that
    began before it (`began` ascending)."""
    gap_end = np.concatenate(([0], np.maximum.accumulate(ended)))[np.searchsorted(began, ts)]
    return np.maximum(ts // DAY * DAY, gap_end)


def _places(refills: pl.DataFrame, grid: Grid, steps: int) -> tuple[Ints, Ints, Ints]:
    """(a number for side and price of each refill; the signed ticks of each such place; of each, the places none, one,
    ... `steps` ticks better, -1 where there is none)."""
    signed = refills["side"].to_numpy().astype(np.int64) * grid.ticks(refills["price"].to_numpy())
    places, place = np.unique(signed, return_inverse=True)
    wanted = places[:, None] + np.arange(steps + 1)
    at = np.minimum(np.searchsorted(places, wanted), places.size - 1)
    # Bids are above zero and asks below: far apart, but for the cheapest of coins.
    exists = (places[at] == wanted) & (np.sign(wanted) == np.sign(places)[:, None])
    return place.astype(np.int64), places, np.ascontiguousarray(np.where(exists, at, -1))


def _executions(trades: pl.DataFrame, places: Ints, grid: Grid) -> tuple[Ints, Ints, Ints]:
    """(where those of each place begin; when takers executed there; lots executed there up to then)."""
    prints = trades.filter(~pl.col("is_off_market"), pl.col("taker_side") != 0)
    ts, side = prints["event_ts"].to_physical().to_numpy(), prints["taker_side"].to_numpy().astype(np.int64)
    signed = -side * grid.ticks(prints["price"].to_numpy())  # a buyer takes asks
    lots = grid.whole_lots(prints["qty"].to_numpy())
    at = np.minimum(np.searchsorted(places, signed), places.size - 1)
    rows = np.flatnonzero(places[at] == signed)
    rows = rows[np.argsort(at[rows], kind="stable")]
    begin = np.searchsorted(at[rows], np.arange(places.size + 1))
    summed = np.cumsum(lots[rows])
    before = np.concatenate(([0], summed))[begin[:-1]]
    return begin, ts[rows], summed - np.repeat(before, np.diff(begin))


def _grown(refills: pl.DataFrame, found: Ints, grid: Grid) -> pl.DataFrame:
    """Each refill with the sums and medians of its chain up to it; `found`: of kernels.refill_chains."""
    from signals.kernels import refill_chains as k  # numba is imported only to compute

    chain = found[k.CHAIN]
    is_first = found[k.HOW] == k.FIRST
    executed, refilled = (grid.whole_lots(refills[name].to_numpy()) for name in ("executed_qty", "refilled_qty"))
    peak, delay = _medians(chain, refills["shown"].to_numpy(), refills["refill_ms"].to_numpy())
    return refills.with_columns(
        chain=pl.Series(chain),
        how=pl.Series(np.array(HOW)[found[k.HOW]]),
        tried=pl.Series(found[k.TRIED]),
        held_against=pl.Series(found[k.HELD_AGAINST]),
        executed=pl.Series(np.where(is_first, executed, found[k.EXECUTED])),
        refilled=pl.Series(refilled),
        peak=pl.Series(peak),
        median_refill_ms=pl.Series(delay).fill_nan(None),
    ).with_columns(
        start_ts=pl.col("taken_ts").first().over("chain"),
        n_refills=pl.col("chain").cum_count().cast(pl.Int64).over("chain"),
        n_hidden=pl.col("is_hidden").cast(pl.Int64).cum_sum().over("chain"),
        n_equal=(pl.col("how") == EQUAL).cast(pl.Int64).cum_sum().over("chain"),
        executed=pl.col("executed").cum_sum().over("chain"),
        refilled=pl.col("refilled").cum_sum().over("chain"),
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
