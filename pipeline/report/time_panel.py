"""What figures over time share: one range of time, one crosshair, axes of one width, UTC, light and dark."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import numpy as np
import polars as pl
from bokeh.models import (
    CrosshairTool,
    CustomJS,
    CustomJSTickFormatter,
    DataRange1d,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
)
from bokeh.models.annotations import Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from pipeline.report.look import FONT, utc_figure
from pipeline.report.pooled import pooled
from pipeline.report.scope import Scope

Floats = NDArray[np.float64]

# Colours that people who confuse red and green can tell apart (after Okabe and Ito 2008), on white and on black.
BLUE, ORANGE, GREEN, RED, PINK, SKY, GREY = (
    "#2b8bd0", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8a8a8a",
)  # fmt: skip

_FOLD: Final = 'legend.ncols = figure.inner_width < 480 ? 1 : "auto"'
"""On a phone a legend is a column: in one row its end would lie outside the page."""
_TOUCH: Final = ":host .bk-events { touch-action: pan-y !important; }"
"""A finger that moves up or down scrolls the page, not the figure."""


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """What the figures of one page share."""

    x_range: Range1d
    span: Span
    day: str

    @classmethod
    def of(cls, scope: Scope) -> "TimeFrame":
        first, last = scope.edges_ms
        margin = last - first
        bounds = (first - 0.02 * margin, last + 0.02 * margin)
        x_range = Range1d(start=first, end=last, bounds=bounds, min_interval=1_000)
        span = Span(dimension="height", line_color=GREY, line_width=1, line_dash="dotted")
        same_day = scope.since.date() == scope.until.date()
        day = f"{scope.since:%Y-%m-%d}" + ("" if same_day else f" to {scope.until:%Y-%m-%d}")
        return cls(x_range, span, day)

    def figure(self, unit: str, *, height: int, y_range: Any = None, form: str = "") -> figure:
        """An empty figure; unit: at the vertical axis; form: of its ticks, as NumeralTickFormatter takes it."""
        drawn = utc_figure(x_range=self.x_range, y_range=y_range or DataRange1d(), height=height)
        drawn.stylesheets = [*drawn.stylesheets, _TOUCH]
        drawn.toolbar.autohide = True
        drawn.xaxis.axis_label = f"UTC, {self.day}"
        drawn.yaxis.axis_label = unit
        drawn.yaxis.formatter = NumeralTickFormatter(format=form) if form else _short_numbers()
        drawn.add_tools(CrosshairTool(overlay=self.span))
        return drawn


@dataclass(frozen=True, slots=True)
class TimePanel:
    """Figures below each other under one question. lead: a sentence of what is to be seen, plain text."""

    question: str
    short: str
    lead: str
    figures: Sequence[Any]
    note: str
    sql: str
    foot: str = field(default="")


def milliseconds(times: pl.Series) -> Floats:
    """Since 1970."""
    return times.dt.epoch("us").to_numpy().astype(np.float64) / 1e3


def floats(values: pl.Series) -> Floats:
    """NaN where null."""
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy()


def line(
    drawn: figure, label: str, times: Floats, values: Floats, color: str, *, step: float, unit: str, dash: str = "solid"
) -> None:
    """A line with its hover; step: usual distance of the times (ms), beyond which it is interrupted."""
    x, y = pooled(times, values, step=step)
    renderer = drawn.line(x, y, color=color, line_width=1.5, line_dash=dash, legend_label=label)
    told = f"<b>@y{{0,0.[0000]}}</b> {escape(unit)} &nbsp; {escape(label)}<br>@x{{%Y-%m-%d %H:%M:%S}} UTC"
    drawn.add_tools(
        HoverTool(
            renderers=[renderer], tooltips=f"<div>{told}</div>", formatters={"@x": "datetime"}, mode="vline",
            visible=False,
        )
    )  # fmt: skip


def shade(drawn: figure, label: str, starts: Floats, ends: Floats, color: str, *, alpha: Any = 0.25) -> None:
    """Stretches of time from top to bottom; nothing, not even a legend, if there are none. alpha: one or of each."""
    if starts.size:
        drawn.vstrip(
            starts, ends, fill_color=color, fill_alpha=alpha, line_color=None, legend_label=label, level="underlay"
        )


def marks(drawn: figure, label: str, times: Floats, values: Floats, marker: str, color: str) -> None:
    """A symbol at each point, counted in the legend; nothing if there are none."""
    known = ~np.isnan(values)
    if known.any():
        named = f"{label} ({int(known.sum()):,})"
        drawn.scatter(
            times[known], values[known], marker=marker, size=9,
            color=color,
            line_width=2 if marker == "x" else 0.6,
            legend_label=named,
        )  # fmt: skip


def level(drawn: figure, value: float, color: str = GREY) -> None:
    """A dashed horizontal line."""
    drawn.add_layout(Span(location=value, dimension="width", line_color=color, line_dash="dashed", line_width=1))


def finished(drawn: figure) -> figure:
    """With its legend above the plot, clickable."""
    for legend in drawn.legend:
        legend.update(
            click_policy="hide", orientation="horizontal", label_text_font=FONT, label_text_font_size="12px",
            background_fill_alpha=0.0, border_line_color=None, padding=0, margin=2, spacing=12, location="left",
            glyph_width=16,
        )  # fmt: skip
        drawn.add_layout(legend, "above")
        drawn.js_on_change("inner_width", CustomJS(args={"figure": drawn, "legend": legend}, code=_FOLD))
    return drawn


def _short_numbers() -> CustomJSTickFormatter:
    """At most seven characters, whatever the size: the axis keeps its width."""
    return CustomJSTickFormatter(
        code="""
        const size = Math.abs(tick)
        if (size >= 1e6) return (tick / 1e6).toPrecision(4).replace(/\\.?0+$/, "") + "M"
        return String(+tick.toPrecision(6))
        """
    )
