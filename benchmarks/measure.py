"""Measuring: interleaved rounds of CPU time, stopwatches on functions, peak memory, versions."""

import gc
import os
import platform
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

PACKAGES: Final = ("numpy", "numba", "polars", "pyarrow", "duckdb", "deltalake", "orjson", "isal", "hftbacktest")


@dataclass(slots=True)
class Spent:
    """CPU seconds of each round."""

    rounds: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        return min(self.rounds)

    @property
    def middle(self) -> float:
        return median(self.rounds)


def interleave(contenders: Sequence[Callable[[], Mapping[str, float]]], rounds: int) -> dict[str, Spent]:
    """Run all contenders in turn, `rounds` times after one to warm up; CPU seconds by the names they return."""
    spent: dict[str, Spent] = {}
    for number in range(rounds + 1):
        for contender in contenders:
            gc.collect()
            for name, seconds in contender().items():
                if number:
                    spent.setdefault(name, Spent()).rounds.append(seconds)
    return spent


def cpu_seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


class Stopwatch:
    """CPU seconds spent in one function since the watch was set on it."""

    def __init__(self) -> None:
        self.seconds = 0.0


@contextmanager
def watch(owner: Any, name: str) -> Iterator[Stopwatch]:
    """Time every call of `owner.name`; about a microsecond a call is added."""
    plain, stopwatch = getattr(owner, name), Stopwatch()

    def timed(*args: Any, **kwargs: Any) -> Any:
        start = process_time()
        try:
            return plain(*args, **kwargs)
        finally:
            stopwatch.seconds += process_time() - start

    setattr(owner, name, timed)
    try:
        yield stopwatch
    finally:
        setattr(owner, name, plain)


def peak_megabytes() -> float:
    """Most memory this process ever had resident."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the memory of the parent at the fork
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def machine() -> str:
    """Processor, number of cores and system."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (line.split(": ")[1] for line in info.read_text().splitlines() if line.startswith("model name")), cpu
        )
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def versions() -> dict[str, str]:
    """Python and the packages that matter here; "-" for one that is not installed."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
