"""What falls below acceptable on the scorecard, signal by signal, so that the data dictionary says it too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SCORECARD: Final = Path(__file__).parents[2] / "docs" / "scorecard.md"
"""In the repository; an installed package has none."""

MADE_BY: Final[Mapping[str, str]] = {"maker_inventory": "inventory_state", "quote_pulls": "book_pass"}
"""The signal behind a detector of another name."""


COLUMNS: Final = ("metric", "feed", "value", "interval", "naive", "target", "seeds", "verdict", "limited by")
"""Of a detector's table."""


def scorecard_rows(scorecard: str) -> list[dict[str, str]]:
    """The rows of all detectors in the text of docs/scorecard.md: the detector, and a text by column."""
    found = []
    detector = ""
    for line in scorecard.splitlines():
        if line.startswith("## "):
            detector = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == len(COLUMNS) and cells[0] != COLUMNS[0] and not cells[0].startswith("---"):
            found.append({"detector": detector} | dict(zip(COLUMNS, cells, strict=True)))
    return found


def shortfalls(scorecard: str) -> dict[str, list[str]]:
    """By signal, a sentence for each metric and feed with the verdict poor in the text of docs/scorecard.md."""
    found: dict[str, list[str]] = {}
    for row in scorecard_rows(scorecard):
        if row["verdict"] == "poor":
            found.setdefault(MADE_BY.get(row["detector"], row["detector"]), []).append(_said(row))
    return found


def _said(row: Mapping[str, str]) -> str:
    beside = "" if row["naive"] == "-" else f", naive {row['naive']}"
    return (
        f"`{row['metric']}` on a feed of {row['feed']}: {row['value']} ({row['interval']}{beside}), asked "
        f"{row['target']}; {row['limited by'] or 'reason unknown'}"
    )
