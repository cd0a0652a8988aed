"""Inventory total: what market makers hold of one asset in several markets, every minute, and how unusual that is.

Long in one market and short in another is no risk, and no pressure to sell: what counts is the sum. It belongs to one
market, which names the others; all of them hold base units, linear or inverse or spot. A market that is silent is left
out while the others usually carry nearly all of it; else there is no sum.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isfinite

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.group_day import Rules, day_of_group, reach_min
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.inventory_scores import SCORES, Windows
from signals.maker_flow import HALF_LIFE_MIN
from signals.maker_inventory import MAKER_INVENTORY
from signals.table import UTC_US, Column, Input, Params, Role, Signal, Span, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

INVENTORY_TOTAL = Table(
    name="inventory_total",
    grain="one row per minute and half-life, owned by the market that names the others",
    key=("venue", "symbol", "bar_end", "half_life_min"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        HALF_LIFE_MIN,
        KNOWN_TS,
        Column(
            "inventory_qty",
            pl.Float64(),
            "base",
            "held by market makers in the markets of the group that are known, weighted and summed, > 0 long; null "
            "where these carry too little of it",
        ),
        Column(
            "unleaked_qty", pl.Float64(), "base", "naive baseline: the same sum of unleaked_qty, CVD of several markets"
        ),
        *SCORES,
        Column(
            "z_seasonal",
            pl.Float64(),
            "standard deviations",
            "as z_level, of inventory_qty divided by its median size in the same hour of the week, 28 days back",
        ),
        Column(
            "known_share",
            pl.Float64(),
            "0 to 1",
            "share of the sum carried by the markets known now, by their usual size in the week before the day; by "
            "number while none has a past; below 0.8 no sum is stated",
        ),
        Column("coverage", pl.Float64(), "0 to 1", "mean known_share of the 6 h before; below 0.8 no score is stated"),
        Column(
            "confidence",
            pl.Float64(),
            "0 to 1",
            "mean confidence of the markets, by what they carry; 0 counts for one that is not known",
        ),
        Column("n_markets", pl.Int64(), "count", "markets of the group, its owner among them"),
        Column("n_known", pl.Int64(), "count", "markets whose inventory is known"),
        Column("markets", pl.String(), "text", "the sum in words, as 0.5 binance-spot/BTCUSDT + binance-usdm/BTCUSDT"),
    ),
)


def inventory_total(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    peers: Sequence[str],
    weights: Mapping[str, float],
    share_days: int,
    seasonal_window_min: int,
    window_min: int,
    change_window_min: int,
    rank_window_min: int,
    min_history_min: int,
    min_known_share: float,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """INVENTORY_TOTAL for every row of the own market's maker_inventory in the span; none without peers.

    weights: by venue/symbol, 1 where none is stated. Each day is made from the history declared for it. A row is known
    when all of that is, of every market, and after the rows of its day before it.
    """
    del chunk_rows  # a row a minute: small
    windows = Windows(window_min, change_window_min, rank_window_min, min_history_min)
    rules = Rules(windows, share_days, seasonal_window_min, min_known_share, min_coverage)
    rows = _own_rows(inputs, span)
    if not peers or rows.is_empty():
        return {INVENTORY_TOTAL.name: INVENTORY_TOTAL.empty()}
    names = sorted({f"{rows['venue'][0]}/{rows['symbol'][0]}", *peers})
    weight = _weights(weights, names)
    read = pl.concat([_read(inputs, role, names) for role in _ROLES])
    parts, start, end = [], microseconds(span.start), microseconds(span.until)
    for day in range(start // DAY * DAY, end, DAY):
        is_read = pl.col("bar_end").is_between(day - rules.reach * MINUTE, min(day + DAY, end), closed="right")
        for half_life in rows["half_life_min"].unique().sort().to_list():
            is_part = is_read & (pl.col("half_life_min") == half_life)
            part = read.select(pl.exclude("known_ts", "half_life_min").filter(is_part))
            parts += [day_of_group(part, day, half_life, weight, rules)] if part.height else []
    made = (
        rows.with_columns(n_markets=pl.lit(len(names), pl.Int64), markets=pl.lit(_in_words(names, weight)))
        .join(pl.concat(parts), on=["bar_end", "half_life_min"], how="left", maintain_order="left")
        .with_columns(
            pl.col("bar_end").cast(UTC_US), known_ts=_known(rows["bar_end"].to_numpy(), read, rules).cast(UTC_US)
        )
    )
    return {INVENTORY_TOTAL.name: INVENTORY_TOTAL.check(made.select(INVENTORY_TOTAL.schema.names()))}


_ROLES: tuple[Role, ...] = ("own", "peers")
_STAMPS = pl.Schema({"bar_end": pl.Int64, "known_ts": pl.Int64})


def _own_rows(inputs: Mapping[str, pl.LazyFrame], span: Span) -> pl.DataFrame:
    """The rows there will be."""
    is_now = pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until
    rows = inputs[MAKER_INVENTORY.name].filter(*is_now).select("venue", "symbol", "bar_end", "half_life_min")
    return rows.collect().cast({"bar_end": pl.Int64})


def _read(inputs: Mapping[str, pl.LazyFrame], role: Role, names: Sequence[str]) -> pl.DataFrame:
    """What is read of the own market or of its peers; `market` is the position of its name."""
    of_market = (
        pl.when(pl.col("venue") == venue, pl.col("symbol") == symbol).then(pl.lit(number, pl.Int64))
        for number, (venue, symbol) in enumerate(name.split("/", 1) for name in names)
    )
    values = "half_life_min", "inventory_qty", "unleaked_qty", "confidence"
    rows = inputs[Input(MAKER_INVENTORY, role).name]
    return rows.select(pl.coalesce(*of_market).alias("market"), *_STAMPS, *values).cast(_STAMPS).collect()


def _weights(stated: Mapping[str, float], names: Sequence[str]) -> Floats:
    """Of each market. Raises ValueError if one is no number of 0 or more."""
    weights = [stated.get(name, 1.0) for name in names]
    for name, weight in zip(names, weights, strict=True):
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not (isfinite(weight) and weight >= 0):
            raise ValueError(f"expected weights to be numbers of 0 or more, got {weight!r} for {name}")
    return np.array(weights, np.float64)


def _in_words(names: Sequence[str], weight: Floats) -> str:
    """As 0.5 binance-spot/BTCUSDT + binance-usdm/BTCUSDT."""
    terms = zip(names, weight.tolist(), strict=True)
    return " + ".join(name if factor == 1 else f"{factor!r} {name}" for name, factor in terms)


def _known(ends: Ints, read: pl.DataFrame, rules: Rules) -> pl.Series:
    """When everything is known that the minute's row is made of."""
    stamps = read.group_by("bar_end").agg(pl.col("known_ts").max()).sort("bar_end")
    times, known = stamps["bar_end"].to_numpy() - 1, stamps["known_ts"].to_numpy()
    return pl.Series(latest_in_day(ends, times, known, rules.reach * MINUTE))


def _history(params: Params) -> timedelta:
    windows = Windows(*(params[f"{name}_min"] for name in ("window", "change_window", "rank_window", "min_history")))
    return timedelta(minutes=reach_min(windows, params["seasonal_window_min"], params["share_days"]))


_DEMO = {
    "share_days": 1,
    "seasonal_window_min": 60,
    "window_min": 2,
    "change_window_min": 3,
    "rank_window_min": 10,
    "min_history_min": 2,
}
"""For minutes."""

INVENTORY_TOTAL_SIGNAL = Signal(
    name="inventory_total",
    version=1,
    meaning="what market makers hold of one asset in several markets, and how unusual that is; see [[group]]",
    inputs=(Input(MAKER_INVENTORY, history=_history), Input(MAKER_INVENTORY, "peers", _history)),
    outputs=(INVENTORY_TOTAL,),
    compute=inventory_total,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "weights": {},
        "share_days": 7,
        "seasonal_window_min": 40_320,
        "window_min": 360,
        "change_window_min": 10_080,
        "rank_window_min": 43_200,
        "min_history_min": 14_400,
        "min_known_share": 0.8,
        "min_coverage": 0.8,
    },
    presets={"sample": _DEMO, "demo": _DEMO},
)
