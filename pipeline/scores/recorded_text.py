"""Rows measured on recordings, to read: a table for a screen, Markdown for the documentation."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from backtest.scores.scorecard_text import number
from pipeline.scores.recorded_rows import Row

_HEAD = ("metric", "value", "95 % interval", "naive", "n")
_WIDTHS = (38, 8, 18, 8, 10)
_CAVEAT = "Measured on short real recordings of one market each: they check a reading, and say nothing about markets."


def recorded_table(rows: Sequence[Row]) -> str:
    """A block per detector and a caveat; n: cases behind a value. Ends without a newline."""
    blocks = []
    for detector, lines in groupby(rows, key=lambda row: row["detector"]):
        blocks.append("\n".join([detector, _line(_HEAD), *(_line(_cells(row)) for row in lines)]))
    return "\n\n".join([*blocks, _CAVEAT])


def recorded_markdown(rows: Sequence[Row]) -> str:
    """One table, with the note of every row. Ends without a newline."""
    lines = [("detector", *_HEAD, "what"), ("---", "---", *["---:"] * 4, "---")]
    lines += [(row["detector"], *_cells(row), row["note"].replace("|", "\\|")) for row in rows]
    return _CAVEAT + "\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    interval = "-" if row["lo"] is None else f"{number(row['lo'])} to {number(row['hi'])}"
    return row["metric"], number(row["value"]), interval, number(row["naive"]), f"{row['n']:,}"


def _line(cells: Iterable[str]) -> str:
    name, *rest = zip(cells, _WIDTHS, strict=True)
    return ("  " + " ".join([name[0].ljust(name[1]), *(cell.rjust(width) for cell, width in rest)])).rstrip()
