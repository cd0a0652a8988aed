"""The trial registry: every configuration tried on a lake, one line of JSON each, appended and never rewritten.

A line that a kill or a full disk cut short is set aside: the next writer ends it with a mark, so that it stays to be
seen, poisons nothing, and is counted by `cut_short`.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from io import FileIO
from pathlib import Path
from typing import Final

from backtest.trial import Trial
from pipeline.errors import FootprintError
from pipeline.fingerprint import fingerprint, sha256_of

REGISTRY: Final = "trials.jsonl"
_JUDGED_BY: Final = ("signals", "backtest")
_CUT: Final = " (cut short)"
_NO_TRIAL: Final = (ValueError, KeyError, TypeError, AttributeError)


def register(root: Path, trials: Iterable[Trial]) -> None:
    """Append to the registry of the lake in `root`, a line each; safe beside other writers."""
    lines = "".join(_line(trial) + "\n" for trial in trials)
    with (root / REGISTRY).open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        left = (_ending(file) + lines).encode()
        while left:  # a full disk takes a part, and refuses the rest in a sentence
            left = left[file.write(left) :]
        os.fsync(file.fileno())


def registered(root: Path, family: str) -> list[Trial]:
    """All trials of a family, in the order tried. Raises FP002 for a line that is none and was not cut short."""
    found = []
    for number, line in _lines(root):
        try:
            trial = _trial(line)
        except _NO_TRIAL as wrong:
            raise FootprintError(
                "FP002",
                f"line {number} of the trial registry is no trial: {wrong}",
                where=str(root / REGISTRY),
                hint="move the file aside to begin a new registry; trials made before are then not counted",
            ) from wrong
        if trial.family == family:
            found.append(trial)
    return found


def cut_short(root: Path) -> list[int]:
    """Numbers of the lines that were cut short while they were written: those trials are not counted."""
    whole = {number for number, _ in _lines(root)}
    return [number for number, line in enumerate(_text(root).split("\n"), start=1) if line and number not in whole]


def shortfall(root: Path) -> str:
    """A sentence on the lines that were cut short; empty if there are none."""
    if not (numbers := cut_short(root)):
        return ""
    lines = f"line {numbers[0]} was" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers))} were"
    return f"warning: {lines} cut short when written to {root / REGISTRY}; what was tried then is not counted\n"


def _lines(root: Path) -> Iterator[tuple[int, str]]:
    """Lines that ought to be trials, with their numbers; of the last one, which has no end, only if it is one."""
    *ended, last = _text(root).split("\n")
    for number, line in enumerate(ended, start=1):
        if not line.endswith(_CUT):
            yield number, line
    if last and _is_trial(last):
        yield len(ended) + 1, last


def _text(root: Path) -> str:
    path = root / REGISTRY
    if not path.exists():
        return ""
    with path.open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # no writer is in the middle of a line
        return file.read()


def _ending(file: FileIO) -> str:
    """What the last line lacks: nothing, its end, or the mark and its end."""
    size = file.seek(0, os.SEEK_END)
    if size == 0 or os.pread(file.fileno(), 1, size - 1) == b"\n":
        return ""
    last = os.pread(file.fileno(), size, 0).decode().rpartition("\n")[2]
    return "\n" if _is_trial(last) else f"{_CUT}\n"


def _is_trial(line: str) -> bool:
    try:
        _trial(line)
    except _NO_TRIAL:
        return False
    return True


def _trial(line: str) -> Trial:
    """Raises one of _NO_TRIAL for a line that is none."""
    row = json.loads(line)
    days = {date.fromisoformat(day): float(value) for day, value in row["returns"].items()}
    return Trial(row["family"], row["code"], row["data"], row["config"], days)


@cache
def code_digest() -> str:
    """Of the mathematics and the judge as they stand: whatever changes there makes other trials."""
    here = Path(__file__).parents[2]
    files = sorted(path for folder in _JUDGED_BY for path in (here / folder).rglob("*.py"))
    return fingerprint(code={path.relative_to(here).as_posix(): sha256_of(path) for path in files})


def _line(trial: Trial) -> str:
    row = {
        "tried_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "family": trial.family,
        "code": trial.code,
        "data": trial.data,
        "config": dict(trial.config),
        "returns": {day.isoformat(): value for day, value in sorted(trial.returns.items())},
    }
    return json.dumps(row, sort_keys=True, allow_nan=False)
