"""A small chart over named places (horizons, buckets, lags, bins): bars, a line with its band, dots with whiskers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from backtest.chart import Colors, value_ticks
from backtest.page import ON_PAGE

Values = Sequence[float | None]
STRONG: Final = "var(--strong)"
_WIDTH, _HEIGHT = 660, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 12, 14, 44
_MOST_LABELS: Final = 12


@dataclass(slots=True)
class Picture:
    """title: what a screen reader says; x_label, y_label: with their units; names: of the places, from left to right.

    y: lowest and highest value; 0 is always inside, with a line of its own.
    """

    title: str
    x_label: str
    y_label: str
    names: Sequence[str]
    y: tuple[float, float]
    colors: Colors = ON_PAGE
    _drawn: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        low, high = min(self.y[0], 0.0), max(self.y[1], 0.0)
        margin = (high - low) * 0.06 or 1.0
        self.y = (low - margin if low < 0 else low, high + margin if high > 0 or low == high else high)

    def bars(self, values: Values, *, color: str = STRONG, opacity: float = 0.75) -> "Picture":
        """A bar from 0 at each place that has a value."""
        width = max((_WIDTH - _LEFT - _RIGHT) / max(len(self.names), 1) * 0.8, 0.8)
        for place, value in _known(values):
            top, foot = sorted((self._py(value), self._py(0.0)))
            self._drawn.append(
                f'<rect x="{self._px(place) - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{max(foot - top, 0.5):.1f}" fill="{color}" fill-opacity="{opacity:g}"/>'
            )
        return self

    def line(self, values: Values, *, color: str = STRONG, dash: str = "") -> "Picture":
        """A line with dots, interrupted where a value is missing."""
        for run in _runs(values):
            path = "".join(f"{'L' if k else 'M'}{self._px(p):.1f} {self._py(v):.1f}" for k, (p, v) in enumerate(run))
            dots = "".join(f'<circle cx="{self._px(p):.1f}" cy="{self._py(v):.1f}" r="2.6"/>' for p, v in run)
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            self._drawn.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.6"{dashed}/>')
            self._drawn.append(f'<g fill="{color}">{dots}</g>')
        return self

    def band(self, low: Values, high: Values, *, color: str = STRONG) -> "Picture":
        """The area between two lines."""
        both = [None if a is None or b is None else (a, b) for a, b in zip(low, high, strict=True)]
        for run in _runs([None if pair is None else float(k) for k, pair in enumerate(both)]):
            pairs = [(place, both[place]) for place, _ in run]
            top = "".join(f"L{self._px(p):.1f} {self._py(v[1]):.1f}" for p, v in pairs if v)
            foot = "".join(f"L{self._px(p):.1f} {self._py(v[0]):.1f}" for p, v in reversed(pairs) if v)
            self._drawn.append(f'<path d="M{(top + foot)[1:]}Z" fill="{color}" fill-opacity="0.18"/>')
        return self

    def whiskers(self, low: Values, high: Values) -> "Picture":
        """An interval at each place."""
        for place, (a, b) in enumerate(zip(low, high, strict=True)):
            if a is not None and b is not None:
                x, top, foot = self._px(place), self._py(b), self._py(a)
                mark = f"M{x:.1f} {foot:.1f}V{top:.1f}M{x - 4:.1f} {top:.1f}h8M{x - 4:.1f} {foot:.1f}h8"
                self._drawn.append(f'<path d="{mark}" stroke="{self.colors.ink}" stroke-width="1.2"/>')
        return self

    def text(self) -> str:
        """One SVG element, inside a box that scrolls sideways on a narrow page."""
        ink = self.colors.ink
        zero = self._py(0.0)
        return (
            f'<div class="wide"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
            f'font-family="sans-serif" font-size="11" fill="{ink}" role="img"><title>{escape(self.title)}</title>'
            + "".join(self._axes())
            + "".join(self._drawn)
            + f'<path d="M{_LEFT} {zero:.1f}H{_WIDTH - _RIGHT}" stroke="{ink}" stroke-width="0.8"/></svg></div>'
        )

    def _axes(self) -> list[str]:
        parts = []
        for value, label in value_ticks(*self.y):
            y = self._py(value)
            parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{self.colors.grid}"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y:.1f}" dy="4" text-anchor="end">{label}</text>')
        every = max(1, math.ceil(len(self.names) / _MOST_LABELS))
        for place in range(0, len(self.names), every):
            name = escape(self.names[place])
            x = self._px(place)
            parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 15}" text-anchor="middle">{name}</text>')
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        foot = f'<text x="{middle:g}" y="{_HEIGHT - 8}" fill="{self.colors.muted}" text-anchor="middle">'
        side = f'<text transform="translate(13 {(_TOP + _HEIGHT - _BOTTOM) / 2:g}) rotate(-90)" text-anchor="middle"'
        parts.append(f"{foot}{escape(self.x_label)}</text>")
        parts.append(f'{side} fill="{self.colors.muted}">{escape(self.y_label)}</text>')
        return parts

    def _px(self, place: float) -> float:
        return _LEFT + (place + 0.5) / max(len(self.names), 1) * (_WIDTH - _LEFT - _RIGHT)

    def _py(self, value: float) -> float:
        low, high = self.y
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)


def _known(values: Values) -> list[tuple[int, float]]:
    return [(place, value) for place, value in enumerate(values) if value is not None and math.isfinite(value)]


def _runs(values: Values) -> list[list[tuple[int, float]]]:
    """Places in a row that have a value."""
    runs: list[list[tuple[int, float]]] = []
    for place, value in _known(values):
        if runs and runs[-1][-1][0] == place - 1:
            runs[-1].append((place, value))
        else:
            runs.append([(place, value)])
    return runs


def reach(*many: Values) -> tuple[float, float]:
    """Lowest and highest of all values; 0 to 1 if there is none."""
    known = [value for values in many for _, value in _known(values)]
    return (min(known), max(known)) if known else (0.0, 1.0)
