"""What a source says about one file, all batches together."""

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
class Read:
    """Frames by table; quarantine; lines about the market and beside it; price grid and decimals of sizes."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    lines: int
    lines_beside: int
    tick: float
    qty_decimals: int

    @property
    def reasons(self) -> list[str]:
        return self.quarantine["reason"].to_list()

    @property
    def lines_told(self) -> int:
        """Lines that became records, were quarantined or stand beside: all of the file's."""
        kept = sum(int(frame["lines"].sum()) for frame in self.frames.values())
        return kept + int(self.quarantine["lines"].sum()) + self.lines_beside


def read(source: str, path: Path, market: Market) -> Read:
    batches = list(SOURCES[source].read(path, market))
    names = sorted({name for batch in batches for name in batch.frames})
    frames = {name: pl.concat([batch.frames[name] for batch in batches if name in batch.frames]) for name in names}
    grids = [batch.grid for batch in batches if batch.grid.divisor]
    return Read(
        frames,
        pl.concat([batch.quarantine for batch in batches]),
        sum(batch.lines for batch in batches),
        sum(batch.lines_beside for batch in batches),
        grids[0].divisor / 10 ** grids[0].decimals if grids else 0.0,
        max(batch.qty_decimals for batch in batches),
    )


def load(root: Path, source: str, files: Sequence[Path], market: Market) -> Lake:
    """A lake of the files, up to date but for the signals."""
    lake, wanted = Lake(root), Wanted()
    ingest(lake, SOURCES[source], files, market, wanted, workers=1)
    plan = make_plan(lake, wanted, signals=False)
    report = run_plan(lake, plan, workers=1, progress=LineProgress(io.StringIO()))
    assert all(outcome.state == "ok" for outcome in report.outcomes), report.outcomes
    return lake
