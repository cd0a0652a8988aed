"""What a source reads of a file, all batches together, and where its lines went."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.market import Market
from pipeline.sources import SOURCES
from pipeline.sources.batch import ContractFacts, PriceGrid


@dataclass(frozen=True, slots=True)
class Whole:
    """A file's frames by table and its quarantine; `lines` are those about the market, `contract` as said last.

    `grids` are those of the batches.
    """

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    lines: int
    lines_beside: int
    contract: ContractFacts | None
    grids: list[PriceGrid]
    qty_decimals: int

    @property
    def kept(self) -> int:
        """Lines that became records."""
        return sum(int(frame["lines"].sum()) for frame in self.frames.values())

    @property
    def quarantined(self) -> int:
        """Lines in quarantine."""
        return int(self.quarantine["lines"].sum())

    @property
    def accounted(self) -> int:
        """Lines that a record or the quarantine accounts for; equal to `lines`, or one was lost or counted twice."""
        return self.kept + self.quarantined

    @property
    def lines_told(self) -> int:
        """Lines that became records, were quarantined or stand beside: all of the file's."""
        return self.accounted + self.lines_beside

    @property
    def reasons(self) -> list[str]:
        return self.quarantine["reason"].to_list()

    @property
    def tick(self) -> float:
        """The greatest common divisor of the prices in the first batch that has some; 0 without prices."""
        return next((grid.divisor / 10**grid.decimals for grid in self.grids if grid.divisor), 0.0)

    def column(self, table: str, name: str) -> list[Any]:
        return self.frames[table][name].to_list()

    def row(self, table: str, at: int = 0) -> dict[str, Any]:
        return self.frames[table].row(at, named=True)


def read_whole(source: str, path: Path, market: Market) -> Whole:
    """All that the source reads of the file for the market."""
    batches = list(SOURCES[source].read(path, market))
    names = dict.fromkeys(name for batch in batches for name in batch.frames)
    return Whole(
        frames={name: pl.concat([batch.frames[name] for batch in batches if name in batch.frames]) for name in names},
        quarantine=pl.concat([batch.quarantine for batch in batches]),
        lines=sum(batch.lines for batch in batches),
        lines_beside=sum(batch.lines_beside for batch in batches),
        contract=batches[-1].contract,
        grids=[batch.grid for batch in batches],
        qty_decimals=max(batch.qty_decimals for batch in batches),
    )
