"""Figures of what options say: volatilities implied and realised, the risk reversal, premiums of variance."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.report.time_panel import (
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    RED,
    SKY,
    TimeFrame,
    finished,
    floats,
    level,
    line,
    milliseconds,
)

Floats = NDArray[np.float64]

_MINUTE_MS: Final = 60_000.0
_DAY_MIN: Final = 1_440
_IMPLIED: Final = (BLUE, SKY)
_REALISED: Final = (RED, ORANGE)
_POINTS: Final = 100.0


def figures_of(frame: TimeFrame, rows: pl.DataFrame, recent: pl.DataFrame, index: pl.DataFrame) -> list[Any]:
    """Volatilities, skew and premiums, those that have anything to show.

    rows: of volatility_skew with variance_premium; recent: bar_end, window_min and realised_vol of the underlying;
    index: bar_end, interval_s, index_name and close of a volatility index.
    """
    maturities = shown(rows)
    figures: list[Any] = []
    if maturities or recent.height or index.height:
        figures.append(_volatilities(frame, rows, maturities, recent, index))
    if rows["rr25"].count():
        figures.append(_skew(frame, rows, maturities))
    if rows["trailing_premium"].count() + rows["realised_premium"].count():
        figures.append(_premiums(frame, rows, maturities))
    return figures


def _volatilities(
    frame: TimeFrame, rows: pl.DataFrame, maturities: Sequence[int], recent: pl.DataFrame, index: pl.DataFrame
) -> Any:
    unit = "% per root year"
    drawn = frame.figure(unit, height=190)
    for days, color in zip(maturities, _IMPLIED, strict=False):
        _add(drawn, f"implied, {days} d", rows.filter(maturity_days=days), "atm_iv", color, unit)
    for days, color in zip(maturities, _REALISED, strict=False):
        one = rows.filter(maturity_days=days)
        _add(drawn, f"realised, {_window(one)} before", one, "realised_vol", color, unit)
    if recent.height:
        label = f"realised, {in_words(recent['window_min'][0])} before"
        _add(drawn, label, recent, "realised_vol", PINK, unit)
    if index.height:
        width = max(1_000.0 * index["interval_s"][0], _MINUTE_MS)
        _add(drawn, f"{index['index_name'][0]}, the venue's index", index, "close", GREEN, unit, step=width)
    return finished(drawn)


def _skew(frame: TimeFrame, rows: pl.DataFrame, maturities: Sequence[int]) -> Any:
    drawn = frame.figure("vol points", height=130)
    for days, color in zip(maturities, _IMPLIED, strict=False):
        label = f"25-delta risk reversal, {days} d, > 0 calls dearer"
        _add(drawn, label, rows.filter(maturity_days=days), "rr25", color, "points")
    level(drawn, 0.0)
    return finished(drawn)


def _premiums(frame: TimeFrame, rows: pl.DataFrame, maturities: Sequence[int]) -> Any:
    drawn = frame.figure("variance a year", height=150)
    for days, now, earned in zip(maturities, _IMPLIED, (GREEN, ORANGE), strict=False):
        one = rows.filter(maturity_days=days)
        _add(drawn, f"IV² - RV² before, {days} d, > 0 options dear", one, "trailing_premium", now, "a year", times=1.0)
        label = f"earned since {_window(one)} ago, {days} d"
        _add(drawn, label, one, "realised_premium", earned, "a year", times=1.0, dash="dashed")
    level(drawn, 0.0)
    return finished(drawn)


def _add(
    drawn: Any, label: str, rows: pl.DataFrame, name: str, color: str, unit: str, *, times: float = _POINTS,
    dash: str = "solid", step: float = _MINUTE_MS,
) -> None:  # fmt: skip
    """A line, if it has a value, and dots where values stand alone: chains are often polled more seldom."""
    values = times * floats(rows[name])
    if np.isnan(values).all():
        return
    at = milliseconds(rows["bar_end"])
    line(drawn, label, at, values, color, step=step, unit=unit, dash=dash)
    lone = alone(at, values, step)
    if lone.any():
        drawn.scatter(at[lone], values[lone], size=5, color=color, legend_label=label)


def alone(at: Floats, values: Floats, step: float) -> NDArray[np.bool_]:
    """Values of which neither neighbour is known and a step away: a line cannot show them."""
    known = ~np.isnan(values)
    is_joined = known[1:] & known[:-1] & (np.diff(at) <= 1.5 * step)
    return known & ~np.append(is_joined, False) & ~np.insert(is_joined, 0, False)


def shown(rows: pl.DataFrame) -> list[int]:
    """The shortest and the longest maturity with a value."""
    there = rows.drop_nulls("atm_iv")["maturity_days"].unique().sort().to_list()
    return sorted({there[0], there[-1]}) if there else []


def _window(rows: pl.DataFrame) -> str:
    """Length of the realised window of one maturity, in words."""
    stated = rows["window_min"].drop_nulls()
    return in_words(int(stated[0])) if stated.len() else "the window"


def in_words(minutes: int) -> str:
    """A length of time."""
    return f"{minutes} min" if minutes % _DAY_MIN else f"{minutes // _DAY_MIN} d"
