"""A capture read whole: its frames by table, and where its lines went."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.market import Market
from pipeline.sources.batch import ContractFacts, PriceGrid
from pipeline.sources.json_capture.capture import read
from tests.pipeline.sources.json_capture.capture_lines import Line, write


@dataclass(frozen=True, slots=True)
class Reading:
    """`lines` and `beside` are those of all batches together."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    lines: int
    beside: int
    contract: ContractFacts | None
    grids: list[PriceGrid]

    @property
    def kept(self) -> int:
        return sum(int(frame["lines"].sum()) for frame in self.frames.values())

    @property
    def quarantined(self) -> int:
        return int(self.quarantine["lines"].sum())

    @property
    def reasons(self) -> list[str]:
        return self.quarantine["reason"].to_list()

    def column(self, table: str, name: str) -> list[Any]:
        return self.frames[table][name].to_list()

    def row(self, table: str, at: int = 0) -> dict[str, Any]:
        return self.frames[table].row(at, named=True)


def reading(path: Path, market: Market) -> Reading:
    batches = list(read(path, market))
    names = dict.fromkeys(name for batch in batches for name in batch.frames)
    return Reading(
        {name: pl.concat([batch.frames[name] for batch in batches if name in batch.frames]) for name in names},
        pl.concat([batch.quarantine for batch in batches]),
        sum(batch.lines for batch in batches),
        sum(batch.lines_beside for batch in batches),
        batches[-1].contract,
        [batch.grid for batch in batches],
    )


def read_lines(folder: Path, market: Market, lines: Iterable[Line | bytes]) -> Reading:
    """Every line of what is written is kept, quarantined or beside, or this fails."""
    lines = list(lines)
    found = reading(write(folder / "capture.jsonl", lines), market)
    assert found.lines + found.beside == len(lines)
    assert found.kept + found.quarantined == found.lines
    return found
