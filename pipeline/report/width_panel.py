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
_PIECES: Final = 240
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
        _shade_wide(drawn, starts, ends, scope)
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


def _shade_wide(drawn: Any, starts: Floats, ends: Floats, scope: Scope) -> None:
    """A few episodes one by one, widened to what can be seen; of many, how much of each piece of the window was wide.

    Thousands of stretches of a second fall between the pixels of a day: some would be drawn and others not.
    """
    first, last = scope.edges_ms
    if starts.size <= _FEW:
        middle, half = (starts + ends) / 2, np.maximum(ends - starts, (last - first) / 1_000) / 2
        shade(drawn, f"unusually wide ({counted(starts.size, 'episode')})", middle - half, middle + half, ORANGE)
        return
    edges = np.linspace(first, last, _PIECES + 1)
    shares = shares_of(starts, ends, edges)
    is_wide = shares > 0
    label = f"unusually wide, darker: for more of the time (up to {shares.max():.0%})"
    alpha = 0.6 * shares[is_wide] / shares.max()
    shade(drawn, label, edges[:-1][is_wide], edges[1:][is_wide], ORANGE, alpha=alpha)


def shares_of(starts: Floats, ends: Floats, edges: Floats) -> Floats:
    """Share of each piece between the edges that lies in one of the stretches, which are in order and apart."""
    before = np.concatenate(([0.0], np.cumsum(ends - starts)))
    place = np.searchsorted(starts, edges, side="right")
    over = np.where(place > 0, np.maximum(ends[place - 1] - edges, 0.0), 0.0)
    return np.diff(before[place] - over) / np.diff(edges)


def _told(spread: Floats, starts: Floats, ends: Floats) -> str:
    if np.isnan(spread).all():
        return "No second has an OK book, so there is no spread and no depth."
    told = f"Median spread {np.nanmedian(spread):.3f} bps, 99 % of seconds below {np.nanquantile(spread, 0.99):.3f}."
    if not starts.size:
        return f"{told} Never unusually wide against the window before, as far as that was known."
    wide = f"{counted(starts.size, 'time')}, {(ends - starts).sum() / 1e3:,.0f} s in all"
    drawn = "; short episodes are drawn wider than they were" if starts.size <= _FEW else ""
    return f"{told} Unusually wide against the window before {wide}{drawn}."
