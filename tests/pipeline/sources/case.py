"""A case of the one test that every source passes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.market import Market


@dataclass(frozen=True)
class Case:
    """`write` puts small files of the source into a folder and returns them; `rows` is what they hold, by table."""

    source: str
    market: Market
    write: Callable[[Path], list[Path]]
    rows: dict[str, int]
