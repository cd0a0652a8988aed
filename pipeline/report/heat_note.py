"""What stands below the heatmap: how to read it, what is not in it, and the SQL for exact values."""

from html import escape

from pipeline.report.book_heat import LEVELS, UNKNOWN, BookHeat
from pipeline.report.exact_size import exact_sql
from pipeline.report.heat_figure import shown, sql_place


def heat_note(heat: BookHeat) -> str:
    """HTML."""
    sentences = " ".join(escape(one) for one in (_what(heat), _scale(heat), _left_out(heat)))
    example = exact_sql(heat, heat.since, heat.low_px)
    return (
        f'<p class="note">{sentences}</p>\n<details><summary>SQL for the exact size of a cell: click one in the picture'
        f'</summary><pre id="{escape(sql_place(heat.market))}">{escape(example)}</pre></details>'
    )


def _what(heat: BookHeat) -> str:
    columns, rows = heat.levels.shape
    height = f"{heat.height_px:.{heat.decimals}f}"
    return (
        f"{columns:,} columns of {heat.width_s} s, {rows} price buckets of {height}. A cell is the most that rested in "
        "its bucket at one moment, bids and asks together; where columns share a pixel, it shows the largest of them."
    )


def _scale(heat: BookHeat) -> str:
    scale = heat.scale
    return (
        f"Sizes are in {LEVELS} steps of a log scale from {shown(scale.low)} to {shown(scale.high)} base units, so "
        f"those under the pointer are approximate (~); {scale.below:,} cells are smaller and {scale.above:,} larger."
    )


def _left_out(heat: BookHeat) -> str:
    seconds = int((heat.levels[:, 0] == UNKNOWN).sum()) * heat.width_s
    unknown = f"The book was not known in {seconds:,} s (grey, hatched)." if seconds else "The book was always known."
    outside = f" In {heat.outside:.2%} of the seconds the mid lies outside the picture." if heat.outside else ""
    return f"{unknown}{outside} {heat.updates:,} book updates were recorded on these days."
