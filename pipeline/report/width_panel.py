"""How wide the market is, and how much stands near the mid."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.report.pooled import stretches
from pipeline.report.provenance import counted, made_from
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
    line,
    milliseconds,
    shade,
)

Floats = NDArray[np.float64]

_SECOND_MS: Final = 1_000.0
_BANDS: Final = (10, 5, 1)
_FEW: Final = 100
_QUESTION: Final = "How wide and how deep?"


def width_panel(scope: Scope, frame: TimeFrame) -> TimePanel | None:
    """Spread with its episodes of widening, depth of both sides; None without a book."""
    depths = [f"{side}_depth_{bps}bps_qty" for bps in _BANDS for side in ("bid", "ask")]
    book = scope.rows("book_state", "bar_end", "spread_bps", *depths)
    if book.is_empty():
        return None
    wide = scope.rows("spread_widening", "bar_end", "is_wide")
    times, spread = milliseconds(book["bar_end"]), floats(book["spread_bps"])
    figures: list[Any] = []
    starts, ends = stretches(
        milliseconds(wide["bar_end"]), wide["is_wide"].fill_null(False).to_numpy(), step=_SECOND_MS
    )
    if not np.isnan(spread).all():
        drawn = frame.figure("bps of mid", height=130)
        shade(
            drawn,
            f"unusually wide ({counted(starts.size, 'episode')})",
            *_visible(starts, ends, scope),
            ORANGE,
            alpha=0.4,
        )
        line(drawn, "spread", times, spread, BLUE, step=_SECOND_MS, unit="bps")
        figures.append(finished(drawn))
    band = next((bps for bps in _BANDS if book[f"bid_depth_{bps}bps_qty"].null_count() < book.height), None)
    if band is not None:
        drawn = frame.figure(f"base within {band} bps", height=130)
        for side, color in (("bid", GREEN), ("ask", RED)):
            values = floats(book[f"{side}_depth_{band}bps_qty"])
            line(drawn, f"{side}s", times, values, color, step=_SECOND_MS, unit="base")
        figures.append(finished(drawn))
    note = made_from(scope, {"book_state": book.height, "spread_widening": wide.height}, ("book_updates",))
    columns = "bar_end, b.spread_bps, is_wide, episode_s, " + ", ".join(depths)
    sql = "\n".join(
        [
            f"select {columns}",
            "from book_state as b left join spread_widening using (venue, symbol, bar_end)",
            *scope.sql("book_state", "").splitlines()[2:],
        ]
    )
    return TimePanel(_QUESTION, "Spread and depth", _told(spread, starts, ends), figures, note, sql)


def _visible(starts: Floats, ends: Floats, scope: Scope) -> tuple[Floats, Floats]:
    """A few episodes are widened to what can be seen; many as they were, so that their density shows."""
    if starts.size > _FEW:
        return starts, ends
    least = (scope.edges_ms[1] - scope.edges_ms[0]) / 1_000
    middle, half = (starts + ends) / 2, np.maximum(ends - starts, least) / 2
    return middle - half, middle + half


def _told(spread: Floats, starts: Floats, ends: Floats) -> str:
    if np.isnan(spread).all():
        return "No second has an OK book, so there is no spread and no depth."
    told = f"Median spread {np.nanmedian(spread):.3f} bps, 99 % of seconds below {np.nanquantile(spread, 0.99):.3f}."
    if not starts.size:
        return f"{told} Never unusually wide against the window before, as far as that was known."
    wide = f"{counted(starts.size, 'time')}, {(ends - starts).sum() / 1e3:,.0f} s in all"
    drawn = "; short episodes are drawn wider than they were" if starts.size <= _FEW else ""
    return f"{told} Unusually wide against the window before {wide}{drawn}."
