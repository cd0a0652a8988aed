"""Maker flow: what makers received from takers, every minute, and what is left of it at the minute's end.

Makers' flow is minus takers' flow: an identity, and no news beside CVD. What is made of it is: a single order counts
up to the 99.5th percentile of the orders of the trailing 24 hours, all strictly before it (the rest is not the
business of market makers, as blocks are not), and flow fades with a half-life, as makers pass on what they received.
How much of it market makers hold, and over many minutes, says `maker_inventory`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day
from signals.book_state import BAR_END
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.minute_coverage import minute_coverage
from signals.minute_mids import whole_minutes
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS

Ints = NDArray[np.int64]

HALF_LIFE_MIN = Column("half_life_min", pl.Int64(), "minutes", "time in which makers pass on half of what they hold")

MAKER_FLOW = Table(
    name="maker_flow",
    grain="one row per minute and half-life",
    key=("venue", "symbol", "bar_end", "half_life_min"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        HALF_LIFE_MIN,
        KNOWN_TS,
        Column(
            "maker_net_qty",
            pl.Float64(),
            "base",
            "bought minus sold by makers in the minute: minus takers' flow; this and the next three null in gaps",
        ),
        Column("counted_qty", pl.Float64(), "base", "the same with each taker order counted up to its cap"),
        Column("capped_qty", pl.Float64(), "base", "size of taker orders beyond their caps, 0 or more"),
        Column("decayed_qty", pl.Float64(), "base", "what is left of counted_qty at bar_end, halved every half-life"),
        Column(
            "coverage", pl.Float64(), "0 to 1", "share of the minute outside gaps of the tape; null values below 0.8"
        ),
    ),
)


def maker_flow(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    half_life_min: Sequence[int],
    cap_window_min: float,
    percentile: float,
    min_orders: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """MAKER_FLOW for every minute of the span whose last second has a row of taker_flow.

    An order has no cap while there are fewer than `min_orders` in the window before it. A row is known when all
    orders of its minute and of their windows are, and after the rows of its day before it.
    """
    del chunk_rows  # orders are few against prints and levels
    seconds = whole(inputs, TAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "coverage"))
    seconds = seconds.filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until)
    second, second_known = (seconds[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    ends = second[second % MINUTE == 0]
    if not ends.size:
        return {MAKER_FLOW.name: MAKER_FLOW.empty()}
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    orders = whole(inputs, TAKER_ORDERS, columns=("event_ts", "known_ts", "side", "qty"))
    ts, known = (orders[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
    window = round(cap_window_min * MINUTE)

    received = _received(orders, grid, ends, half_lives(half_life_min), window, percentile, min_orders)
    latest = np.maximum(latest_in_day(ends, ts, known, window), latest_in_day(ends, second - 1, second_known))
    minutes = pl.DataFrame(
        {
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(latest).cast(UTC_US),
            "coverage": minute_coverage(second, seconds["coverage"].to_numpy(), ends),
        }
    )
    values = pl.col("maker_net_qty", "counted_qty", "capped_qty", "decayed_qty")
    rows = pl.concat([pl.concat([minutes, part], how="horizontal") for part in received]).with_columns(
        pl.when(pl.col("coverage") >= min_coverage).then(values),
        venue=pl.lit(seconds["venue"][0]),
        symbol=pl.lit(seconds["symbol"][0]),
    )
    rows = rows.sort("bar_end", "half_life_min").select(MAKER_FLOW.schema.names())
    return {MAKER_FLOW.name: MAKER_FLOW.check(rows)}


def half_lives(minutes: Sequence[int]) -> list[int]:
    """Half-lives in order. Raises ValueError if one is no whole number of minutes, or stated twice."""
    return whole_minutes("half_life_min", minutes)


def _received(
    orders: pl.DataFrame, grid: Grid, ends: Ints, minutes: list[int], window: int, percentile: float, min_orders: int
) -> list[pl.DataFrame]:
    """What makers received in the minutes up to `ends`, a frame per half-life."""
    from signals.kernels import maker_flow as k  # numba is imported only to compute

    ts, lots = orders["event_ts"].to_physical().to_numpy(), grid.whole_lots(orders["qty"].to_numpy())
    bar = np.searchsorted(ends, ts, side="right")
    inside = np.flatnonzero(bar < ends.size)
    inside = inside[ts[inside] >= ends[bar[inside]] - MINUTE]  # others are of minutes without a row
    bar = bar[inside]
    sums = np.zeros((k.ROWS, ends.size), np.int64)
    decayed = np.zeros((len(minutes), ends.size))
    k.add_orders(
        bar,
        orders["side"].to_numpy()[inside],
        lots[inside],
        _caps(lots, ts, ts[inside], window, percentile, min_orders),
        ends[bar] - ts[inside],
        np.array(minutes, np.int64) * MINUTE,
        sums,
        decayed,
    )
    return [
        pl.DataFrame(
            {
                "half_life_min": np.full(ends.size, half_life, np.int64),
                "maker_net_qty": grid.qty(sums[k.NET]),
                "counted_qty": grid.qty(sums[k.COUNTED]),
                "capped_qty": grid.qty(sums[k.CAPPED]),
                "decayed_qty": left / grid.lots,
            }
        )
        for half_life, left in zip(minutes, decayed, strict=True)
    ]


def _caps(lots: Ints, ts: Ints, at: Ints, window: int, percentile: float, least: int) -> Ints:
    """Per time, the percentile of the orders in the window before it; no cap while there are too few."""
    from signals.kernels.maker_flow import NO_CAP  # numba is imported only to compute
    from signals.kernels.trailing_quantile import trailing_quantile

    first, after = np.searchsorted(ts, at - window), np.searchsorted(ts, at)
    cap, has_cap = trailing_quantile(lots, first, after, percentile=percentile, least=least)
    return np.where(has_cap, cap, NO_CAP)


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["cap_window_min"])


_SHORT = {"half_life_min": [1, 2, 5], "cap_window_min": 10, "min_orders": 50}
"""For recordings of minutes."""

MAKER_FLOW_SIGNAL = Signal(
    name="maker_flow",
    version=1,
    meaning="what makers received from takers, every minute, and what is left of it by half-life",
    inputs=(Input(INSTRUMENTS), Input(TAKER_ORDERS, history=_window), Input(TAKER_FLOW)),
    outputs=(MAKER_FLOW,),
    compute=maker_flow,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "half_life_min": [2, 10, 30, 120, 360],
        "cap_window_min": 1_440,
        "percentile": 99.5,
        "min_orders": 500,
        "min_coverage": 0.8,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
