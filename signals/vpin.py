"""VPIN: how one-sided taker flow is, bucket by bucket of equal volume, and how one-sided chance would make it.

Sides are those the venue states, so nothing is classified. VPIN of few or unequal orders is high by chance alone: that
is `vpin_null`, and only `vpin_ratio` says something about sides. It has no direction. Easley, Lopez de Prado and O'Hara
(2012); against it Andersen and Bondarenko (2014): little but trading intensity.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND, latest_in_day, microseconds
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS
from signals.volume_buckets import Buckets, Tape
from signals.window_sums import running

Ints = NDArray[np.int64]

VPIN = Table(
    name="vpin",
    grain="one row per closed volume bucket",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column(
            "seq",
            pl.Int64(),
            "count",
            "number of the bucket in the day, from 0; event_ts is of the order that closed it",
        ),
        Column("bucket_qty", pl.Float64(), "base", "volume of a bucket, the same all day"),
        Column("opened_ts", UTC_US, "UTC", "event_ts of the first order in the bucket"),
        Column(
            "imbalance",
            pl.Float64(),
            "[-1, 1]",
            "bought minus sold by takers over the bucket's volume; null with a gap of the tape inside",
        ),
        Column(
            "vpin",
            pl.Float64(),
            "0 to 1",
            "mean absolute imbalance of the last buckets up to this one; it and the next two null with too few buckets "
            "or orders, or a gap of the tape inside",
        ),
        Column(
            "vpin_null", pl.Float64(), "0 to 1", "what it would be on average if a coin had drawn every order's side"
        ),
        Column("vpin_ratio", pl.Float64(), "ratio", "vpin over vpin_null; 1: as one-sided as chance makes it"),
        Column("n_orders", pl.Int64(), "orders", "taker orders in these buckets; null with too few buckets"),
    ),
)


def vpin(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    buckets_per_day: int,
    volume_days: int,
    min_coverage: float,
    window_buckets: int,
    reach_days: int,
    draws: int,
    min_orders: int,
) -> dict[str, pl.DataFrame]:
    """VPIN of the buckets closed in the span. A day has none if less than the share `min_coverage` of the `volume_days`
    before it was recorded: they say how large a bucket is.

    Each day is made from the history declared for it. A row is known when all of its orders and seconds up to its time
    are, and after the rows of its day before it.
    """
    del chunk_rows  # orders are few against prints and levels
    orders = whole(inputs, TAKER_ORDERS, columns=("venue", "symbol", "event_ts", "known_ts", "seq", "side", "qty"))
    flow = whole(inputs, TAKER_FLOW, columns=("bar_end", "known_ts", "buy_qty", "sell_qty", "coverage"))
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    tape = Tape.of(orders, flow, grid)
    recorded = tape.ends[(flow["coverage"] == 1).to_numpy()]
    lots = partial(tape.bucket_lots, days=volume_days, min_coverage=min_coverage, per_day=buckets_per_day)
    parts = [pl.DataFrame(schema=_MADE)]
    start, until = microseconds(span.start), microseconds(span.until)
    for day in range(start // DAY * DAY, max(until, start + 1), DAY):
        if buckets := _buckets(tape, day, lots, reach_days, window_buckets, draws):
            found = _rows(buckets, grid, recorded, window_buckets, min_orders)
            parts.append(found.filter(pl.col("event_ts") >= max(day, start)))
    rows = pl.concat(parts)
    at = rows["event_ts"].to_numpy() + 1  # its own instant included
    known, flow_known = (frame["known_ts"].to_physical().to_numpy() for frame in (orders, flow))
    reach = reach_days * DAY
    latest = np.maximum(
        latest_in_day(at, tape.ts, known, reach),
        latest_in_day(at, tape.ends, flow_known, reach + volume_days * DAY),
    )
    stamped = rows.with_columns(known_ts=pl.Series(latest)).join(orders.select("venue", "symbol").head(1), how="cross")
    return {VPIN.name: VPIN.check(stamped.select(VPIN.schema.names()).cast(VPIN.schema))}


_MADE = {name: dtype for name, dtype in VPIN.schema.items() if name not in ("venue", "symbol", "known_ts")} | {
    "event_ts": pl.Int64(),
    "opened_ts": pl.Int64(),
}


def _buckets(
    tape: Tape, day: int, lots: Callable[[int], int], reach_days: int, window_buckets: int, draws: int
) -> Buckets | None:
    """Those of a day, after the last ones of the days before it; None if none of the days has any.

    lots: of the buckets of a day, 0 if it has none.
    """
    made = []
    for one in range(day - reach_days * DAY, day + 1, DAY):
        if size := lots(one):
            made.append(tape.buckets(one, size, draws, None if one == day else window_buckets))
    return Buckets.joined(made) if made else None


def _rows(buckets: Buckets, grid: Grid, recorded: Ints, n: int, min_orders: int) -> pl.DataFrame:
    """What VPIN says of buckets, times in microseconds. recorded: ends of the seconds without any gap, ascending."""
    from signals.kernels.volume_buckets import trailing_means  # numba is imported only to compute

    first = np.arange(buckets.seq.size) - n + 1
    is_full = first >= 0
    first = np.maximum(first, 0)
    began = running(buckets.began)
    n_orders = began[1:] - began[first] + buckets.carried[first]
    stands = is_full & (n_orders >= min_orders) & _is_recorded(recorded, buckets.opened[first], buckets.closed)
    imbalance = buckets.net / buckets.size
    values = {
        "imbalance": np.where(_is_recorded(recorded, buckets.opened, buckets.closed), imbalance, np.nan),
        "vpin": np.where(stands, trailing_means(np.abs(imbalance), n), np.nan),
        "vpin_null": np.where(stands, trailing_means(buckets.chance, n), np.nan),
    }
    columns = {
        "event_ts": buckets.closed,
        "seq": buckets.seq,
        "bucket_qty": grid.qty(buckets.size),
        "opened_ts": buckets.opened,
        **{name: pl.Series(value).fill_nan(None) for name, value in values.items()},
    }
    return pl.DataFrame(columns).with_columns(
        vpin_ratio=pl.when(pl.col("vpin_null") > 0).then(pl.col("vpin") / pl.col("vpin_null")),
        n_orders=pl.when(pl.Series(is_full)).then(pl.Series(n_orders)),
    )


def _is_recorded(recorded: Ints, opened: Ints, closed: Ints) -> NDArray[np.bool_]:
    """Whether every second that ended after `opened` and not after `closed` is among those without any gap."""
    seconds = np.searchsorted(recorded, closed, side="right") - np.searchsorted(recorded, opened, side="right")
    return seconds == closed // SECOND - opened // SECOND


def _orders_history(params: Params) -> timedelta:
    return timedelta(days=params["reach_days"])


def _flow_history(params: Params) -> timedelta:
    return timedelta(days=params["reach_days"] + params["volume_days"])


_SHORT = {
    "buckets_per_day": 28_800,
    "volume_days": 1,
    "min_coverage": 0.0003,
    "window_buckets": 10,
    "min_orders": 20,
}
"""For recordings of minutes: a bucket in some three seconds."""

VPIN_SIGNAL = Signal(
    name="vpin",
    version=1,
    meaning="one-sidedness of taker flow by buckets of equal volume, against chance",
    inputs=(
        Input(INSTRUMENTS),
        Input(TAKER_ORDERS, history=_orders_history),
        Input(TAKER_FLOW, history=_flow_history),
    ),
    outputs=(VPIN,),
    compute=vpin,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "buckets_per_day": 1_440,
        "volume_days": 7,
        "min_coverage": 0.8,
        "window_buckets": 50,
        "reach_days": 1,
        "draws": 200,
        "min_orders": 200,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
)
