"""Microprice: where the mid is expected to end, given how much is bid and asked at the best prices, every second.

Above the mid: up. The weighted mid beside it takes the sizes at their word; the microprice asks what the mid did after
such sizes in the days before (Stoikov 2018).
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND, latest_in_day
from signals.book_state import BAR_END, BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.microprice_fit import MICROPRICE_FITS
from signals.quote_states import QuoteStates
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Signal, Span, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MICROPRICE = Table(
    name="microprice",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "weighted_mid_px",
            pl.Float64(),
            "quote per base",
            "mid weighted by the opposite sizes; this and all values below are null unless the book is OK",
        ),
        Column(
            "microprice_px",
            pl.Float64(),
            "quote per base",
            "mid plus the adjustment `microprice_fits` has for its state; null without a fit that day",
        ),
        Column("adjustment_bps", pl.Float64(), "bps of mid", "microprice minus mid; > 0 up"),
        Column("spread_ticks", pl.Int64(), "ticks", "best ask minus best bid"),
        Column(
            "is_fitted",
            pl.Boolean(),
            "flag",
            "a fit tells of this state; false: the spread is wider or the state too rare, and the adjustment 0, or "
            "there is no fit, and it is null",
        ),
        Column("fit_end", UTC_US, "UTC", "bar_end of the last second of the fit used; null if there is none"),
    ),
)

_READ = ("venue", "symbol", "bar_end", "known_ts", "state", "bid_px", "bid_qty", "ask_px", "ask_qty", "microprice")


def microprice(inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int) -> dict[str, pl.DataFrame]:
    """MICROPRICE for every row of book_state in the span.

    A fit is used from its time on, to the next or the end of its day. A row is known when its second and the fits of
    its day up to it are, and after the rows of its day before it.
    """
    del chunk_rows  # a row a second: small
    inside = pl.col("bar_end").is_between(span.start, span.until, closed="right")
    book = whole(inputs, BOOK_STATE, columns=_READ).filter(inside)
    if book.is_empty():
        return {MICROPRICE.name: MICROPRICE.empty()}
    fits = whole(inputs, MICROPRICE_FITS)
    ends, known = (book[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    at, came = (fits[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
    latest = np.maximum(latest_in_day(ends, ends - 1, known), latest_in_day(ends, at, came))

    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    values = _values(book.filter(pl.col("state") == "OK"), fits, grid)
    rows = book.select("venue", "symbol", "bar_end").with_columns(known_ts=pl.Series(latest).cast(UTC_US))
    rows = rows.join(values, on="bar_end", how="left", maintain_order="left")
    return {MICROPRICE.name: MICROPRICE.check(rows.select(MICROPRICE.schema.names()))}


def _values(book: pl.DataFrame, fits: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    """The columns that are no key, of seconds with the book OK."""
    at, number = np.unique(fits["event_ts"].to_physical().to_numpy(), return_inverse=True)
    used = _used(at, book["bar_end"].to_physical().to_numpy())
    spread, imbalance_bin = (fits[name].to_numpy() for name in ("spread_ticks", "imbalance_bin"))
    widest, bins = int(spread.max(initial=0)), int(imbalance_bin.max(initial=1)) + 1
    # 0 beyond the widest spread of a fit. One fit more than there are, of nothing, is for those who have none.
    g = np.zeros((at.size + 1, widest + 2, bins))
    g[number, spread, imbalance_bin], g[-1] = fits["adjustment_ticks"].to_numpy(), np.nan
    is_told = np.zeros(g.shape, np.bool_)
    is_told[number, spread, imbalance_bin] = fits["is_told"].to_numpy()
    fit_end = np.zeros(at.size + 1, np.int64)
    fit_end[number] = fits["fit_end"].to_physical().to_numpy()

    states = QuoteStates.of(book, grid, bins)
    low, high = ((used, np.minimum(states.spread, widest + 1), side) for side in (states.low_bin, states.high_bin))
    adjustment, mid = (g[low] + g[high]) / 2, states.twice_mid / 2
    frame = pl.DataFrame(
        {
            "microprice_px": (mid + adjustment) * grid.tick / grid.scale,
            "adjustment_bps": 10_000 * adjustment / mid,
            "spread_ticks": states.spread,
            "is_fitted": is_told[low],
            "fit_end": pl.Series(fit_end[used]).cast(UTC_US).set(pl.Series(used < 0), None),
        }
    )
    values = frame.with_columns(pl.col("microprice_px", "adjustment_bps").fill_nan(None))
    return book.select("bar_end", weighted_mid_px="microprice").hstack(values)


def _used(at: Ints, ends: Ints) -> Ints:
    """Per bar, the number of the last fit of its day by the bar's start; -1 if there is none."""
    last = np.searchsorted(at, ends - SECOND, side="right") - 1
    days = np.concatenate((at, [-DAY]))[last] // DAY
    return np.where((last >= 0) & (days == (ends - 1) // DAY), last, -1)


MICROPRICE_SIGNAL = Signal(
    name="microprice",
    version=1,
    meaning="Stoikov's microprice and the weighted mid, every second",
    inputs=(Input(INSTRUMENTS), Input(BOOK_STATE), Input(MICROPRICE_FITS)),
    outputs=(MICROPRICE,),
    compute=microprice,  # type: ignore[arg-type]  # its parameters are named, not **params
)
