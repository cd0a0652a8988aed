"""Fits of the microprice: how far the mid is expected to go from each state of the best prices, learned from the past.

States, moves and the sum over all changes to come are those of Stoikov (2018), by the second. Fitted at 00:00 UTC on
what ended by then.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, SECOND, latest_in_day, microseconds
from signals.book_state import BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.microprice_chain import ChainShape, adjustments, count_moves
from signals.quote_states import QuoteStates
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table

Ints = NDArray[np.int64]

MICROPRICE_FITS = Table(
    name="microprice_fits",
    grain="one row per fit and state of the best prices, by default one fit a day; none where too little is to be seen",
    key=("venue", "symbol", "event_ts", "spread_ticks", "imbalance_bin"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        Column("spread_ticks", pl.Int64(), "ticks", "best ask minus best bid"),
        Column(
            "imbalance_bin",
            pl.Int64(),
            "code",
            "bin of bid / (bid + ask), the best sizes, from 0 (asks are larger) up; equal sizes count half in both "
            "middle bins",
        ),
        KNOWN_TS,
        Column("n", pl.Int64(), "moves", "seconds that began so, or mirrored (bids for asks), with the book OK after"),
        Column("n_changes", pl.Int64(), "moves", "of them, those in which the mid changed"),
        Column("n_clipped", pl.Int64(), "moves", "of them, those by more than max_change_ticks, counted as that"),
        Column("is_told", pl.Boolean(), "flag", "enough of the past to say; false: adjustment_ticks is 0"),
        Column(
            "adjustment_ticks",
            pl.Float64(),
            "ticks",
            "how far the mid is expected to go from there in the end; > 0 up. That of the mirrored bin is minus it",
        ),
        Column("fit_start", UTC_US, "UTC", "bar_end of the first second counted"),
        Column("fit_end", UTC_US, "UTC", "bar_end of the last second counted, at most event_ts"),
    ),
)

_READ = ("venue", "symbol", "bar_end", "known_ts", "state", "bid_px", "bid_qty", "ask_px", "ask_qty")


def microprice_fit(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    fit_min: int,
    refit_min: int,
    bins: int,
    max_spread_ticks: int,
    max_change_ticks: float,
    min_moves: int,
    min_visits: int,
) -> dict[str, pl.DataFrame]:
    """MICROPRICE_FITS of the span: at 00:00 UTC and every `refit_min` from then on.

    A fit is on the `fit_min` before it, at least `min_moves` moves in all and `min_visits` from a state. It is known
    when all seconds of these, and of the day up to it, are.
    """
    del chunk_rows  # a few numbers a second
    if DAY % (refit_min * MINUTE):
        raise ValueError(f"expected refit_min to divide a day, got {refit_min}")
    shape = ChainShape(max_spread_ticks, bins, round(2 * max_change_ticks))
    book = whole(inputs, BOOK_STATE, columns=_READ)
    if book.is_empty():
        return {MICROPRICE_FITS.name: MICROPRICE_FITS.empty()}
    ends, known = (book[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    reach, start, until = fit_min * MINUTE, microseconds(span.start), microseconds(span.until)
    at = np.arange(-(-start // (refit_min * MINUTE)) * refit_min * MINUTE, until + 1, refit_min * MINUTE)
    at = at[at // DAY <= max(until - 1, start) // DAY]  # midnight is of the day it opens
    latest = np.maximum(latest_in_day(at + 1, ends - 1, known, reach), at)

    usable = book.filter(pl.col("state") == "OK")
    states = QuoteStates.of(usable, Grid.of_instrument(whole(inputs, INSTRUMENTS)), bins)
    usable_ends = usable["bar_end"].to_physical().to_numpy()
    starts = np.flatnonzero((np.diff(usable_ends) == SECOND) & (states.spread[:-1] <= max_spread_ticks))
    begun = usable_ends[starts]  # each move ends a second later
    first, after = (np.searchsorted(begun, times, side="right") for times in (at - reach, at - SECOND))
    fits = [MICROPRICE_FITS.empty()]
    for made, came, a, b in zip(at.tolist(), latest.tolist(), first.tolist(), after.tolist(), strict=True):
        if b - a < max(min_moves, 1):
            continue
        stamps = {"event_ts": made, "known_ts": came, "fit_start": int(begun[a]), "fit_end": int(begun[b - 1]) + SECOND}
        rows = _fit(states, starts[a:b], shape, min_visits)
        named = {name: pl.lit(us, pl.Int64).cast(UTC_US) for name, us in stamps.items()}
        named |= {name: pl.lit(book[name][0]) for name in ("venue", "symbol")}
        fits.append(rows.with_columns(**named).select(MICROPRICE_FITS.schema.names()))
    return {MICROPRICE_FITS.name: MICROPRICE_FITS.check(pl.concat(fits))}


def _fit(states: QuoteStates, starts: Ints, shape: ChainShape, min_visits: int) -> pl.DataFrame:
    """A row per state of the fit on the moves that start in the rows `starts`."""
    moves = count_moves(states.rows(starts), states.rows(starts + 1), shape)
    g, is_told = adjustments(moves, shape, min_visits)
    state = np.arange(shape.size)
    return pl.DataFrame(
        {
            "spread_ticks": state // shape.bins + 1,
            "imbalance_bin": state % shape.bins,
            "n": moves.count // 2,
            "n_changes": moves.changed // 2,
            "n_clipped": moves.clipped // 2,
            "is_told": is_told,
            "adjustment_ticks": g,
        }
    )


def _history(params: Params) -> timedelta:
    return timedelta(minutes=params["fit_min"])


_SHORT = {"fit_min": 6, "refit_min": 1, "min_moves": 30, "min_visits": 10}
"""For recordings of minutes: the fits are there, and mean little."""

MICROPRICE_FIT_SIGNAL = Signal(
    name="microprice_fit",
    version=1,
    meaning="how far the mid is expected to go from each state of the best prices, fitted every midnight on five days",
    inputs=(Input(INSTRUMENTS), Input(BOOK_STATE, history=_history)),
    outputs=(MICROPRICE_FITS,),
    compute=microprice_fit,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "fit_min": 7_200,
        "refit_min": 1_440,
        "bins": 10,
        "max_spread_ticks": 5,
        "max_change_ticks": 1.0,
        "min_moves": 3_600,
        "min_visits": 20,
    },
    presets={"sample": _SHORT | {"fit_min": 3}, "demo": _SHORT},
)
