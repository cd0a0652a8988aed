"""What falls below acceptable on the scorecard, signal by signal, so that the data dictionary says it too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SCORECARD: Final = Path(__file__).parents[1] / "docs" / "scorecard.md"
"""In the repository; an installed package has none."""

MADE_BY: Final[Mapping[str, str]] = {"maker_inventory": "inventory_state", "quote_pulls": "book_pass"}
"""The signal behind a detector of another name."""


COLUMNS: Final = ("metric", "feed", "value", "interval", "naive", "target", "seeds", "verdict", "limited by")
"""Of a detector's table."""


def scorecard_rows(scorecard: str) -> dict[str, list[dict[str, str]]]:
    """By signal, the rows of its detectors in the text of docs/scorecard.md: the detector, and a text by column."""
    found: dict[str, list[dict[str, str]]] = {}
    detector = ""
    for line in scorecard.splitlines():
        if line.startswith("## "):
            detector = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == len(COLUMNS) and cells[0] != COLUMNS[0] and not cells[0].startswith("---"):
            row = {"detector": detector} | dict(zip(COLUMNS, cells, strict=True))
            found.setdefault(MADE_BY.get(detector, detector), []).append(row)
    return found


def shortfalls(scorecard: str) -> dict[str, list[str]]:
    """By signal, a sentence for each metric and feed with the verdict poor in the text of docs/scorecard.md."""
    said = {
        signal: [_said(row) for row in rows if row["verdict"] == "poor"]
        for signal, rows in scorecard_rows(scorecard).items()
    }
    return {signal: sentences for signal, sentences in said.items() if sentences}


def _said(row: Mapping[str, str]) -> str:
    beside = "" if row["naive"] == "-" else f", naive {row['naive']}"
    return (
        f"`{row['metric']}` on a feed of {row['feed']}: {row['value']} ({row['interval']}{beside}), asked "
        f"{row['target']}; {row['limited by'] or 'reason unknown'}"
    )
