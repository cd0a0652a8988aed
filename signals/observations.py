"""Observations: fifteen numbers that footprint signals say of a minute, side by side.

One row a minute, a number and its count per observation; `footprint` says how strong each is. What they are and how
they are read: `signals.observation`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day
from signals.book_state import BAR_END, BOOK_STATE
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.maker_inventory import MAKER_INVENTORY
from signals.minutes import Minutes
from signals.observation import OBSERVATIONS, Observation
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Signal, Span, Table
from signals.taker_aggression import TAKER_AGGRESSION
from signals.volatility import VOLATILITY

Ints = NDArray[np.int64]


def _value_and_count(one: Observation) -> tuple[Column, Column]:
    return (
        Column(one.name, pl.Float64(), one.unit, one.meaning),
        Column(f"{one.name}_n", pl.Int64(), one.counted, f"{one.counted} of {one.table.name} it rests on"),
    )


OBSERVATIONS_TABLE = Table(
    name="observations",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(VENUE, SYMBOL, BAR_END, KNOWN_TS, *(column for one in OBSERVATIONS for column in _value_and_count(one))),
)

SECONDS = 60
"""Of a minute."""

_TABLES = tuple({one.table.name: one.table for one in OBSERVATIONS}.values())


def observations(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    half_life_min: int,
    volatility_window_min: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """OBSERVATIONS_TABLE for every whole minute of which book_state has the last second.

    half_life_min and volatility_window_min choose among the rows of maker_inventory and volatility. A market without a
    table (spot has no basis) has nulls there. A row is known when all rows of the day before it are. Raises ValueError
    if no row was made with what is chosen.
    """
    del chunk_rows  # a row a second at most
    read = {table.name: whole(inputs, table) for table in _TABLES}
    for name, column, value in (
        (MAKER_INVENTORY.name, "half_life_min", half_life_min),
        (VOLATILITY.name, "window_min", volatility_window_min),
    ):
        read[name] = _chosen(read[name], name, column, value)
    book = read[BOOK_STATE.name].filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until)
    ends = _us(book, "bar_end")
    ends = ends[ends % MINUTE == 0]
    if not ends.size:
        return {OBSERVATIONS_TABLE.name: OBSERVATIONS_TABLE.empty()}
    covered = _covered(read[TAKER_AGGRESSION.name], ends, min_coverage)
    values: dict[str, pl.Series] = {}
    for one in OBSERVATIONS:
        values |= _observed(one, read[one.table.name], ends, covered, min_coverage)
    rows = pl.DataFrame(
        {
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(_known(list(read.values()), ends)).cast(UTC_US),
            **values,
        }
    ).with_columns(
        pl.selectors.float().fill_nan(None), venue=pl.lit(book["venue"][0]), symbol=pl.lit(book["symbol"][0])
    )
    return {OBSERVATIONS_TABLE.name: OBSERVATIONS_TABLE.check(rows.select(OBSERVATIONS_TABLE.schema.names()))}


def _chosen(rows: pl.DataFrame, name: str, column: str, value: int) -> pl.DataFrame:
    """The rows of one half-life or window."""
    made = rows[column].unique().sort().to_list()
    if value not in made and rows["bar_end"].n_unique() > 1:  # of the last minute, not all rows may be known yet
        raise ValueError(
            f"expected {name} with {column} {value}, got {made}: choose one of these for observations, or add it to "
            f"the parameter {column} of {name}"
        )
    return rows.filter(pl.col(column) == value)


def _observed(
    one: Observation, rows: pl.DataFrame, ends: Ints, covered: NDArray[np.bool_], min_coverage: float
) -> dict[str, pl.Series]:
    rows = rows if one.where is None else rows.filter(one.where)
    said = rows.select(one.value.cast(pl.Float64).fill_null(float("nan"))).to_series().to_numpy()
    weight = None if one.weight is None else rows.select(one.weight.cast(pl.Int64).fill_null(0)).to_series().to_numpy()
    minutes = Minutes.of(ends, _before(rows), said, weight)
    value = one.reduce(minutes)
    if one.is_event:
        value = np.where(covered, np.nan_to_num(value), np.nan)
    if one.is_every_second:
        value = np.where(minutes.stated >= min_coverage * SECONDS, value, np.nan)
    count = pl.Series(minutes.count)
    return {one.name: pl.Series(value), f"{one.name}_n": count.set(pl.Series(np.isnan(value)), 0)}


def _covered(aggression: pl.DataFrame, ends: Ints, min_coverage: float) -> NDArray[np.bool_]:
    """Whether the tape of each minute was recorded."""
    coverage = aggression["coverage_60s"].fill_null(0).to_numpy()
    return Minutes.of(ends, _before(aggression), coverage).at_end() >= min_coverage


def _known(frames: Sequence[pl.DataFrame], ends: Ints) -> Ints:
    """When the last row of the day before each end is known, whichever table it is of."""
    latest = [latest_in_day(ends, _before(rows), _us(rows, "known_ts")) for rows in frames]
    return np.maximum.reduce(latest)


def _before(rows: pl.DataFrame) -> Ints:
    """Per row, the time from which it lies before an end: a bar's last microsecond, an event's own."""
    return _us(rows, "bar_end") - 1 if "bar_end" in rows.columns else _us(rows, "event_ts")


def _us(rows: pl.DataFrame, name: str) -> Ints:
    return rows[name].to_physical().to_numpy()


_DEMO = {"half_life_min": 2, "volatility_window_min": 5}
"""For twenty minutes."""

_SAMPLE = {"half_life_min": 1, "volatility_window_min": 2}
"""For six."""

OBSERVATIONS_SIGNAL = Signal(
    name="observations",
    version=1,
    meaning="fifteen numbers that footprint signals say of a minute, side by side",
    inputs=tuple(Input(table) for table in _TABLES),
    outputs=(OBSERVATIONS_TABLE,),
    compute=observations,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"half_life_min": 30, "volatility_window_min": 15, "min_coverage": 0.8},
    presets={"sample": _SAMPLE, "demo": _DEMO},
)
