"""Spread widening: how unusually wide the spread is, every second, against the hour before and the hour of the week.

The logarithm of the spread is compared with its median over the trailing window, in median distances. A book that is
one tick wide nearly always has a distance of 0: a floor stands for half a tick, so that two ticks are no alarm. A
measure of uncertainty without a sign: it says nothing about where the price goes.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, SECOND, latest_in_day
from signals.book_state import BAR_END, BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.season import Season
from signals.spread import SPREAD
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.window_sums import running, within

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MAD_TO_SD = 1.4826
"""Standard deviation of a normal variable over its median distance from the median."""

SPREAD_WIDENING = Table(
    name="spread_widening",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column("spread_ticks", pl.Int64(), "ticks", "best ask minus best bid; null unless the book is OK"),
        Column("median_ticks", pl.Float64(), "ticks", "median of the window before; null below a coverage of 0.8"),
        Column(
            "above_tick_share", pl.Float64(), "0 to 1", "share of the window before with a spread of more than one tick"
        ),
        Column(
            "z",
            pl.Float64(),
            "standard deviations",
            "log spread minus its median over the window before, over 1.4826 times the median distance from it plus "
            "log(1 + 1/2 tick over the median spread); > 0 wider. Null where a term is",
        ),
        Column(
            "z_seasonal",
            pl.Float64(),
            "standard deviations",
            "the same with every spread first divided by its typical_spread_bps; null without one",
        ),
        Column(
            "typical_spread_bps",
            pl.Float64(),
            "bps of mid",
            "median of the same hour of the week in the four weeks before; null if none of them has a value",
        ),
        Column(
            "is_wide",
            pl.Boolean(),
            "flag",
            "z was above 3 and not below 1 since; null, and begun anew, where z is null, and begun anew at 00:00 UTC",
        ),
        Column("episode_s", pl.Int64(), "seconds", "for how long is_wide has been true, this second included; else 0"),
        Column("coverage", pl.Float64(), "0 to 1", "share of the window before with the book OK"),
    ),
)

_BOOK = ("venue", "symbol", "bar_end", "known_ts", "state", "bid_px", "ask_px")


def spread_widening(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: int,
    slot_min: int,
    period_min: int,
    periods: int,
    min_slots: int,
    z_high: float,
    z_low: float,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """SPREAD_WIDENING for every row of book_state in the span.

    The window of a second holds those that ended in the `window_min` before it began. A row is known when they are,
    the minutes of `spread` back to the earliest compared with, and the rows of its day before it.
    """
    del chunk_rows  # a row a second: small
    season, window = Season(slot_min, period_min, periods, min_slots), window_min * MINUTE
    begin = span.start - timedelta(minutes=window_min, seconds=1)
    book = whole(inputs, BOOK_STATE, columns=_BOOK).filter(pl.col("bar_end") > begin)
    if book.is_empty():
        return {SPREAD_WIDENING.name: SPREAD_WIDENING.empty()}
    minutes = whole(inputs, SPREAD, columns=("bar_end", "known_ts", "median_spread_bps"))
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    ends = book["bar_end"].to_physical().to_numpy()
    minute_ends = minutes["bar_end"].to_physical().to_numpy()
    is_ok = (book["state"] == "OK").to_numpy()
    ticks = np.zeros(ends.size, np.int64)
    ticks[is_ok] = grid.ticks(book["ask_px"].to_numpy()[is_ok]) - grid.ticks(book["bid_px"].to_numpy()[is_ok])
    typical, _ = season.typical(minute_ends, minutes["median_spread_bps"].to_numpy(), ends)

    columns = _scores(ends, ticks, typical, window, min_coverage)
    is_wide, age = _episodes(columns["z"], ends, z_high, z_low)
    known = [
        latest_in_day(
            ends, rows["bar_end"].to_physical().to_numpy() - 1, rows["known_ts"].to_physical().to_numpy(), back
        )
        for rows, back in ((book, window + SECOND), (minutes, _reach_min(season, window_min) * MINUTE))
    ]
    is_null = pl.Series(np.isnan(columns["z"]))
    rows = book.select("venue", "symbol", "bar_end").with_columns(
        known_ts=pl.Series(np.maximum(*known)).cast(UTC_US),
        spread_ticks=pl.when(pl.Series(is_ok)).then(pl.Series(ticks)),
        is_wide=pl.when(~is_null).then(pl.Series(is_wide)),
        episode_s=pl.when(~is_null).then(pl.Series(age)),
        typical_spread_bps=pl.Series(typical).fill_nan(None),
        **{name: pl.Series(one).fill_nan(None) for name, one in columns.items()},
    )
    rows = rows.filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until)
    return {SPREAD_WIDENING.name: SPREAD_WIDENING.check(rows.select(SPREAD_WIDENING.schema.names()))}


def _scores(ends: Ints, ticks: Ints, typical: Floats, window: int, min_coverage: float) -> dict[str, Floats]:
    """Scores of the seconds against the windows before them; a spread of 0 ticks is none."""
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    is_there, least = ticks > 0, min_coverage * window / SECOND
    first, after = _windows(ends[is_there], ends, window)
    count = after - first
    number = np.where(count >= least, count, np.nan)
    lower, upper, _ = trailing_medians(ticks[is_there], first, after)
    median_ticks = np.where(count >= least, (lower + upper) / 2, np.nan)
    floor = np.log1p(0.5 / np.maximum(median_ticks, 1))  # of at least a tick all are; NaN stays
    logs = np.log(np.where(is_there, ticks, np.nan))
    return {
        "median_ticks": median_ticks,
        "above_tick_share": within(running((ticks[is_there] > 1).astype(np.int64)), first, after) / number,
        "z": _z(ends, logs, floor, window, least),
        "z_seasonal": _z(ends, logs - np.log(typical), floor, window, least),
        "coverage": count * SECOND / window,
    }


def _z(ends: Ints, x: Floats, floor: Floats, window: int, least: float) -> Floats:
    """Each value against those in the window before it; NaN if there are too few."""
    from signals.kernels.trailing_mad import trailing_mad  # numba is imported only to compute

    is_there = ~np.isnan(x)
    first, after = _windows(ends[is_there], ends, window)
    median, distance = trailing_mad(x[is_there], first, after)
    return np.where(after - first >= least, (x - median) / (MAD_TO_SD * distance + floor), np.nan)


def _windows(ends: Ints, at: Ints, window: int) -> tuple[Ints, Ints]:
    """First and after of the bars of `ends` in the window before each bar of `at`."""
    first, after = (np.searchsorted(ends, edge, side="right") for edge in (at - SECOND - window, at - SECOND))
    return first, after


def _episodes(z: Floats, ends: Ints, high: float, low: float) -> tuple[Flags, Ints]:
    """(whether it is wide, for how many seconds) at each second; begun anew after a missing second and at midnight."""
    is_new = np.concatenate(([True], (np.diff(ends) != SECOND) | (np.diff((ends - 1) // DAY) != 0)))
    is_high, rows = z > high, np.arange(z.size)
    settles = is_new | is_high | ~(z >= low)
    is_wide = is_high[np.maximum.accumulate(np.where(settles, rows, 0))]
    begins = is_wide & (is_new | ~np.concatenate(([False], is_wide[:-1])))
    since = ends[np.maximum.accumulate(np.where(begins, rows, 0))]
    return is_wide, np.where(is_wide, (ends - since) // SECOND + 1, 0)


def _reach_min(season: Season, window_min: int) -> int:
    """Minutes before a day that enter it: the window's typical spreads, a second more, rounded up."""
    return season.reach_min + window_min + 1


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["window_min"], seconds=1)


def _seasons(params: Params) -> timedelta:
    season = Season(*(params[name] for name in ("slot_min", "period_min", "periods", "min_slots")))
    return timedelta(minutes=_reach_min(season, params["window_min"]))


_SHORT = {"window_min": 2, "slot_min": 1, "period_min": 1, "periods": 3}
"""For recordings of minutes: every minute comes again."""

SPREAD_WIDENING_SIGNAL = Signal(
    name="spread_widening",
    version=1,
    meaning="how unusually wide the spread is, against the hour before and the hour of the week, every second",
    inputs=(Input(INSTRUMENTS), Input(BOOK_STATE, history=_window), Input(SPREAD, history=_seasons)),
    outputs=(SPREAD_WIDENING,),
    compute=spread_widening,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "window_min": 60,
        "slot_min": 60,
        "period_min": 10_080,
        "periods": 4,
        "min_slots": 1,
        "z_high": 3.0,
        "z_low": 1.0,
        "min_coverage": 0.8,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
