"""Where the price went, where no heatmap of the book can be drawn."""

from typing import Final

import numpy as np

from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope
from pipeline.report.time_panel import BLUE, TimeFrame, TimePanel, finished, floats, line, milliseconds

_SECOND_MS: Final = 1_000.0


def price_panel(scope: Scope, frame: TimeFrame, why: str = "") -> TimePanel | None:
    """The mid, second by second; why: the sentence that says what is missing. None without a book."""
    book = scope.rows("book_state", "bar_end", "bid_px", "ask_px")
    if book.is_empty():
        return None
    mid = (floats(book["bid_px"]) + floats(book["ask_px"])) / 2
    figures = []
    told = "No second has an OK book."
    if not np.isnan(mid).all():
        drawn = frame.figure("quote per base", height=300)
        line(drawn, "mid", milliseconds(book["bar_end"]), mid, BLUE, step=_SECOND_MS, unit="quote per base")
        figures.append(finished(drawn))
        known = mid[~np.isnan(mid)]
        told = f"From {known[0]:,.6g} to {known[-1]:,.6g}: {1e4 * (known[-1] / known[0] - 1):+.1f} bps."
    note = made_from(scope, {"book_state": book.height}, ("book_updates",))
    sql = scope.sql("market_seconds", "bar_end, state, bid_px, ask_px, mid_px")
    return TimePanel("Where did the price go?", "Price", f"{told} {why}".strip(), figures, note, sql)
