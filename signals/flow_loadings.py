"""Flow loadings: how much each level of the book counts in the integrated order-flow imbalance, fitted on the past.

The first principal component of the order-flow imbalances of five levels, each over the mean size at the best prices
(Cont, Cucuringu and Zhang 2023). Levels move together: the component is one number for all of them. Fitted at
00:00 UTC on what ended by then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, SECOND, latest_in_day, microseconds
from signals.book_state import BOOK_STATE
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.window_sums import running, within

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVELS = (1, 2, 3, 4, 5)

FLOW_LOADINGS = Table(
    name="flow_loadings",
    grain="one row per fit, by default one a day; none where there is nothing to fit on",
    key=("venue", "symbol", "event_ts"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        *(
            Column(
                f"loading_{level}",
                pl.Float64(),
                "[-1, 1]",
                f"weight of level {level} of the book; absolute weights add up to 1, and their sum is positive. Null "
                "if there were too few windows, or if nothing moved",
            )
            for level in LEVELS
        ),
        Column("explained_share", pl.Float64(), "0 to 1", "share of the five levels' variance that it explains"),
        Column("n", pl.Int64(), "windows", "windows fitted on"),
        Column("fit_start", UTC_US, "UTC", "start of the first of them"),
        Column("fit_end", UTC_US, "UTC", "end of the last of them, at most event_ts"),
    ),
)  # fmt: skip

_READ = ("venue", "symbol", "bar_end", "known_ts", "bid_qty", "ask_qty", *(f"ofi_{level}" for level in LEVELS))


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows that do not overlap: when each ends, and its imbalances over its depth, a row a level."""

    ends: Ints
    flows: Floats


def flow_loadings(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_s: int,
    fit_min: int,
    refit_min: int,
    min_windows: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """FLOW_LOADINGS of every fit in the span: at 00:00 UTC and every `refit_min` from then on.

    A fit is on the `fit_min` before it, and known when all seconds of these, and of the day up to it, are.
    """
    del chunk_rows  # a few numbers a second
    if DAY % (refit_min * MINUTE) or DAY % (window_s * SECOND):
        raise ValueError(f"expected refit_min and window_s to divide a day, got {refit_min} and {window_s}")
    book = whole(inputs, BOOK_STATE, columns=_READ)
    if book.is_empty():
        return {FLOW_LOADINGS.name: FLOW_LOADINGS.empty()}
    ends, known = (book[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    windows = _windows(book, ends, Grid.of_instrument(whole(inputs, INSTRUMENTS)), window_s, min_coverage)
    reach, start, until = fit_min * MINUTE, microseconds(span.start), microseconds(span.until)
    at = np.arange(-(-start // (refit_min * MINUTE)) * refit_min * MINUTE, until + 1, refit_min * MINUTE)
    at = at[at // DAY <= max(until - 1, start) // DAY]  # midnight is of the day it opens

    first, after = (np.searchsorted(windows.ends, times, side="right") for times in (at - reach, at))
    fits = [_fit(windows.flows[:, a:b], min_windows) for a, b in zip(first, after, strict=True)]
    has_any = after > first
    at, first, last = at[has_any], first[has_any], after[has_any] - 1
    latest = np.maximum(latest_in_day(at + 1, ends - 1, known, reach), at)
    rows = pl.DataFrame(
        {
            "event_ts": pl.Series(at).cast(UTC_US),
            "known_ts": pl.Series(latest).cast(UTC_US),
            **_columns([fit for fit, is_there in zip(fits, has_any, strict=True) if is_there]),
            "n": last + 1 - first,
            "fit_start": pl.Series(windows.ends[first] - window_s * SECOND).cast(UTC_US),
            "fit_end": pl.Series(windows.ends[last]).cast(UTC_US),
        }
    ).with_columns(venue=pl.lit(book["venue"][0]), symbol=pl.lit(book["symbol"][0]))
    return {FLOW_LOADINGS.name: FLOW_LOADINGS.check(rows.select(FLOW_LOADINGS.schema.names()))}


def _windows(book: pl.DataFrame, ends: Ints, grid: Grid, window_s: int, min_coverage: float) -> Windows:
    """The windows of which enough seconds have an imbalance."""
    width = window_s * SECOND
    stands = book["ofi_1"].is_not_null().to_numpy()
    until = np.unique(-(-ends // width) * width)
    first, after = (np.searchsorted(ends, times, side="right") for times in (until - width, until))

    def summed(lots: Ints) -> Ints:
        return within(running(np.where(stands, lots, 0)), first, after)

    depth = summed(grid.signed_lots(book["bid_qty"].to_numpy()) + grid.signed_lots(book["ask_qty"].to_numpy()))
    count = within(running(stands.astype(np.int64)), first, after)
    is_good = (count >= min_coverage * window_s) & (depth > 0)
    flows = np.stack([summed(grid.signed_lots(book[f"ofi_{level}"].to_numpy()))[is_good] for level in LEVELS])
    return Windows(until[is_good], flows / (depth[is_good] / (2 * count[is_good])))


def _fit(flows: Floats, least: int) -> tuple[Floats, float]:
    """(weights of the levels, share explained) of the first principal component; NaN if there is none."""
    none = np.full(len(LEVELS), np.nan), np.nan
    if flows.shape[1] < max(least, 2):
        return none
    centred = flows - flows.mean(axis=1, keepdims=True)
    covariance = np.array([[np.sum(one * other) for other in centred] for one in centred])
    values, vectors = np.linalg.eigh(covariance)
    weights = vectors[:, -1]
    if not values[-1] > 0 or weights.sum() == 0:
        return none
    return weights * np.sign(weights.sum()) / np.abs(weights).sum(), float(values[-1] / np.trace(covariance))


def _columns(fits: list[tuple[Floats, float]]) -> dict[str, pl.Series]:
    table = np.array([weights for weights, _ in fits]).reshape(-1, len(LEVELS))
    columns = {f"loading_{level}": pl.Series(table[:, level - 1]).fill_nan(None) for level in LEVELS}
    return columns | {"explained_share": pl.Series([share for _, share in fits], dtype=pl.Float64).fill_nan(None)}


def _history(params: Params) -> timedelta:
    return timedelta(minutes=params["fit_min"])


FLOW_LOADINGS_SIGNAL = Signal(
    name="flow_loadings",
    version=1,
    meaning="weights of the five levels in the integrated order-flow imbalance, fitted every midnight on five days",
    inputs=(Input(INSTRUMENTS), Input(BOOK_STATE, history=_history)),
    outputs=(FLOW_LOADINGS,),
    compute=flow_loadings,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"window_s": 10, "fit_min": 7_200, "refit_min": 1_440, "min_windows": 1_000, "min_coverage": 0.8},
    presets={
        "sample": {"fit_min": 3, "refit_min": 1, "min_windows": 5},
        "demo": {"fit_min": 6, "refit_min": 1, "min_windows": 5},
    },
)
