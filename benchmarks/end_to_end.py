"""From a capture file to the published tables, in a process of its own, stage by stage."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import asdict, dataclass, replace
from io import StringIO
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.measure import peak_megabytes
from benchmarks.recording import SOURCE, SYMBOL, VENUE


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run; `peak_mb` is the most memory the process had so far."""

    name: str
    wall: float
    cpu: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Run:
    """A run from the start of the process to its end."""

    wall: float
    stages: tuple[Stage, ...]

    @property
    def cpu(self) -> float:
        return sum(stage.cpu for stage in self.stages)

    @property
    def peak_mb(self) -> float:
        return max(stage.peak_mb for stage in self.stages)


def measure(path: Path, symbol: str, rounds: int) -> list[Run]:
    """Runs into empty lakes, fastest first; one before them fills the caches."""
    return sorted((_fresh(path, symbol) for _ in range(rounds + 1)), key=lambda run: run.wall)[:rounds]


def _fresh(path: Path, symbol: str) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        command = [sys.executable, "-m", "benchmarks.end_to_end", str(path), symbol, folder]
        stages = [Stage(**stage) for stage in json.loads(subprocess.check_output(command, text=True))]
        wall = perf_counter() - start
    rest = wall - sum(stage.wall for stage in stages)  # the interpreter's start and end
    return Run(wall, (replace(stages[0], wall=stages[0].wall + rest), *stages[1:]))


class _Laps:
    """Stages so far: the time since the one before."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._wall, self._cpu = perf_counter(), 0.0  # the CPU time of starting Python counts

    def lap(self, name: str) -> None:
        wall, cpu = perf_counter(), process_time()
        self.stages.append(Stage(name, wall - self._wall, cpu - self._cpu, peak_megabytes()))
        self._wall, self._cpu = wall, cpu


class _StepLaps:
    """Progress of a plan that notes a stage per kind of step."""

    def __init__(self, laps: _Laps) -> None:
        self._laps = laps

    def begin(self, steps: Sequence[Any]) -> None: ...
    def started(self, step: Any) -> None: ...
    def finish(self) -> None: ...

    def ended(self, outcome: Any) -> None:
        if outcome.state != "ok":
            raise RuntimeError(f"{outcome.step}: {outcome.error}")
        self._laps.lap(outcome.step.split()[0])


def main(path: Path, symbol: str, root: Path) -> list[Stage]:
    """Ingest, compute and publish; the stages in order."""
    laps = _Laps()
    from pipeline.ingest import ingest
    from pipeline.lake import Lake
    from pipeline.market import Market
    from pipeline.plan import Wanted, make_plan
    from pipeline.run import run_plan
    from pipeline.sources import SOURCES
    from pipeline.version import package_version
    from pipeline.warehouse import publish

    laps.lap("start")
    lake, wanted = Lake(root), Wanted()
    ingest(lake, SOURCES[SOURCE], [path], Market(VENUE, symbol), wanted, workers=1)
    laps.lap("read and stage")
    for signals in (False, True):  # as `footprint ingest` and `footprint compute` do
        run_plan(lake, make_plan(lake, wanted, signals=signals), workers=1, progress=_StepLaps(laps))
        laps.lap("commit")
    publish(lake, package_version())
    laps.lap("publish")
    return _joined(laps.stages)


def _joined(stages: Sequence[Stage]) -> list[Stage]:
    """Stages of the same name as one, in the order of their first."""
    joined: dict[str, Stage] = {}
    for stage in stages:
        before = joined.get(stage.name, Stage(stage.name, 0.0, 0.0, 0.0))
        joined[stage.name] = Stage(
            stage.name, before.wall + stage.wall, before.cpu + stage.cpu, max(before.peak_mb, stage.peak_mb)
        )
    return list(joined.values())


if __name__ == "__main__":
    with redirect_stderr(StringIO()):
        ran = main(Path(sys.argv[1]), sys.argv[2] or SYMBOL, Path(sys.argv[3]))
    print(json.dumps([asdict(stage) for stage in ran]))
