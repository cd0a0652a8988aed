"""What falls below acceptable on the scorecard, signal by signal, so that the data dictionary says it too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SCORECARD: Final = Path(__file__).parents[1] / "docs" / "scorecard.md"
"""In the repository; an installed package has none."""

MADE_BY: Final[Mapping[str, str]] = {"maker_inventory": "inventory_state", "quote_pulls": "book_pass"}
"""The signal behind a detector of another name."""


def shortfalls(scorecard: str) -> dict[str, list[str]]:
    """By signal, a sentence for each metric and feed with the verdict poor in the text of docs/scorecard.md."""
    found: dict[str, list[str]] = {}
    detector = ""
    for line in scorecard.splitlines():
        if line.startswith("## "):
            detector = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 9 and cells[7] == "poor":
            metric, feed, value, interval, naive, target, _, _, why = cells
            beside = "" if naive == "-" else f", naive {naive}"
            found.setdefault(MADE_BY.get(detector, detector), []).append(
                f"`{metric}` on a feed of {feed}: {value} ({interval}{beside}), asked {target}; "
                f"{why or 'reason unknown'}"
            )
    return found
