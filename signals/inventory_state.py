"""Inventory state: what market makers hold, with the speed of their hedging chosen from what their quotes said before.

Makers who are long shade their quotes down. So the half-life by which flow fades is read off the past: the better an
inventory of that half-life went with a low basis (own mid minus the reference's), the more it counts. No return enters
the choice. Beside the average over half-lives stands a Kalman filter that takes the shading itself for a second
observation of the inventory; its level drifts, so what it adds is what moves within the hour.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE, SECOND, latest_in_day, microseconds
from signals.basis import BASIS
from signals.book_state import BAR_END
from signals.half_life_choice import Choice, fits_of, weights_of
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.maker_flow import MAKER_FLOW, half_lives
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

INVENTORY_STATE = Table(
    name="inventory_state",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "inventory_qty",
            pl.Float64(),
            "base",
            "held by market makers, > 0 long: average over half-lives, weighted by how well each explained the basis "
            "up to fit_end; null in gaps and in the burn-in",
        ),
        Column("filtered_qty", pl.Float64(), "base", "the same by a Kalman filter that sees the basis too"),
        Column(
            "sd_qty",
            pl.Float64(),
            "base",
            "standard deviation of filtered_qty: noise, half-lives that differ, and a maker_share that nobody knows",
        ),
        Column("half_life_min", pl.Float64(), "minutes", "weighted geometric mean of the half-lives"),
        Column(
            "skew_bps",
            pl.Float64(),
            "bps per base",
            "how much lower the basis stood per unit of inventory up to fit_end; null if it did not stand lower",
        ),
        Column("fit_end", UTC_US, "UTC", "end of the past the weights are from; null while there is too little"),
    ),
)

MEMORY_HALF_LIVES = 8
"""How far back an inventory is summed up: of what is older, less than half a percent would be left."""

_BASIS_S = 10
"""The basis of a minute is the mean over its last seconds, of which half must be known."""


def inventory_state(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    maker_share: float,
    half_life_min: Sequence[int],
    burn_in_min: int,
    prior_min: float,
    prior_log_sd: float,
    memory_min: float,
    window_min: int,
    refit_min: int,
    least_min: int,
    noise_share: float,
    share_sd: float,
) -> dict[str, pl.DataFrame]:
    """INVENTORY_STATE for every minute of the span with a row of maker_flow.

    Each day is made from the history declared for it. A row is known when all of that is, and after the rows of its
    day before it. Without a basis the prior stays, and the filter sees flow alone.
    """
    del chunk_rows  # a row a minute; of the basis one a second, for two days
    wanted = half_lives(half_life_min)
    choice = Choice(prior_min, prior_log_sd, memory_min, window_min, refit_min, least_min, noise_share, share_sd)
    flow = whole(inputs, MAKER_FLOW, columns=("venue", "symbol", "bar_end", "half_life_min", "known_ts", "counted_qty"))
    flow = flow.filter(pl.col("half_life_min") == pl.col("half_life_min").min())
    basis = whole(inputs, BASIS, columns=("bar_end", "known_ts", "basis_mid_bps"))
    reach = _reach_min(window_min, max(wanted)) * MINUTE
    start, end = microseconds(span.start), microseconds(span.until)
    parts = [INVENTORY_STATE.empty()]
    for day in range(start // DAY * DAY, end, DAY):
        rows, seconds = (_between(frame, day - reach, min(day + DAY, end)) for frame in (flow, basis))
        parts.append(_of_day(rows, seconds, day, reach, wanted, maker_share, burn_in_min, choice))
    made = pl.concat(parts).filter(pl.col("bar_end") > span.start)
    return {INVENTORY_STATE.name: INVENTORY_STATE.check(made)}


def _between(frame: pl.DataFrame, after: int, until: int) -> pl.DataFrame:
    return frame.filter(pl.col("bar_end").to_physical().is_between(after, until, closed="right"))


def _of_day(
    flow: pl.DataFrame,
    basis: pl.DataFrame,
    day: int,
    reach: int,
    wanted: list[int],
    share: float,
    burn_in: int,
    choice: Choice,
) -> pl.DataFrame:
    """Rows of the minutes of a day."""
    from signals.kernels.quote_skew import filtered, leaks  # numba is imported only to compute

    ends = flow["bar_end"].to_physical().to_numpy()
    if not ends.size or ends[-1] <= day:
        return INVENTORY_STATE.empty()
    origin = day - reach
    size, place = int(ends[-1] - origin) // MINUTE, (ends - origin) // MINUTE - 1
    received = np.full(size, np.nan)
    received[place] = flow["counted_qty"].to_numpy() * share
    is_known = ~np.isnan(received)
    known_flow = np.where(is_known, received, 0.0)
    levels = _by_minute(basis, origin, size)

    held = leaks(known_flow, 2.0 ** (-1.0 / np.array(wanted, np.float64)))
    at = np.arange(choice.refit_min - 1, size, choice.refit_min)
    at = at[at >= place[0]]
    weights, is_fitted = weights_of(held, levels, at, wanted, choice)
    fit_of = np.searchsorted(at, np.arange(size), side="right")
    average = (weights[:, fit_of] * held).sum(axis=0)
    spread = (weights[:, fit_of] * (held - average) ** 2).sum(axis=0)
    log_life = (np.log(np.array(wanted, np.float64))[:, None] * weights).sum(axis=0)
    fits = fits_of(weights, is_fitted, held, known_flow, levels, at, np.exp(log_life), choice)
    state, noise = filtered(known_flow, levels, fits, fit_of)
    deviation = np.sqrt(noise**2 + spread + (choice.share_sd * state) ** 2)

    is_stated = is_known & (np.arange(size) + 1 - place[0] >= burn_in)
    today = place[ends > day]
    values = {
        "inventory_qty": np.where(is_stated, average, np.nan)[today],
        "filtered_qty": np.where(is_stated, state, np.nan)[today],
        "sd_qty": np.where(is_stated, deviation, np.nan)[today],
        "half_life_min": np.exp(log_life)[fit_of[today]],
        "skew_bps": np.where(fits[:, 1] > 0, fits[:, 1], np.nan)[fit_of[today]],
    }
    fitted_at = np.concatenate(([0], np.where(is_fitted[1:], origin + (at + 1) * MINUTE, 0)))[fit_of[today]]
    stamps = [
        latest_in_day(ends[ends > day], frame["bar_end"].to_physical().to_numpy() - 1, _physical(frame), reach)
        for frame in (flow, basis)
    ]
    return (
        flow.filter(pl.Series(ends > day))
        .select("venue", "symbol", "bar_end")
        .with_columns(
            known_ts=pl.Series(np.maximum(*stamps)).cast(UTC_US),
            fit_end=pl.when(pl.Series(fitted_at > 0)).then(pl.Series(fitted_at).cast(UTC_US)),
            **{name: pl.Series(array).fill_nan(None) for name, array in values.items()},
        )
        .select(INVENTORY_STATE.schema.names())
    )


def _physical(frame: pl.DataFrame) -> Ints:
    return frame["known_ts"].to_physical().to_numpy()


def _by_minute(basis: pl.DataFrame, origin: int, size: int) -> Floats:
    """The basis of each minute: the mean of its last seconds; NaN where too few are known."""
    ends = basis["bar_end"].to_physical().to_numpy()
    minute = -(-(ends - origin) // MINUTE) - 1
    values = basis["basis_mid_bps"].to_numpy()
    is_late = (origin + (minute + 1) * MINUTE - ends < _BASIS_S * SECOND) & ~np.isnan(values) & (minute < size)
    sums = np.bincount(minute[is_late], values[is_late], size)
    counts = np.bincount(minute[is_late], minlength=size)
    return np.where(counts >= _BASIS_S / 2, sums / np.maximum(counts, 1), np.nan)


def _reach_min(window_min: int, longest_half_life: int) -> int:
    """Minutes before a day that enter it: whole refits."""
    return window_min + MEMORY_HALF_LIVES * longest_half_life


def _history(params: Params) -> timedelta:
    return timedelta(minutes=_reach_min(params["window_min"], max(half_lives(params["half_life_min"]))))


_SHORT = {
    "half_life_min": [1, 2, 5],
    "burn_in_min": 1,
    "prior_min": 2.0,
    "memory_min": 1.0,
    "window_min": 16,
    "refit_min": 2,
    "least_min": 3,
}
"""For recordings of minutes."""

INVENTORY_STATE_SIGNAL = Signal(
    name="inventory_state",
    version=1,
    meaning="what market makers hold, the speed of their hedging chosen by how they shaded their quotes",
    inputs=(Input(MAKER_FLOW, history=_history), Input(BASIS, history=_history)),
    outputs=(INVENTORY_STATE,),
    compute=inventory_state,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "maker_share": 0.6,
        "half_life_min": [2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 120],
        "burn_in_min": 150,
        "prior_min": 15.0,
        "prior_log_sd": 0.8,
        "memory_min": 10.0,
        "window_min": 720,
        "refit_min": 10,
        "least_min": 20,
        "noise_share": 0.7,
        "share_sd": 0.3,
    },
    presets={"sample": _SHORT, "demo": _SHORT},
    kinds=("perp", "future"),
)
