"""The rows of docs/scorecard.md as values."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from re import findall


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One metric of one detector on one feed; numbers are NaN where the scorecard has none. target: its text; bounds:
    the first number of the target (acceptable) and the one after `good`, NaN if there is none."""

    detector: str
    metric: str
    feed: str
    value: float
    low: float
    high: float
    naive: float
    target: str
    bounds: tuple[float, float]
    verdict: str
    limited_by: str


def score_rows(text: str) -> Iterator[ScoreRow]:
    """Every row with a verdict on a target, in the order of the document."""
    detector = ""
    for line in text.splitlines():
        if line.startswith("## "):
            detector = line.removeprefix("## ").strip()
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 9 and cells[7] in ("good", "acceptable", "poor"):
            metric, feed, value, interval, naive, target, _, verdict, why = cells
            low, _, high = interval.partition(" to ")
            yield ScoreRow(
                detector, metric, feed, _number(value), _number(low), _number(high), _number(naive), target,
                _bounds(target), verdict, why,
            )  # fmt: skip


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return nan


def _bounds(target: str) -> tuple[float, float]:
    acceptable, _, good = target.partition("good")
    first, second = (findall(r"-?\d+(?:\.\d+)?", part) for part in (acceptable, good))
    return (float(first[0]) if first else nan, float(second[0]) if second else nan)
