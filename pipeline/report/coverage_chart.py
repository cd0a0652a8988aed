"""Which feeds were there when, as SVG text: a bar a feed, with its holes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from backtest.chart import Colors

Stretch = tuple[float, float, str]
"""From and to in microseconds, and the reason."""

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 720, 128, 14, 26, 8
_PAINT: Final = {
    "not_recorded": "var(--grid)",
    "before_recording": "var(--grid)",
    "not_quoted": "var(--grid)",
    "silence": "#e69f00",
    "sequence_break": "#d55e00",
    "no_snapshot": "#cc79a7",
}
_COVERED: Final = "#009e73"


def coverage_chart(missing: Mapping[str, Sequence[Stretch]], span: tuple[float, float], colors: Colors) -> str:
    """missing: the holes of each feed; span: first and last time in microseconds. A hole is at least a pixel wide."""
    first, last = span
    height = _TOP + _ROW * len(missing) + 46

    def x(time: float) -> float:
        return _LEFT + (time - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    parts = []
    for row, (feed, holes) in enumerate(missing.items()):
        y = _TOP + _ROW * row
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(feed)}</text>')
        parts.append(f'<rect x="{_LEFT}" y="{y + 3}" width="{x(last) - _LEFT:.1f}" height="15" fill="{_COVERED}"/>')
        for start, to, reason in holes:
            told = f"{escape(reason)}, {_clock(start)} to {_clock(to)} UTC"
            parts.append(
                f'<rect x="{x(start):.1f}" y="{y + 3}" width="{max(x(to) - x(start), 1):.1f}" height="15" '
                f'fill="{_PAINT.get(reason, "#d55e00")}" stroke="{colors.muted}" stroke-width="0.5">'
                f"<title>{told}</title></rect>"
            )
    bottom = _TOP + _ROW * len(missing) + 14
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        time = first + share * (last - first)
        parts.append(f'<text x="{x(time):.0f}" y="{bottom}" text-anchor="{anchor}">{_clock(time)}</text>')
    parts.append(_legend({reason for holes in missing.values() for _, _, reason in holes}, bottom + 22, colors))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="12" fill="{colors.ink}" role="img">{"".join(parts)}</svg>'
    )


def _legend(reasons: set[str], y: float, colors: Colors) -> str:
    parts, x = [], float(_LEFT)
    for label, color in {"recorded": _COVERED, **{one: _PAINT.get(one, "#d55e00") for one in sorted(reasons)}}.items():
        name = label.replace("_", " ")
        parts.append(
            f'<rect x="{x:.0f}" y="{y - 9}" width="12" height="10" fill="{color}" stroke="{colors.muted}" '
            f'stroke-width="0.5"/><text x="{x + 17:.0f}" y="{y}">{escape(name)}</text>'
        )
        x += 34 + 6.4 * len(name)
    return "".join(parts)


def _clock(microseconds: float) -> str:
    return f"{datetime.fromtimestamp(microseconds / 1e6, UTC):%Y-%m-%d %H:%M:%S}"
