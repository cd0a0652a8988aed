"""How dear a perpetual is against what it follows, and who pays funding."""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope
from pipeline.report.squeeze import HISTORY, history_of, squeezes
from pipeline.report.time_panel import (
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    RED,
    TimeFrame,
    TimePanel,
    finished,
    floats,
    level,
    line,
    marks,
    milliseconds,
)

Floats = NDArray[np.float64]

_SECOND_MS: Final = 1_000.0
_QUESTION: Final = "How dear is the perpetual, and who pays?"


def basis_panel(scope: Scope, frame: TimeFrame) -> TimePanel | None:
    """Basis and funding with squeezes marked; None for a market without basis rows."""
    names = ("bar_end", "basis_mid_bps", "basis_index_bps", "funding_apr", "reference")
    rows = scope.rows("basis", *names)
    if rows.is_empty():
        return None
    times = milliseconds(rows["bar_end"])
    mid, index, apr = (floats(rows[name]) for name in names[1:4])
    figures: list[Any] = []
    if not (np.isnan(mid).all() and np.isnan(index).all()):
        figures.append(_basis_figure(frame, times, mid, index))
    squeeze_told = ""
    if not np.isnan(apr).all():
        drawn = frame.figure("% per year", height=120)
        line(
            drawn, "running funding, > 0 longs pay shorts", times, 100 * apr, ORANGE, step=_SECOND_MS, unit="% per year"
        )
        level(drawn, 0.0)
        squeeze_told = _add_squeezes(scope, drawn)
        figures.append(finished(drawn))
    note = made_from(scope, {"basis": rows.height}, ("book_updates", "derivative_ticker", "funding"))
    sql = scope.sql(
        "basis", "bar_end, basis_mid_bps, basis_index_bps, funding_rate, interval_h, funding_apr, reference"
    )
    return TimePanel(_QUESTION, "Basis", f"{_told(rows, mid, index, apr)} {squeeze_told}".strip(), figures, note, sql)


def _basis_figure(frame: TimeFrame, times: Floats, mid: Floats, index: Floats) -> Any:
    drawn = frame.figure("bps, > 0 dearer", height=180)
    if not np.isnan(index).all():
        line(drawn, "mark against index", times, index, PINK, step=_SECOND_MS, unit="bps of index")
    if not np.isnan(mid).all():
        line(drawn, "mid against reference mid", times, mid, BLUE, step=_SECOND_MS, unit="bps")
    level(drawn, 0.0)
    return finished(drawn)


def _add_squeezes(scope: Scope, drawn: Any) -> str:
    """Marks them, and says so; or says why none can be called."""
    known = history_of(scope)
    if known.days < HISTORY.days:
        return (
            f"No funding is called a squeeze: that takes {HISTORY.days} days of settlements, "
            f"and this lake has {known.days}."
        )
    found = squeezes(known.settled).filter(
        pl.col("settle_ts").is_between(scope.since, scope.until) & (pl.col("squeeze") != 0)
    )
    times, aprs = milliseconds(found["settle_ts"]), 100 * found["apr"].to_numpy()
    is_up = found["squeeze"].to_numpy() > 0
    marks(drawn, "shorts may be squeezed: up", times[is_up], aprs[is_up], "triangle", GREEN)
    marks(drawn, "longs may be squeezed: down", times[~is_up], aprs[~is_up], "inverted_triangle", RED)
    return f"{found.height} settlements were extreme for the {HISTORY.days} days before them."


def _told(rows: pl.DataFrame, mid: Floats, index: Floats, apr: Floats) -> str:
    parts = []
    references = rows["reference"].drop_nulls().unique().sort().to_list()
    if not np.isnan(mid).all():
        value = np.nanmedian(mid)
        parts.append(f"Median {abs(value):.2f} bps {'above' if value > 0 else 'below'} {', '.join(references)}.")
    else:
        parts.append("There is no reference market with mids here, so no basis of mids.")
    if np.isnan(index).all():
        parts.append("Mark and index prices were not recorded.")
    if np.isnan(apr).all():
        return " ".join([*parts, "Funding was not recorded."])
    last = apr[~np.isnan(apr)][-1]
    who = "Nobody pays" if last == 0 else "Longs pay shorts" if last > 0 else "Shorts pay longs"
    return " ".join([*parts, f"{who}: {100 * abs(last):.2f} % per year at the end, not compounded."])
