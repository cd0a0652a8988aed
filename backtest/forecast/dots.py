"""Values with their intervals, one under the other, as SVG text: what can be told apart from a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_LEFT, _WIDTH, _ROW, _RIGHT = 190, 700, 26, 20


@dataclass(frozen=True, slots=True)
class Dot:
    """A value from low to high (None: not known); aim: a hollow tick at what it should be, if anything."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    aim: float | None = None
    is_strong: bool = False


def dots(title: str, unit: str, rows: Sequence[Dot], *, line: float, most: float | None = None) -> str:
    """One SVG element. line: the value nothing would have; most: values beyond line +- this are cut at the edge."""
    known = [one for row in rows for one in (row.value, row.low, row.high, row.aim) if one is not None]
    reach = max((abs(one - line) for one in known), default=1.0) or 1.0
    reach = min(reach, most) if most is not None else reach
    low, high = line - 1.08 * reach, line + 1.08 * reach
    height = 34 + _ROW * len(rows) + 26
    middle = _px(line, low, high)
    ticks = (line - reach, line - reach / 2, line, line + reach / 2, line + reach)
    style = f'y="{height - 8}" text-anchor="middle" fill="var(--muted)"'
    axis = "".join(f'<text x="{_px(one, low, high):.1f}" {style}>{one:.3g}</text>' for one in ticks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + _RIGHT} {height}" '
        f'width="{_LEFT + _WIDTH + _RIGHT}" height="{height}" font-family="sans-serif" font-size="12" '
        f'fill="var(--ink)" role="img"><title>{escape(title)}</title>'
        f'<text x="{_LEFT}" y="16" fill="var(--muted)">{escape(unit)}</text>'
        f'<path d="M{middle:.1f} 24V{height - 24}" stroke="var(--muted)" stroke-dasharray="3 3"/>'
        + "".join(_row(row, 34 + _ROW * (place + 0.5), low, high) for place, row in enumerate(rows))
        + axis
        + "</svg>"
    )


def _row(row: Dot, y: float, low: float, high: float) -> str:
    color = "var(--strong)" if row.is_strong else "var(--ink)"
    drawn = f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end" fill="{color}">{escape(row.label)}</text>'
    if row.low is not None and row.high is not None:
        left, right = _px(row.low, low, high), _px(row.high, low, high)
        drawn += f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{color}" stroke-width="2"/>'
    if row.aim is not None:
        drawn += f'<path d="M{_px(row.aim, low, high):.1f} {y - 8:.1f}v16" stroke="var(--warn)" stroke-width="2"/>'
    if row.value is not None:
        drawn += f'<circle cx="{_px(row.value, low, high):.1f}" cy="{y:.1f}" r="4" fill="{color}"/>'
    else:
        drawn += f'<text x="{_LEFT + 6}" y="{y + 4:.1f}" fill="var(--muted)">not known</text>'
    return drawn


def _px(value: float, low: float, high: float) -> float:
    return _LEFT + (min(max(value, low), high) - low) / (high - low) * _WIDTH
