"""What makers may be holding, and the states of the reversion rule that looks at it."""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.trading.reversion_episodes import ENTRY_REASON, EXIT_REASONS
from pipeline.report.pooled import stretches
from pipeline.report.provenance import counted, made_from, parameters
from pipeline.report.scope import Scope
from pipeline.report.time_panel import (
    BLUE,
    GREEN,
    ORANGE,
    RED,
    TimeFrame,
    TimePanel,
    finished,
    floats,
    level,
    line,
    marks,
    milliseconds,
    shade,
)

Floats = NDArray[np.float64]

_MINUTE_MS: Final = 60_000.0
_QUESTION: Final = "What may makers be holding, and what did the rule do?"


def inventory_panel(scope: Scope, frame: TimeFrame) -> TimePanel | None:
    """z of the inventory with the rule's states; None if the rule has no row here."""
    rows = scope.rows("reversion_signal", "bar_end", "state", "direction", "reason", "z_level", "mid")
    if rows.is_empty():
        return None
    chosen = parameters(scope, "reversion_signal")
    z = floats(rows["z_level"])
    figures = [] if np.isnan(z).all() else [_figure(frame, rows, z, chosen.get("z_in", 2))]
    note = made_from(scope, {"reversion_signal": rows.height}) + (
        f" Half-life {chosen['half_life_min']} min; armed at |z| >= {chosen['z_in']} (dashed)." if chosen else ""
    )
    sql = scope.sql("reversion_signal", "bar_end, state, direction, reason, z_level, q_level, mid, ref_px, entry_px")
    return TimePanel(_QUESTION, "Inventory", _told(rows, z), figures, note, sql)


def _figure(frame: TimeFrame, rows: pl.DataFrame, z: Floats, z_in: float) -> Any:
    times = milliseconds(rows["bar_end"])
    drawn = frame.figure("z, > 0 makers long", height=190)
    in_market = rows["state"].is_in(("ENTRY", "LONG", "SHORT")).to_numpy()
    is_armed = (rows["state"] == "ARMED").to_numpy()
    shade(drawn, "armed", *stretches(times, is_armed, step=_MINUTE_MS), ORANGE)
    shade(drawn, "in the market", *stretches(times, in_market, step=_MINUTE_MS), GREEN)
    line(drawn, "inventory z", times, z, BLUE, step=_MINUTE_MS, unit="standard deviations")
    for label, at, marker, color in (
        ("entry ordered", _with_reason(rows, (ENTRY_REASON,)), "triangle", GREEN),
        ("exit ordered", _with_reason(rows, EXIT_REASONS) & in_market, "x", RED),
    ):
        marks(drawn, label, times[at], np.where(np.isnan(z[at]), 0.0, z[at]), marker, color)
    for threshold in (z_in, -z_in):
        level(drawn, threshold)
    return finished(drawn)


def _with_reason(rows: pl.DataFrame, reasons: tuple[str, ...]) -> NDArray[np.bool_]:
    told = rows["reason"].fill_null("").str.split("+").list.eval(pl.element().is_in(reasons)).list.any()
    return told.fill_null(False).to_numpy()


def _told(rows: pl.DataFrame, z: Floats) -> str:
    """What is to be seen, in a sentence."""
    armed, entered = (int(_with_reason(rows, (name,)).sum()) for name in ("armed", "pullback"))
    acted = f"The rule armed {counted(armed, 'time')} and ordered {counted(entered, 'entry', 'entries')}."
    if np.isnan(z).all():
        return f"Inventory has no z-score here: its windows reach further back than the data. {acted}"
    top = int(np.nanargmax(np.abs(z)))
    side = "long" if z[top] > 0 else "short"
    return (
        f"Furthest from usual at {rows['bar_end'][top]:%H:%M} UTC, z {z[top]:+.2f}: makers may have been {side}. "
        f"{acted} An estimate from taker flow; nobody outside sees whose hands it is in."
    )
