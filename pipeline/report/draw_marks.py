"""Marks drawn on a chart over time: as many as leave the picture to be seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from pipeline.report.look import script
from pipeline.report.marks import Marks

if TYPE_CHECKING:
    from bokeh.models import Legend
    from bokeh.plotting import figure

_SPACING: Final = 8
"""Pixels across the chart for each mark of a kind."""


def draw_marks(chart: "figure", marks: Sequence[Marks], legend: "Legend") -> None:
    """Draw the marks, with an entry in the legend that hides them when it is clicked, and their texts on hovering.

    Of each kind the largest in sight are shown, one in _SPACING pixels of the chart; the entry says how many of all.
    """
    from bokeh.models import CDSView, ColumnDataSource, CustomJS, HoverTool, IndexFilter, LegendItem

    kinds, drawn = [], []
    for one in marks:
        if one.frame.is_empty():
            continue
        source, few = ColumnDataSource(_columns(one)), IndexFilter()
        glyph = _glyph(chart, one, source, CDSView(filter=few))
        item = LegendItem(label=f"{one.label} ({one.total:,})", renderers=[glyph])
        legend.items.append(item)
        drawn.append(glyph)
        kinds.append({"source": source, "filter": few, "item": item, "label": one.label, "total": one.total})
    if not drawn:
        return
    texts, place = "@text<br>@at UTC", {"attachment": "vertical", "description": "marks under the pointer"}
    chart.add_tools(HoverTool(renderers=drawn, tooltips=texts, **place))
    args = {"x_range": chart.x_range, "figure": chart, "kinds": kinds, "spacing": _SPACING}
    choose = CustomJS(args=args, code=script("mark_view.js"))
    chart.js_on_change("inner_width", choose)
    for edge in ("start", "end"):
        chart.x_range.js_on_change(edge, choose)


def _columns(marks: Marks) -> dict[str, Any]:
    frame = marks.frame
    ms = {name: (frame[name].cast(pl.Int64) / 1e3).to_numpy() for name in ("ts", "to_ts") if name in frame.columns}
    weight = frame["weight"].fill_null(0.0).to_numpy()
    data = ms | {
        "price": frame["price"].to_numpy(),
        "text": frame["text"].to_list(),
        "at": frame["ts"].dt.strftime("%Y-%m-%d %H:%M:%S%.3f").to_list(),
        "by_weight": np.argsort(-weight, kind="stable").astype(np.int32),
    }
    if marks.shape == "bar":
        return data
    is_up = (frame["direction"] == 1).to_list()
    if marks.shape == "arrow":
        return data | {"marker": ["triangle" if up else "inverted_triangle" for up in is_up]}
    white, black = marks.color, "#000000"
    return data | {
        "fill": [white if up else black for up in is_up],
        "line": [black if up else white for up in is_up],
    }


def _glyph(chart: "figure", marks: Marks, source: Any, view: Any) -> Any:
    common = {"source": source, "view": view}
    if marks.shape == "bar":
        place = {"x0": "ts", "x1": "to_ts", "y0": "price", "y1": "price"}
        return chart.segment(**place, color=marks.color, line_width=2, line_cap="round", **common)
    if marks.shape == "dot":
        return chart.scatter("ts", "price", size=6, fill_color="fill", line_color="line", line_width=0.8, **common)
    fill = {"fill_color": marks.color, "line_color": "#ffffff", "line_width": 0.8}
    hollow = {"fill_alpha": 0.0, "line_color": marks.color, "line_width": 1.6}
    return chart.scatter("ts", "price", marker="marker", size=10, **(fill if marks.is_filled else hollow), **common)
