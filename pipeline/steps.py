"""Doing one step of the plan: files in, parts out. Knows no driver."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipeline.close import close_day
from pipeline.errors import FootprintError
from pipeline.fed_rows import is_fed
from pipeline.lake import scan_parts
from pipeline.normalise import RawFile, normalise
from pipeline.parts import Part, write_part
from pipeline.plan import TABLES, Step
from pipeline.recording import day_start
from pipeline.registry import Registered, instrument_frame, instrument_row
from pipeline.sources import SOURCES
from pipeline.staging import stage, staged_folder
from pipeline.step import InputFile
from signals import SIGNALS
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.table import Span

CHUNK_ROWS = 1 << 18
"""Rows held at once by a pass over events."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished step made; nothing of it is visible before it is committed.

    `coverage` is the mean of that column in each table that has it.
    """

    step: str
    parts: tuple[Part, ...]
    rows: int
    seconds: float
    coverage: Mapping[str, float]


def execute(root: Path, step: Step) -> Done:
    """Run the step and write its parts. Raises what went wrong, and leaves the lake as it was."""
    began = time.perf_counter()
    coverage: Mapping[str, float] = {}
    if step.name == "normalise":
        raws = [_raw(root, file) for file in step.files]
        parts = normalise(root, step.market, step.day, raws, step.instrument, step.fingerprint, step.lineage)
    else:
        with frames(root, step) as inputs:
            if step.name == "close":
                parts = close_day(root, step, inputs, CHUNK_ROWS)
            else:
                parts, coverage = _signal(root, step, inputs)
    rows = sum(part.rows for part in parts)
    return Done(step.id, tuple(parts), rows, time.perf_counter() - began, coverage)


@contextmanager
def frames(root: Path, step: Step) -> Iterator[dict[str, pl.LazyFrame]]:
    """The step's inputs by name, while the context lasts; an input without files is an empty frame, `instruments` the
    row valid on the day. Rows of sources that do not feed the signals are left out."""
    cache = root / "_staged"
    cache.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="fed-", dir=cache) as scratch:
        found = {
            name: scan_parts(
                TABLES[name.rsplit("/", 1)[-1]], [(_fed_only(root, file, Path(scratch)), file.market) for file in files]
            )
            for name, files in step.inputs.items()
        }
        if INSTRUMENTS.name in found:
            row = instrument_row(step.market, step.valid_from, step.instrument, day_start(step.day))
            found[INSTRUMENTS.name] = instrument_frame([row]).lazy()
        yield found


def _fed_only(root: Path, file: InputFile, scratch: Path) -> Path:
    """The file, or one with those of its rows that feed the signals, written once: who reads in chunks would else
    filter all that stands before each chunk again."""
    if not file.only:
        return root / file.path
    path = scratch / file.path.replace("/", "_")  # of several tables and markets
    pl.scan_parquet(root / file.path, hive_partitioning=False).filter(is_fed(file.only)).sink_parquet(
        path, compression="lz4"
    )
    return path


def _signal(root: Path, step: Step, inputs: Mapping[str, pl.LazyFrame]) -> tuple[list[Part], dict[str, float]]:
    signal = next(signal for signal in SIGNALS if signal.name == step.name)
    span = Span(day_start(step.day), step.edges.until, step.edges.is_continued)
    made: Mapping[str, pl.DataFrame] = signal.compute(inputs, span=span, chunk_rows=CHUNK_ROWS, **step.params)
    parts = [
        write_part(root, table, step.market, step.day, step.fingerprint, step.lineage, made[table.name])
        for table in signal.outputs
    ]
    return parts, mean_coverage(made)


def mean_coverage(made: Mapping[str, pl.DataFrame]) -> dict[str, float]:
    """Mean of the column `coverage` by table; without the tables that have no such column or no value in it."""
    means = {name: frame.get_column("coverage").mean() for name, frame in made.items() if "coverage" in frame.columns}
    return {name: mean for name, mean in means.items() if isinstance(mean, float)}


def _raw(root: Path, file: Registered) -> RawFile:
    source = SOURCES[file.source]
    folder = str(_staged(root, file))
    return RawFile(file.file_id, file.path, folder, source.name, source.base_tables(file.market))


def _staged(root: Path, file: Registered) -> Path:
    """The file's staged pieces; made again if somebody cleared the cache."""
    source = SOURCES[file.source]
    folder = staged_folder(root, source, file.market, file.file_id)
    if folder.exists():
        return folder
    if not Path(file.path).exists():
        raise FootprintError(
            "FP013",
            "its staged pieces were cleared, and they are made from it",
            where=file.path,
            hint=f"put the file back, or: footprint forget {file.file_id}",
        )
    stage(Path(file.path), source, file.market, file.file_id, root)
    return folder
