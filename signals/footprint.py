"""The composite footprint: one row a minute with every observation, how it reads, how strong, how old, on what.

Strength is the share of the trailing 30 days with a weaker value, equal ones counting half: of the absolute value where
the sign is a direction; of a level whose usual value is not 0 (basis, funding), how far its rank is from the middle. It
says how unusual, never how profitable. Most observations move with the price of their own
minute; what they say of the next one is for the judge. Which reading goes with which sign was fixed beforehand:
`signals.observation`.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.observation import OBSERVATIONS, Observation
from signals.observations import OBSERVATIONS_TABLE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.window_sums import values_before

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


_STRENGTH = {
    "direction": "share of the trailing minutes with a smaller absolute value",
    "level": "twice the distance of its rank among the trailing minutes from the middle",
    "size": "share of the trailing minutes with a smaller value",
}


def _columns(one: Observation) -> tuple[Column, ...]:
    readings = "; ".join(text for text in (one.high, one.low) if text)
    return (
        Column(one.name, pl.Float64(), one.unit, one.meaning),
        Column(
            f"{one.name}_strength",
            pl.Float64(),
            "0 to 1",
            f"{_STRENGTH[one.claim]}; equal ones count half; null with too few minutes",
        ),
        Column(
            f"{one.name}_reading",
            pl.String(),
            "text",
            f"ordinary, or, if strong: {readings}; null without a strength. Evidence: {one.evidence}",
        ),
        Column(f"{one.name}_age_min", pl.Int64(), "minutes", "since it was last seen today; 0: in this minute"),
        Column(f"{one.name}_n", pl.Int64(), one.counted, f"{one.counted} of {one.table.name} it rests on"),
    )


FOOTPRINT = Table(
    name="footprint",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        *(column for one in OBSERVATIONS for column in _columns(one)),
        Column("n_strong", pl.Int64(), "observations", "how many are strong"),
        Column(
            "n_up",
            pl.Int64(),
            "observations",
            "strong ones above 0 among those with a direction; no forecast, and no independent witnesses: aggression, "
            "sweep, block and inventory are made of one flow",
        ),
        Column("n_down", pl.Int64(), "observations", "the same below 0"),
    ),
)

ORDINARY = "ordinary"


def footprint(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    rank_window_min: int,
    min_history_min: int,
    strong: float,
) -> dict[str, pl.DataFrame]:
    """FOOTPRINT for every row of `observations` in the span.

    An observation has a strength once `min_history_min` minutes of the window stated it. A row is known when all of its
    window are, and after the rows of its day before it.
    """
    del chunk_rows  # a row a minute
    seen = whole(inputs, OBSERVATIONS_TABLE)
    parts = [FOOTPRINT.empty()]
    start, end = microseconds(span.start), microseconds(span.until)
    for day in range(start // DAY * DAY, end, DAY):
        since, until = day - rank_window_min * MINUTE, min(day + DAY, end)
        history = seen.filter(pl.col("bar_end").to_physical().is_between(since, until, closed="right"))
        parts.append(_of_day(history, day, rank_window_min, min_history_min, strong))
    rows = pl.concat(parts).filter(pl.col("bar_end") > span.start)
    return {FOOTPRINT.name: FOOTPRINT.check(rows)}


def _of_day(seen: pl.DataFrame, day: int, window: int, least: int, strong: float) -> pl.DataFrame:
    """The rows of a day; `seen` begins as far before it as a window reaches."""
    ends, known = (seen[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    today = ends > day
    if not today.any():
        return FOOTPRINT.empty()
    place = (ends - day) // MINUTE - 1 + window  # minute of each row, from 0 a window before the day
    columns: dict[str, pl.Series] = {}
    up, down, loud = (np.zeros(int(today.sum()), np.int64) for _ in range(3))
    for one in OBSERVATIONS:
        value = seen[one.name].fill_null(float("nan")).to_numpy()
        now, rank = value[today], _rank(one, value, place, window, least)
        strength = np.abs(2 * rank - 1) if one.claim == "level" else rank
        is_strong = (strength >= strong) & _is_told(one, now, rank)
        sign = np.where(is_strong, np.sign(now), 0.0) if one.claim == "direction" else np.zeros(now.size)
        up, down, loud = up + (sign > 0), down + (sign < 0), loud + is_strong
        columns |= {
            one.name: pl.Series(now),
            f"{one.name}_strength": pl.Series(strength),
            f"{one.name}_reading": _reading(one, now, strength, is_strong),
            f"{one.name}_age_min": _age(seen[f"{one.name}_n"].to_numpy()[today], ends[today]),
            f"{one.name}_n": seen[f"{one.name}_n"].filter(pl.Series(today)),
        }
    latest = latest_in_day(ends[today], ends - 1, known, window * MINUTE)
    return (
        seen.filter(pl.Series(today))
        .select("venue", "symbol", "bar_end")
        .with_columns(pl.Series(latest).cast(UTC_US).alias("known_ts"), **columns, n_strong=loud, n_up=up, n_down=down)
        .with_columns(pl.selectors.float().fill_nan(None))
        .select(FOOTPRINT.schema.names())
    )


def _rank(one: Observation, value: Floats, place: Ints, window: int, least: int) -> Floats:
    """Mid-rank of each row of the day among the minutes of the window before it; NaN where too few have a value."""
    from signals.kernels.maker_inventory import mid_ranks  # numba is imported only to compute

    minutes = np.full(int(place[-1]) + 1, np.nan)
    minutes[place] = np.abs(value) if one.claim == "direction" else value
    at = place[place >= window]
    has_past = values_before(minutes, at, window) >= least
    return np.where(has_past, mid_ranks(minutes, window, window)[at - window], np.nan)


def _is_told(one: Observation, value: Floats, rank: Floats) -> NDArray[np.bool_]:
    """Whether a value, if strong, is what its reading says: large enough, and on the side its rank is unusual on."""
    if one.claim == "direction":
        return np.abs(value) > one.least
    if one.claim == "level":
        return np.where(rank > 0.5, value > one.least, value < -one.least)
    return value > one.least


def _reading(one: Observation, value: Floats, strength: Floats, is_strong: NDArray[np.bool_]) -> pl.Series:
    code = np.where(is_strong, np.where((value < 0) & (one.low != ""), 2, 1), 0)
    texts = pl.Series([ORDINARY, one.high, one.low or one.high], dtype=pl.String())
    return texts.gather(code).set(pl.Series(np.isnan(strength)), None)


def _age(count: Ints, ends: Ints) -> pl.Series:
    """Minutes since the last row that had something, null before the first."""
    last = np.maximum.accumulate(np.where(count > 0, ends, -1))
    return pl.Series((ends - last) // MINUTE).set(pl.Series(last < 0), None)


def _window(params: Params) -> timedelta:
    return timedelta(minutes=params["rank_window_min"])


_SHORT = {"rank_window_min": 10, "min_history_min": 3}
"""For recordings of minutes."""

FOOTPRINT_SIGNAL = Signal(
    name="footprint",
    version=1,
    meaning="every observation of a minute: its value, reading, strength, age and what it rests on",
    inputs=(Input(OBSERVATIONS_TABLE, history=_window),),
    outputs=(FOOTPRINT,),
    compute=footprint,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"rank_window_min": 43_200, "min_history_min": 1_440, "strong": 0.95},
    presets={"sample": _SHORT, "demo": _SHORT},
)
