"""The book itself: what rested where, and what hit it."""

from typing import Final

from bokeh.models import CrosshairTool

from pipeline.report.book_heat import book_heat
from pipeline.report.heat_figure import heat_figure
from pipeline.report.heat_note import heat_note
from pipeline.report.marks import marks_of
from pipeline.report.price_panel import price_panel
from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope
from pipeline.report.time_panel import TimeFrame, TimePanel
from pipeline.timerange import TimeRange

_QUESTION: Final = "Where did size rest, and what hit it?"


def heat_panel(scope: Scope, frame: TimeFrame) -> TimePanel | None:
    """The heatmap with its marks; without a mid in the window the price panel says so, and None without a book."""
    time = TimeRange(scope.since, scope.until)
    heat = book_heat(scope.lake, scope.market, time)
    if heat is None:
        return price_panel(scope, frame)
    marks = marks_of(scope.reader, scope.market, time)
    drawn = heat_figure(heat, marks, x_range=frame.x_range)
    drawn.add_tools(CrosshairTool(overlay=frame.span))
    lead = (
        "Colour: size resting in the book, lighter is more, on a log scale. Drag to zoom, click a name to hide it; the "
        "figures below follow."
    )
    note = made_from(scope, {"book_updates": heat.updates}, ("book_updates", "trades"))
    return TimePanel(_QUESTION, "Book", lead, [drawn], note, sql="", foot=heat_note(heat))
