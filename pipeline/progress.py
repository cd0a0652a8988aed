"""Signs of life: a bar on a terminal, plain lines elsewhere. Everything goes to stderr."""

import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pipeline.plan import Step
from pipeline.run import Outcome, RunReport


class LineProgress:
    """One line per finished step, as `[3/7] close binance-usdm/BTCUSDT 2024-08-08  1 row  0.1 s`."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._total = self._ended = 0

    def begin(self, steps: Sequence[Step]) -> None:
        self._total = len(steps)

    def started(self, step: Step) -> None:
        """Nothing: the line comes when the step ends."""

    def ended(self, outcome: Outcome) -> None:
        self._ended += 1
        print(f"[{self._ended}/{self._total}] {describe(outcome)}", file=self._stream, flush=True)

    def finish(self) -> None:
        """Nothing to close."""


class BarProgress:
    """A bar that moves while steps run, with the finished ones above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: Any = None

    def begin(self, steps: Sequence[Step]) -> None:
        if steps:
            self._bar.start()
            self._task = self._bar.add_task("starting", total=len(steps))

    def started(self, step: Step) -> None:
        self._bar.update(self._task, description=step.id)

    def ended(self, outcome: Outcome) -> None:
        self._bar.console.print(describe(outcome), highlight=False)
        self._bar.advance(self._task)

    def finish(self) -> None:
        self._bar.stop()


class Silent:
    """Progress that nobody watches."""

    def _ignore(self, *_: object) -> None: ...

    begin = started = ended = finish = _ignore


def progress_for(stream: IO[str]) -> LineProgress | BarProgress:
    return BarProgress() if stream.isatty() else LineProgress(stream)


@contextmanager
def reading(stream: IO[str]) -> Iterator[Callable[[Path], None]]:
    """Tells of raw files as they are read: a moving clock on a terminal, a line for each elsewhere."""
    if not stream.isatty():
        yield lambda path: print(f"read {path.name}", file=stream, flush=True)
        return
    done = itertools.count(1)
    with _clock("reading raw files") as say:
        yield lambda path: say(f"reading raw files: {next(done)} done, last {path.name}")


@contextmanager
def writing(stream: IO[str], target: Path) -> Iterator[Callable[[int], None]]:
    """Tells how many rows stand in a file that is being written: on a terminal, nothing elsewhere."""
    if not stream.isatty():
        yield _nothing
        return
    with _clock(f"writing {target.name}") as say:
        yield lambda rows: say(f"writing {target.name}: {rows:,} rows")


@contextmanager
def waiting(stream: IO[str], text: str) -> Iterator[None]:
    """Tells that something is waited for: a moving clock on a terminal, nothing elsewhere."""
    if not stream.isatty():
        yield
        return
    with _clock(text):
        yield


def _nothing(rows: int) -> None:
    """What is said of `rows` where nobody looks."""


@contextmanager
def recording(stream: IO[str]) -> Iterator[Callable[[str], None]]:
    """Tells what a recorder has to say: a line each, above a moving clock on a terminal."""
    if not stream.isatty():
        yield lambda text: print(text, file=stream, flush=True)
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task("recording; Ctrl-C ends it and keeps everything", total=None)
        yield lambda text: bar.console.print(text, highlight=False, markup=False)


@contextmanager
def _clock(text: str) -> Iterator[Callable[[str], None]]:
    """A moving clock with a text that can be changed."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text)
        yield lambda now: bar.update(task, description=now)


def describe(outcome: Outcome) -> str:
    if outcome.state == "ok":
        return f"{outcome.step:<55} {outcome.rows:>12,} rows {outcome.seconds:>7.1f} s"
    if outcome.state == "skipped":
        return f"{outcome.step:<55} skipped ({outcome.error})"
    return f"{outcome.step:<55} FAILED  {outcome.error.splitlines()[0]}"


def tell_totals(report: RunReport, path: Path, stream: IO[str]) -> None:
    """Errors again at the end, then one line of totals; `path` is where the details are."""
    for outcome in report.outcomes:
        if outcome.state == "failed":
            print(f"\nFAILED {outcome.step}\n{outcome.error}", file=stream)
    if not report.outcomes and not report.dropped:
        print(f"nothing to do: {report.reused} steps are fresh", file=stream)
        return
    print(f"{totals(report)}  in {report.seconds:.1f} s      details: {path}", file=stream)


def totals(report: RunReport) -> str:
    """How many steps ended how, as `ok 3  failed 1  skipped 3  reused 0`."""
    counts = f"ok {report.count('ok')}  failed {report.count('failed')}  skipped {report.count('skipped')}"
    return f"{counts}  reused {report.reused}" + (f"  dropped {report.dropped}" if report.dropped else "")


def report_path(root: Path) -> Path:
    """Where the last run of a lake is told."""
    return root / "_runs" / "latest.json"


def write_report(root: Path, command: str, report: RunReport) -> Path:
    """The run as JSON beside the lake, for programs; returns where."""
    path = report_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {
        "command": command,
        "ok": report.count("ok"),
        "failed": report.count("failed"),
        "skipped": report.count("skipped"),
        "reused": report.reused,
        "dropped_partitions": report.dropped,
        "seconds": round(report.seconds, 3),
        "steps": [
            {"step": o.step, "state": o.state, "rows": o.rows, "seconds": round(o.seconds, 3), "error": o.error}
            for o in report.outcomes
        ],
    }
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(body, indent=1))
    scratch.replace(path)
    return path
