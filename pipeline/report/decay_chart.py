"""Estimates by horizon as SVG text: a dot with its interval, of several series side by side."""

from collections.abc import Mapping
from html import escape
from math import isfinite
from typing import Final

from backtest.chart import Colors
from backtest.inference.estimate import Estimate

_WIDTH, _HEIGHT = 720, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 34, 44
_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def decay_chart(
    series: Mapping[str, Mapping[float, Estimate]], palette: Mapping[str, str], *, y_unit: str, colors: Colors
) -> str:
    """series: by label, estimates by horizon in seconds; palette: a colour for each label. Not known: no dot."""
    horizons = sorted({h for found in series.values() for h in found})
    known = [one for found in series.values() for one in found.values() if isfinite(one.low) and isfinite(one.high)]
    low, high = _edges([one.low for one in known] + [one.high for one in known])
    column = (_WIDTH - _LEFT - _RIGHT) / max(len(horizons), 1)

    def y(value: float) -> float:
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [*_axes(low, high, y_unit, horizons, column, colors)]
    for place, (label, found) in enumerate(series.items()):
        shift = (place - (len(series) - 1) / 2) * min(column / (len(series) + 1), 14)
        parts.append(_legend(place, label, palette[label], colors))
        for at, horizon in enumerate(horizons):
            one = found.get(horizon)
            if one is None or not (isfinite(one.low) and isfinite(one.high)):
                continue
            x = _LEFT + (at + 0.5) * column + shift
            parts.append(
                f'<g stroke="{palette[label]}" fill="{palette[label]}"><title>{escape(label)}, {_span(horizon)}: '
                f"{one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f}), n {one.n:,}</title>"
                f'<path d="M{x:.1f} {y(one.low):.1f}V{y(one.high):.1f}" stroke-width="2" stroke-opacity="0.55"/>'
                f'<circle cx="{x:.1f}" cy="{y(one.value):.1f}" r="4"/></g>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="{colors.ink}" role="img">{"".join(parts)}</svg>'
    )


def _edges(values: list[float]) -> tuple[float, float]:
    """0 is always to be seen, and so is a tenth to either side."""
    low, high = min([-0.1, *values]), max([0.1, *values])
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _axes(low: float, high: float, unit: str, horizons: list[float], column: float, colors: Colors) -> list[str]:
    step = next((one for one in _STEPS if (high - low) / one <= 8), 0.5)
    parts = []
    for place in range(int(low / step) - 1, int(high / step) + 2):
        value = place * step
        if low <= value <= high:
            y = _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)
            stroke = colors.ink if place == 0 else colors.grid
            parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{stroke}"/>')
            parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:+.2f}</text>')
    for at, horizon in enumerate(horizons):
        x = _LEFT + (at + 0.5) * column
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{_span(horizon)}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{_HEIGHT - 6}" text-anchor="middle" fill="{colors.muted}">'
        "return after the signal was known, over the next</text>"
    )
    parts.append(
        f'<text transform="translate(14 {(_TOP + _HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(unit)}</text>"
    )
    return parts


def _legend(place: int, label: str, color: str, colors: Colors) -> str:
    x = _LEFT + place * 200
    return (
        f'<circle cx="{x + 5}" cy="14" r="4" fill="{color}"/>'
        f'<text x="{x + 15}" y="18" fill="{colors.ink}">{escape(label)}</text>'
    )


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 3_600 else f"{seconds / 3_600:g} h"
