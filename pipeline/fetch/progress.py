"""Signs of life of a fetch: bars on a terminal, a line per file elsewhere. Everything goes to stderr."""

from pathlib import PurePosixPath
from typing import IO, Any, Protocol

from pipeline.fetch.download import Tell
from pipeline.fetch.outcome import Outcome, size_text
from pipeline.fetch.remote import Remote


class Progress(Protocol):
    """Told how many files are to come, of each as it comes, and of each that ended."""

    def begin(self, files: int) -> None: ...
    def started(self, remote: Remote) -> Tell: ...
    def ended(self, outcome: Outcome) -> None: ...
    def finish(self) -> None: ...


class Lines:
    """`[3/21] fetched        16.1 MB    2.1 s  BTCUSDT-aggTrades-2024-06-03.zip`."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._total = self._ended = 0

    def begin(self, files: int) -> None:
        self._total = files

    def started(self, remote: Remote) -> Tell:  # noqa: ARG002 - the line comes when the file has ended
        return lambda done, total: None  # noqa: ARG005

    def ended(self, outcome: Outcome) -> None:
        self._ended += 1
        self._stream.write(f"[{self._ended}/{self._total}] {describe(outcome)}\n")
        self._stream.flush()

    def finish(self) -> None:
        """Nothing to close."""


class Bars:
    """A bar for each file that is coming, under those that have ended."""

    def __init__(self) -> None:
        from rich import progress
        from rich.console import Console

        self._bars = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, Any] = {}

    def begin(self, files: int) -> None:
        if files:
            self._bars.start()

    def started(self, remote: Remote) -> Tell:
        name = PurePosixPath(remote.path).name
        task = self._tasks[remote.path] = self._bars.add_task(name, total=remote.bytes)
        return lambda done, total: self._bars.update(task, completed=done, total=total or remote.bytes)

    def ended(self, outcome: Outcome) -> None:
        if (task := self._tasks.pop(outcome.path, None)) is not None:
            self._bars.remove_task(task)
        self._bars.console.print(describe(outcome), highlight=False, markup=False)

    def finish(self) -> None:
        self._bars.stop()


def progress_for(stream: IO[str]) -> Progress:
    return Bars() if stream.isatty() else Lines(stream)


def describe(outcome: Outcome) -> str:
    """A line about a file."""
    name = PurePosixPath(outcome.path).name
    size = size_text(outcome.bytes) if outcome.bytes else ""
    note = f"  ({outcome.note})" if outcome.note else ""
    return f"{outcome.state:<10} {size:>9} {outcome.seconds:>7.1f} s  {name}{note}"
