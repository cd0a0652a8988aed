"""What a source reads of a file, all batches together, and where its lines went."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.market import Market
from pipeline.sources import SOURCES


@dataclass(frozen=True, slots=True)
class Whole:
    """A file's frames and quarantine; `lines` are those about the market."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    lines: int
    lines_beside: int

    @property
    def accounted(self) -> int:
        """Lines that a record or the quarantine accounts for; equal to `lines`, or one was lost or counted twice."""
        return sum(int(frame["lines"].sum()) for frame in (*self.frames.values(), self.quarantine))


def read_whole(source: str, path: Path, market: Market) -> Whole:
    """All that the source reads of the file for the market."""
    batches = list(SOURCES[source].read(path, market))
    names = dict.fromkeys(name for batch in batches for name in batch.frames)
    return Whole(
        frames={name: pl.concat([batch.frames[name] for batch in batches if name in batch.frames]) for name in names},
        quarantine=pl.concat([batch.quarantine for batch in batches]),
        lines=sum(batch.lines for batch in batches),
        lines_beside=sum(batch.lines_beside for batch in batches),
    )
