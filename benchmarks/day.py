"""A day of Tardis CSV through the commands, as a user would run them: wall, CPU and memory of every stage.

`python -m benchmarks.day FOLDER [FOLDER ...]` ingests, computes and publishes the day in each folder
(incremental_book_L2.csv.gz and trades.csv.gz) into one lake, one after the other. Memory is the sum of the resident
sets of the command and its workers, sampled; pages they share count once for each. Linux only.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

from benchmarks.end_to_end import Stage
from benchmarks.measure import machine, versions
from benchmarks.report import table

FILES: Final = ("incremental_book_L2.csv.gz", "trades.csv.gz")
MARKET: Final = ("--venue", "binance-usdm", "--symbol", "BTCUSDT")
_SAMPLE_S: Final = 0.01
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / (1 << 20)
_STEP: Final = re.compile(r"\[\d+/\d+\] (\w+)")


@dataclass(slots=True)
class _Tree:
    """A running command and what it started: the most memory since `lap`, CPU seconds so far."""

    root: int
    peak_mb: float = 0.0
    cpu: float = 0.0
    _gone: dict[int, float] = field(default_factory=dict)

    def sample(self) -> None:
        spent, resident = {}, 0.0
        for pid in self._pids(self.root):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:  # it ended between the two looks
                continue
            spent[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
            resident += int(fields[21]) * _PAGE_MB
        self._gone |= spent
        self.cpu = sum(self._gone.values())
        self.peak_mb = max(self.peak_mb, resident)

    def _pids(self, pid: int) -> Iterator[int]:
        yield pid
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                for child in (task / "children").read_text().split():
                    yield from self._pids(int(child))
        except OSError:
            return


def run(*arguments: object) -> list[Stage]:
    """Run `footprint ARGUMENTS`; a stage ends with each line it says."""
    return run_command([str(Path(sys.executable).with_name("footprint")), *map(str, arguments)])


def run_command(command: Sequence[str]) -> list[Stage]:
    """Run a command; a stage ends with each line it says on stderr, the last with the command."""
    start = perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    tree, stages, said = _Tree(process.pid), [], []
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            tree.sample()
            sleep(_SAMPLE_S)

    watcher = threading.Thread(target=watch)
    watcher.start()
    wall, cpu = start, 0.0
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        now, spent = perf_counter(), tree.cpu
        stages.append(Stage(_name(line), now - wall, spent - cpu, tree.peak_mb))
        wall, cpu, tree.peak_mb = now, spent, 0.0
    _, status, usage = os.wait4(process.pid, 0)
    ended.set()
    watcher.join()
    if os.waitstatus_to_exitcode(status):
        raise SystemExit("".join(said))
    stages.append(Stage("end", perf_counter() - wall, max(0.0, usage.ru_utime + usage.ru_stime - cpu), tree.peak_mb))
    return stages


def _name(line: str) -> str:
    step = _STEP.match(line)
    return step[1] if step else " ".join(line.split()[:2])


def main(folders: list[Path]) -> None:
    print(machine(), *(f"{name} {number}" for name, number in versions().items()), sep=", ")
    with tempfile.TemporaryDirectory() as lake:
        for folder in folders:
            rows, whole = [], Stage("in all", 0.0, 0.0, 0.0)
            files = [folder / name for name in FILES]
            for command in (("ingest", "tardis", *files, *MARKET), ("compute",), ("publish",)):
                for stage in run(*command, "--lake", lake):
                    rows.append([command[0], stage.name, *_figures(stage)])
                    whole = Stage(
                        whole.name, whole.wall + stage.wall, whole.cpu + stage.cpu, max(whole.peak_mb, stage.peak_mb)
                    )
            rows.append(["", whole.name, *_figures(whole)])
            print(f"\n{folder}\n\n{table(['command', 'stage', 'wall s', 'CPU s', 'peak MB'], rows)}", flush=True)


def _figures(stage: Stage) -> list[str]:
    return [f"{stage.wall:.2f}", f"{stage.cpu:.2f}", f"{stage.peak_mb:.0f}"]


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
