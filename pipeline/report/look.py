"""What all charts of a report share: times in UTC, equal borders so that panels align, the colours of the page."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import FootprintError

if TYPE_CHECKING:
    from bokeh.plotting import figure

LEFT: Final = 80
RIGHT: Final = 24
"""Widths beside every chart, CSS pixels: axes must fit, or panels with one axis of time would not align."""

FONT: Final = "system-ui, sans-serif"


def script(name: str) -> str:
    """The text of a script that lies beside this module."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def bokeh_version() -> str:
    """The version of Bokeh. Raises FP019 if it is not installed."""
    try:
        import bokeh
    except ImportError as missing:
        why = "charts of a report are drawn by Bokeh, which is not installed"
        raise FootprintError("FP019", why, hint="pip install 'mm-footprint[report]'") from missing
    return str(bokeh.__version__)


def head() -> str:
    """What a page with charts needs in its head: the library itself, nothing of which asks a network, and what tells
    the reader if it fails. Raises FP019 if Bokeh is not installed."""
    bokeh_version()
    from bokeh.resources import Resources

    library = Resources(mode="inline", components=["bokeh"], log_level="warn").render()
    return f"<script>{script('guard.js')}</script>\n{library}"


BANNER: Final = (
    '<p class="warn chart-failed">The charts of this page are drawn by scripts that are part of it; none has run.</p>'
)
"""HTML above the charts: why there are none, if there are none."""


def embedded(models: Any) -> tuple[str, Any]:
    """The script that draws the models, and where they stand: HTML for each, in the shape in which they came."""
    from bokeh.embed import components

    return components(models)


def utc_figure(
    *, x_range: Any, y_range: Any, height: int, tools: str = "xpan,xwheel_zoom,box_zoom,reset,save"
) -> "figure":
    """An empty chart over time, as wide as the page: milliseconds since 1970 in UTC to the right, whatever the
    reader's zone. height: of the frame, pixels."""
    bokeh_version()
    from bokeh.models import CustomJS, DatetimeTickFormatter
    from bokeh.plotting import figure

    made = figure(
        x_range=x_range, y_range=y_range, frame_height=height, sizing_mode="stretch_width", tools=tools,
        active_drag="box_zoom", min_border_left=LEFT, min_border_right=RIGHT, x_axis_type="datetime",
        background_fill_alpha=0, border_fill_alpha=0,
    )  # fmt: skip
    made.toolbar.logo = None
    second, minute, day = "%H:%M:%S", "%H:%M", "%d %b"
    made.xaxis.formatter = DatetimeTickFormatter(
        milliseconds="%H:%M:%S.%3N", seconds=second, minsec=second, minutes=minute, hourmin=minute, hours=minute,
        days=day, months="%b %Y", years="%Y",
    )  # fmt: skip
    made.xaxis.axis_label = "UTC"
    for axis in made.axis:
        axis.major_label_text_font = axis.axis_label_text_font = FONT
        axis.axis_label_text_font_style = "normal"
        axis.major_label_text_color = axis.axis_label_text_color = "#808080"
    made.grid.grid_line_alpha = 0.25
    # The inner width is set once the chart has its place, and again whenever that changes.
    made.js_on_change("inner_width", CustomJS(args={"figure": made}, code=script("look.js")))
    return made
