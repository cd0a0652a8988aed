"""One set of raw files in a source's form, and the rows that must come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.market import Market


@dataclass(frozen=True, slots=True)
class Case:
    """`write` makes the files in a folder and returns their paths; `rows` is how many rows each table must get."""

    source: str
    market: Market
    write: Callable[[Path], list[Path]]
    rows: dict[str, int]
