"""Draw a perpetual's mid, its takers' cumulative flow and its basis from the catalogue, as an SVG without any library.

python examples/draw_flow.py data/demo docs/images/demo.svg
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

WIDTH, PANEL, LEFT, TOP = 820, 150, 80, 28
QUERY = """
select epoch(bar_end) as second, mid_px, cvd_qty, basis_mid_bps
from market_seconds
inner join basis using (venue, symbol, bar_end)
where mid_px is not null
order by bar_end
"""
PANELS = (("mid, USDT", 1, "#2563eb"), ("CVD since 00:00 UTC, BTC", 2, "#d97706"), ("basis, bps", 3, "#059669"))


def draw(rows: Sequence[tuple[float, ...]]) -> str:
    """A panel per column over one time axis; a null or a restart of the sum breaks the line."""
    height = TOP + len(PANELS) * PANEL + 24
    start, end = rows[0][0], rows[-1][0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, (title, column, colour) in enumerate(PANELS):
        parts.append(panel(rows, title, column, colour, TOP + number * PANEL, start, end))
    parts.append(f'<text x="{LEFT}" y="{height - 6}" fill="#555">{clock(start)} UTC</text>')
    parts.append(f'<text x="{WIDTH - 10}" y="{height - 6}" fill="#555" text-anchor="end">{clock(end)} UTC</text></svg>')
    return "\n".join(parts)


def panel(
    rows: Sequence[tuple[float, ...]], title: str, column: int, colour: str, top: int, start: float, end: float
) -> str:
    values = [row[column] for row in rows if row[column] is not None]
    low, high = min(values), max(values)
    room = PANEL - 30

    def place(second: float, value: float) -> str:
        x = LEFT + (WIDTH - LEFT - 10) * (second - start) / (end - start)
        return f"{x:.1f},{top + room - room * (value - low) / ((high - low) or 1):.1f}"

    lines = [
        f'<polyline points="{" ".join(place(*point) for point in run)}" fill="none" stroke="{colour}"/>'
        for run in runs([(row[0], row[column]) for row in rows])
    ]
    return "\n".join(
        [
            f'<text x="{LEFT}" y="{top - 8}" fill="#111">{title}</text>',
            f'<text x="{LEFT - 6}" y="{top + 8}" fill="#555" text-anchor="end">{high:,.2f}</text>',
            f'<text x="{LEFT - 6}" y="{top + room}" fill="#555" text-anchor="end">{low:,.2f}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - 10}" height="{room}" fill="none" stroke="#ddd"/>',
            *lines,
        ]
    )


def runs(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """The points in unbroken runs: cut at nulls and at midnight, where the sum starts anew."""
    found: list[list[tuple[float, float]]] = [[]]
    for second, value in points:
        if value is None or second % 86_400 == 1:
            found.append([])
        if value is not None:
            found[-1].append((second, value))
    return [run for run in found if len(run) > 1]


def clock(second: float) -> str:
    return f"{int(second) // 3600 % 24:02d}:{int(second) // 60 % 60:02d}:{int(second) % 60:02d}"


def main(lake: str, target: str) -> None:
    with duckdb.connect(f"{lake}/footprint.duckdb", read_only=True) as connection:
        Path(target).write_text(draw(connection.sql(QUERY).fetchall()) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
