"""A chart as SVG text: values over UTC time, with axes, units and a legend. No library, no script, no foreign font."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = Literal["up", "down", "cross"]

WIDTH, HEIGHT = 1_100, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 20, 74, 46
_STEPS_S = (1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400)


@dataclass(frozen=True, slots=True)
class Colors:
    """Of what is no data: text and axes, lesser text, grid lines, ground."""

    ink: str
    muted: str
    grid: str
    paper: str


ON_PAPER = Colors("#333333", "#666666", "#e4e4e4", "#ffffff")
"""For a file of its own."""


@dataclass(slots=True)
class Chart:
    """A chart to draw on; `text()` is the whole picture.

    title: the question it answers; note: what it was made from; y_unit: at the vertical axis; x: first and last time in
    microseconds since 1970; y: lowest and highest value.
    """

    title: str
    note: str
    y_unit: str
    x: tuple[float, float]
    y: tuple[float, float]
    colors: Colors = ON_PAPER
    _drawn: list[str] = field(default_factory=list)
    _legend: list[str] = field(default_factory=list)
    _legend_x: float = _LEFT

    def __post_init__(self) -> None:
        self.x, self.y = _widened(self.x, 0.0), _widened(self.y, 0.04)

    def line(
        self, label: str, times: Floats, values: Floats, color: str, *, dash: str = "", width: float = 1.4
    ) -> None:
        """A line, interrupted where a value is NaN; of more points than columns, extremes are kept."""
        style = f'fill="none" stroke="{color}" stroke-width="{width}"' + (f' stroke-dasharray="{dash}"' if dash else "")
        path, is_on = [], False
        for time, value in zip(*_thinned(times, values), strict=True):
            if math.isnan(value):
                is_on = False
                continue
            path.append(f"{'L' if is_on else 'M'}{self._px(time)} {self._py(value)}")
            is_on = True
        self._drawn.append(f'<path d="{"".join(path)}" {style}/>')
        self._name(label, f'<path d="M0 -4H22" {style}/>')

    def marks(
        self, label: str, times: Floats, values: Floats, shapes: Sequence[Shape], color: str, *, is_hollow: bool = False
    ) -> None:
        """A small triangle or cross at each point; the legend counts them."""
        paint = f'fill="{"none" if is_hollow else color}" stroke="{color}" stroke-width="1.5"'
        dots = [
            f'<path d="M{self._px(time)} {self._py(value)}{_SHAPES[shape]}"/>'
            for time, value, shape in zip(times, values, shapes, strict=True)
        ]
        self._drawn.append(f"<g {paint}>{''.join(dots)}</g>")
        sample = _SHAPES[shapes[0] if shapes else "up"]
        self._name(f"{label} ({len(dots):,})", f'<path d="M11 -4{sample}" {paint}/>')

    def bars(
        self,
        label: str,
        starts: Floats,
        ends: Floats,
        values: Floats,
        color: str,
        *,
        count: int,
        lift: float,
        height: float,
    ) -> None:
        """A horizontal bar over each interval, `lift` pixels above its value; the legend says of how many things."""
        boxes = [
            f'<rect x="{self._px(start)}" y="{_short(float(self._py(value)) - lift - height / 2)}" '
            f'width="{_short(max(float(self._px(end)) - float(self._px(start)), 2))}" height="{height:g}"/>'
            for start, end, value in zip(starts, ends, values, strict=True)
        ]
        self._drawn.append(f'<g fill="{color}">{"".join(boxes)}</g>')
        self._name(
            f"{label} ({count:,})",
            f'<rect y="{-4 - height / 2:g}" width="22" height="{height:g}" fill="{color}"/>',
        )

    def text(self) -> str:
        """The picture: one SVG element, a file as it is."""
        ink, muted, paper = self.colors.ink, self.colors.muted, self.colors.paper
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
                f'height="{HEIGHT}" font-family="sans-serif" font-size="12" fill="{ink}" role="img">',
                f"<title>{escape(self.title)}</title>",
                f'<rect width="100%" height="100%" fill="{paper}"/>',
                f'<text x="{_LEFT}" y="22" font-size="16" font-weight="bold">{escape(self.title)}</text>',
                f'<text x="{_LEFT}" y="40" fill="{muted}">{escape(self.note)}</text>',
                *self._axes(),
                f'<clipPath id="plot"><rect x="{_LEFT}" y="{_TOP}" width="{WIDTH - _LEFT - _RIGHT}" '
                f'height="{HEIGHT - _TOP - _BOTTOM}"/></clipPath>',
                '<g clip-path="url(#plot)">',
                *self._drawn,
                "</g>",
                *self._legend,
                "</svg>\n",
            ]
        )

    def _px(self, time: float) -> str:
        first, last = self.x
        return _short(_LEFT + (time - first) / (last - first) * (WIDTH - _LEFT - _RIGHT))

    def _py(self, value: float) -> str:
        low, high = self.y
        return _short(HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM))

    def _name(self, label: str, sample: str) -> None:
        self._legend.append(
            f'<g transform="translate({self._legend_x:g} 60)">{sample}<text x="28">{escape(label)}</text></g>'
        )
        self._legend_x += 28 + 6.6 * len(label) + 22

    def _axes(self) -> list[str]:
        """Grid lines, ticks and units."""
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        parts = []
        for value, label in value_ticks(*self.y):
            y = self._py(value)
            parts.append(f'<path d="M{_LEFT} {y}H{right}" stroke="{self.colors.grid}"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y}" dy="4" text-anchor="end">{label}</text>')
        for time, label in _time_ticks(*self.x):
            x = self._px(time)
            parts.append(f'<path d="M{x} {_TOP}V{bottom}" stroke="{self.colors.grid}"/>')
            parts.append(f'<text x="{x}" y="{bottom + 17}" text-anchor="middle">{label}</text>')
        day = datetime.fromtimestamp(self.x[0] / 1e6, UTC).date()
        parts.append(f'<text x="{right}" y="{HEIGHT - 8}" text-anchor="end">UTC, from {day}</text>')
        parts.append(
            f'<text transform="translate(14 {(_TOP + bottom) / 2:g}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.y_unit)}</text>"
        )
        parts.append(f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="{self.colors.ink}"/>')
        return parts


_SHAPES: dict[Shape, str] = {"up": "m-5 4h10l-5 -9z", "down": "m-5 -4h10l-5 9z", "cross": "m-4 -4l8 8m0 -8l-8 8"}


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _widened(edges: tuple[float, float], share: float) -> tuple[float, float]:
    """Edges with a margin, and some width where there was none."""
    low, high = edges
    margin = (high - low) * share or (0.0 if high > low else max(abs(low) * 1e-4, 1.0))
    return low - margin, high + margin


def _thinned(times: Floats, values: Floats) -> tuple[list[float], list[float]]:
    """At most four points a column of pixels: of more, the first, lowest, highest and last."""
    columns = WIDTH - _LEFT - _RIGHT
    if times.size <= 4 * columns:
        return times.tolist(), values.tolist()
    kept: set[int] = set()
    for part in np.array_split(np.arange(times.size), columns):
        known = part[~np.isnan(values[part])]
        lowest = [int(known[np.argmin(values[known])]), int(known[np.argmax(values[known])])] if known.size else []
        kept.update([int(part[0]), int(part[-1]), *lowest])
    rows = np.array(sorted(kept))
    return times[rows].tolist(), values[rows].tolist()


def value_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """About six round values, as text with the digits they need."""
    raw = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [(place * step, f"{place * step:,.{digits}f}") for place in places]


def _time_ticks(first: float, last: float) -> list[tuple[float, str]]:
    """Round times, at most twelve, in hours, minutes and, where they matter, seconds."""
    wanted = (last - first) / 1e6 / 12
    step = next((step for step in _STEPS_S if step >= wanted), 86_400 * math.ceil(wanted / 86_400)) * 1_000_000
    form = "%H:%M" if step >= 60_000_000 else "%H:%M:%S"
    places = range(math.ceil(first / step), math.floor(last / step) + 1)
    return [(place * step, datetime.fromtimestamp(place * step / 1e6, UTC).strftime(form)) for place in places]
