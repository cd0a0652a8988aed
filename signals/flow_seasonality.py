"""Flow seasonality: what takers bought net over 1, 5 and 60 minutes, and whether that is much for the hour of the week.

A flow is divided by what is typical of its hour of the week, not reduced by it: its size has a season, its sign has
none. Plain and seasonal scores stand side by side. What a flow is compared with ended before it began: windows that
overlap it hold much of it already.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.maker_flow import MAKER_FLOW
from signals.minute_mids import whole_minutes
from signals.reading import whole
from signals.season import Season
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.window_sums import running, within

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FLOW_SEASONALITY = Table(
    name="flow_seasonality",
    grain="one row per minute and window",
    key=("venue", "symbol", "bar_end", "window_min"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        Column("window_min", pl.Int64(), "minutes", "length of the window that ends at bar_end"),
        KNOWN_TS,
        Column(
            "net_qty", pl.Float64(), "base", "bought minus sold by takers in the window; null in gaps"
        ),
        Column(
            "typical_qty",
            pl.Float64(),
            "base",
            "median size of net_qty, without its sign, in the same hour of the week in the four weeks before",
        ),
        Column("past_slots", pl.Int64(), "hours", "past hours it is the median of; null typical_qty if too few"),
        Column("seasonal_ratio", pl.Float64(), "ratio", "net_qty over typical_qty; null if that is 0"),
        Column(
            "z",
            pl.Float64(),
            "standard deviations",
            "net_qty against the windows that ended in the 24 h before this one began; null if under 0.8 of them stand",
        ),
        Column("z_seasonal", pl.Float64(), "standard deviations", "the same of seasonal_ratio"),
        Column(
            "q_abs", pl.Float64(), "0 to 1", "share of these windows with a smaller net_qty of either sign, ties half"
        ),
        Column("q_abs_seasonal", pl.Float64(), "0 to 1", "the same of seasonal_ratio"),
        Column("coverage", pl.Float64(), "0 to 1", "share of the window that is counted; null values below 0.8"),
    ),
)  # fmt: skip


def flow_seasonality(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    windows_min: Sequence[int],
    past_min: int,
    slot_min: int,
    period_min: int,
    periods: int,
    min_slots: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """FLOW_SEASONALITY for every minute of maker_flow in the span.

    past_min: how long the flows before are that one is compared with. A row is known when all minutes back to the
    earliest compared with are, and the rows of its day before it.
    """
    del chunk_rows  # a row a minute: small
    season, wanted = Season(slot_min, period_min, periods, min_slots), whole_minutes("windows_min", windows_min)
    flow = whole(inputs, MAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "maker_net_qty", "coverage"))
    flow = flow.filter((pl.col("bar_end") != pl.col("bar_end").shift()).fill_null(True))  # the same for each half-life
    start = microseconds(span.start)
    ends, known = (flow[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    today = (ends > start) & (ends <= microseconds(span.until))
    if not today.any():
        return {FLOW_SEASONALITY.name: FLOW_SEASONALITY.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    latest = latest_in_day(ends, ends - 1, known, _reach_min(season, wanted, past_min) * MINUTE)

    origin = int(ends[0] - 1) // DAY * DAY
    place, size = (ends - origin) // MINUTE - 1, int(ends[-1] - origin) // MINUTE
    lots, covered_us = np.zeros((2, size), np.int64)
    stands = flow["maker_net_qty"].is_not_null().to_numpy()
    lots[place] = -grid.signed_lots(flow["maker_net_qty"].to_numpy())
    covered_us[place] = np.rint(flow["coverage"].to_numpy() * MINUTE).astype(np.int64) * stands
    begin = max((start - origin) // MINUTE, 0)

    shown = place[today]
    keys = flow.filter(pl.Series(today)).select(
        "venue", "symbol", "bar_end", known_ts=pl.Series(latest[today]).cast(UTC_US)
    )
    parts = []
    for window in wanted:
        net, coverage = _flows(lots, covered_us, grid, window, min_coverage)
        columns = _of_window(net, origin, begin, window, past_min, season, min_coverage) | {
            "net_qty": net[begin:],
            "coverage": coverage[begin:],
        }
        made = {name: pl.Series(one[shown - begin]) for name, one in columns.items()}
        parts.append(keys.with_columns(window_min=pl.lit(window, pl.Int64), **made))
    rows = pl.concat(parts).with_columns(pl.selectors.float().fill_nan(None)).sort("bar_end", "window_min")
    return {FLOW_SEASONALITY.name: FLOW_SEASONALITY.check(rows.select(FLOW_SEASONALITY.schema.names()))}


def _flows(lots: Ints, covered_us: Ints, grid: Grid, window: int, min_coverage: float) -> tuple[Floats, Floats]:
    """(net flow of the takers, NaN if too little is covered, coverage) of the window up to each minute's end."""
    after = np.arange(1, lots.size + 1)
    first = np.maximum(after - window, 0)
    coverage = within(running(covered_us), first, after) / (window * MINUTE)
    return np.where(coverage >= min_coverage, grid.qty(within(running(lots), first, after)), np.nan), coverage


def _of_window(
    net: Floats, origin: int, begin: int, window: int, past: int, season: Season, min_coverage: float
) -> dict[str, NDArray[np.generic]]:
    """What the flows of one window are compared with, and the scores, of the minutes from position `begin` on."""
    from signals.kernels.lagged_ranks import lagged_ranks  # numba is imported only to compute

    ends = origin + MINUTE * np.arange(1, net.size + 1)
    early = max(begin - past - window, 0)
    typical, slots = np.full(net.size, np.nan), np.zeros(net.size, np.int64)
    typical[early:], slots[early:] = season.typical(ends, np.abs(net), ends[early:])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(typical > 0, net / typical, np.nan)
    least = int(np.ceil(min_coverage * past))
    return {
        "typical_qty": typical[begin:],
        "past_slots": slots[begin:],
        "seasonal_ratio": ratio[begin:],
        "z": _z(net, origin // MINUTE, window, past, least)[begin:],
        "z_seasonal": _z(ratio, origin // MINUTE, window, past, least)[begin:],
        "q_abs": lagged_ranks(np.abs(net), past, window, least, begin),
        "q_abs_seasonal": lagged_ranks(np.abs(ratio), past, window, least, begin),
    }


def _z(x: Floats, first_minute: int, window: int, past: int, least: int) -> Floats:
    """Each value against the `past` values up to the one `window` before it; NaN if too few of them are there."""
    from signals.kernels.trailing_moments import trailing_moments  # numba is imported only to compute

    count, mean, spread = trailing_moments(x, ~np.isnan(x), past, first_minute)
    at = np.arange(x.size) - window + 1  # the position whose window ends `window` before
    count, mean, spread = (np.where(at >= 0, values[np.maximum(at, 0)], 0) for values in (count, mean, spread))
    is_enough = (count >= max(least, 2)) & (spread > 0)
    sd = np.sqrt(np.where(is_enough, spread, np.nan) / np.maximum(count - 1, 1))
    return (x - mean) / sd


def _reach_min(season: Season, windows: Sequence[int], past: int) -> int:
    """Minutes before a day that enter it: a window, those before it, what is typical of these, and its windows."""
    return season.reach_min + past + 2 * max(windows)


def _history(params: Params) -> timedelta:
    season = Season(*(params[name] for name in ("slot_min", "period_min", "periods", "min_slots")))
    return timedelta(
        minutes=_reach_min(season, whole_minutes("windows_min", params["windows_min"]), params["past_min"])
    )


_SHORT = {"windows_min": [1, 2, 3], "past_min": 3, "slot_min": 1, "period_min": 1, "periods": 3}
"""For recordings of minutes: every minute comes again."""

FLOW_SEASONALITY_SIGNAL = Signal(
    name="flow_seasonality",
    version=1,
    meaning="net taker flow over 1, 5 and 60 minutes against the day before and the hour of the week, every minute",
    inputs=(Input(INSTRUMENTS), Input(MAKER_FLOW, history=_history)),
    outputs=(FLOW_SEASONALITY,),
    compute=flow_seasonality,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "windows_min": [1, 5, 60],
        "past_min": 1_440,
        "slot_min": 60,
        "period_min": 10_080,
        "periods": 4,
        "min_slots": 1,
        "min_coverage": 0.8,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
