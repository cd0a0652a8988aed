"""What a source reads of a file, all batches together, and where its lines went."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.plan import Wanted, make_plan
from pipeline.progress import LineProgress
from pipeline.run import run_plan
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


def normalised(root: Path, source: str, files: Sequence[Path], market: Market) -> Lake:
    """A lake with the files' normalised tables, and no signals."""
    lake = Lake(root)
    ingest(lake, SOURCES[source], files, market, Wanted(), workers=1)
    plan = make_plan(lake, Wanted(), signals=False)
    report = run_plan(lake, plan, workers=1, progress=LineProgress(io.StringIO()))
    failed = [outcome for outcome in report.outcomes if outcome.state != "ok"]
    assert not failed, failed
    return lake
