"""The order-book heatmap as a Bokeh chart: tiles pooled by the page to the pixels of the screen, and marks on them."""

from collections.abc import Sequence
from math import ceil, floor, log, log10
from typing import TYPE_CHECKING, Any, Final

from pipeline.market import Market
from pipeline.report.book_heat import LEVELS, BookHeat, Scale
from pipeline.report.draw_marks import draw_marks
from pipeline.report.exact_size import template
from pipeline.report.heat_tiles import ALPHABET, POOLS, TILE, codes, first_picture, tiles
from pipeline.report.look import FONT, script, utc_figure
from pipeline.report.marks import Marks
from signals.bars import microseconds

if TYPE_CHECKING:
    from bokeh.models import ColorBar, Legend, LinearColorMapper
    from bokeh.plotting import figure

NOTHING: Final = "#14081f"
"""Where nothing rests: darker than the least size, on a light page too, so that more is always lighter."""
UNKNOWN_COLOR: Final = "#8c8c8c"

_HEIGHT: Final = 360
"""Of the picture alone, without axes and legends: each of the buckets has a row of pixels, whatever is around it."""


def heat_figure(heat: BookHeat, marks: Sequence[Marks], *, x_range: Any, height: int = _HEIGHT) -> "figure":
    """The chart. x_range: a Range1d in milliseconds since 1970 UTC, which other charts may share.

    Raises FP019 if Bokeh is not installed.
    """
    from bokeh.models import ColumnDataSource, CustomJS, Range1d

    chart = utc_figure(x_range=x_range, y_range=Range1d(heat.low_px, heat.high_px), height=height)
    chart.background_fill_color, chart.background_fill_alpha = NOTHING, 1.0
    chart.yaxis.axis_label = "price"
    chart.yaxis.formatter.use_scientific = False
    chart.grid.visible = False
    code = codes(heat)
    first, joined = first_picture(code)
    since, width = microseconds(heat.since) / 1e3, heat.width_s * 1e3
    place = {"x": [since], "dw": [width * joined * first.shape[0]]}
    place |= {"y": [heat.low_px], "dh": [heat.high_px - heat.low_px]}
    source = ColumnDataSource({"image": [first.T.copy()], **place})
    mapper = _mapper()
    image = chart.image(
        image="image", x="x", y="y", dw="dw", dh="dh", source=source, color_mapper=mapper, level="image"
    )
    chart.add_layout(_color_bar(mapper, heat.scale), "above")
    legend = _legend(chart)
    _unknown(chart, heat, legend)
    draw_marks(chart, marks, legend)
    packed = {"tiles": tiles(code), "tile": TILE, "alphabet": ALPHABET, "pools": list(POOLS)}
    shape = {"rows": code.shape[1], "columns": code.shape[0], "since": since, "width": width}
    args = {"source": source, "x_range": x_range, "figure": chart, "legend": legend} | packed | shape
    redraw = CustomJS(args=args, code=script("heat_draw.js"))
    chart.js_on_change("inner_width", redraw)
    for edge in ("start", "end"):
        x_range.js_on_change(edge, redraw)
    _hover(chart, heat, image, joined)
    return chart


def _mapper() -> "LinearColorMapper":
    """From codes to colours: viridis, which is even to the eye and to those who see fewer colours."""
    from bokeh.models import LinearColorMapper
    from bokeh.palettes import viridis

    palette = [NOTHING, *viridis(LEVELS)]
    return LinearColorMapper(palette=palette, low=0.5, high=LEVELS + 1.5, low_color=UNKNOWN_COLOR)


def _color_bar(mapper: "LinearColorMapper", scale: Scale) -> "ColorBar":
    from bokeh.models import ColorBar, FixedTicker

    labels = {1: "0"} | {code_of(size, scale): shown(size) for size in round_sizes(scale)}
    return ColorBar(
        color_mapper=mapper, orientation="horizontal", height=10, padding=4, location=(0, 0),
        title="largest size resting, base units, log scale", ticker=FixedTicker(ticks=list(labels)),
        major_label_overrides=labels, background_fill_alpha=0, title_text_font_style="normal", title_text_font=FONT,
        title_text_font_size="12px", title_text_color="#808080", major_label_text_font=FONT,
        major_label_text_color="#808080",
    )  # fmt: skip


def code_of(size: float, scale: Scale) -> float:
    """Where a size stands on the axis of codes: the edge below its level's code is low x ..., see Scale."""
    return LEVELS * log(size / scale.low) / log(scale.high / scale.low) + 1.5


def round_sizes(scale: Scale, most: int = 8) -> list[float]:
    """1, 2 and 5 times powers of ten within the scale, or powers of ten alone where these are too many."""
    powers = range(floor(log10(scale.low)), ceil(log10(scale.high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        sizes = [step * 10.0**power for power in powers for step in steps]
        inside = [size for size in sizes if scale.low <= size <= scale.high]
        if len(inside) <= most:
            break
    return inside


def sql_place(market: Market) -> str:
    """The id of the element in which the SQL for a cell of this market's heatmap is shown."""
    return f"heat-sql-{market.venue}-{market.symbol}"


def shown(size: float) -> str:
    """A size with up to four digits that say something."""
    return f"{size:,.0f}" if size >= 10_000 else f"{size:.4g}"


def _legend(chart: "figure") -> "Legend":
    """Entries that hide what they name when clicked, below the chart."""
    from bokeh.models import Legend

    made = Legend(
        click_policy="hide", orientation="horizontal", label_text_font=FONT, label_text_font_size="12px",
        label_text_color="#808080", background_fill_alpha=0, border_line_alpha=0, location="left", spacing=12,
        glyph_width=16, glyph_height=16, label_height=14, margin=0, padding=4,
    )  # fmt: skip
    chart.add_layout(made, "below")
    return made


def _unknown(chart: "figure", heat: BookHeat, legend: "Legend") -> None:
    """Hatch the stretches in which the book was not known."""
    from bokeh.models import LegendItem

    stretches = heat.unknown()
    if not stretches:
        return
    edges = [[microseconds(moment) / 1e3 for moment in side] for side in zip(*stretches, strict=True)]
    glyph = chart.vstrip(
        x0=edges[0], x1=edges[1], fill_alpha=0, line_alpha=0, hatch_pattern="/", hatch_color="#ffffff",
        hatch_alpha=0.5, hatch_scale=10,
    )  # fmt: skip
    seconds = sum((end - begin).total_seconds() for begin, end in stretches)
    legend.items.append(LegendItem(label=f"book not known ({seconds:,.0f} s)", renderers=[glyph]))


def _hover(chart: "figure", heat: BookHeat, image: Any, joined: int) -> None:
    """The cell under the pointer in words; clicked, the SQL for its exact value, at `sql_place`."""
    from bokeh.models import CustomJS, CustomJSHover, HoverTool

    cells = {
        "source": image.data_source, "joined": joined, "since": microseconds(heat.since) / 1e3,
        "width": heat.width_s * 1e3, "low_px": heat.low_px, "height_px": heat.height_px, "decimals": heat.decimals,
    }  # fmt: skip
    scale = {"levels": LEVELS, "low": heat.scale.low, "high": heat.scale.high}
    formatter = CustomJSHover(args=cells | scale, code=script("heat_hover.js"))
    lines = "".join(f"<div>@image{{{name}}}</div>" for name in ("time", "price", "size"))
    chart.add_tools(
        HoverTool(
            renderers=[image], tooltips=lines, formatters={"@image": formatter}, attachment="horizontal",
            point_policy="follow_mouse", description="size under the pointer",
        )
    )  # fmt: skip
    columns, rows = heat.levels.shape
    query = {"query": template(heat.market), "place": sql_place(heat.market), "columns": columns, "rows": rows}
    chart.js_on_event("tap", CustomJS(args=cells | query, code=script("heat_tap.js")))
