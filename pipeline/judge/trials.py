"""The trial registry: every configuration tried on a lake, one line of JSON each, appended and never rewritten."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from backtest.trial import Trial
from pipeline.errors import FootprintError
from pipeline.fingerprint import fingerprint, sha256_of

REGISTRY: Final = "trials.jsonl"
_JUDGED_BY: Final = ("signals", "backtest")


def register(root: Path, trials: Iterable[Trial]) -> None:
    """Append to the registry of the lake in `root`: a line each, whole or not at all, safe beside other writers."""
    lines = "".join(_line(trial) + "\n" for trial in trials)
    descriptor = os.open(root / REGISTRY, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, lines.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def registered(root: Path, family: str) -> list[Trial]:
    """All trials of a family, in the order tried. Raises FP002 for a line that is none."""
    path = root / REGISTRY
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            row = json.loads(line)
            days = {date.fromisoformat(day): float(value) for day, value in row["returns"].items()}
            trial = Trial(row["family"], row["code"], row["data"], row["config"], days)
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise FootprintError(
                "FP002",
                f"line {number} of the trial registry is no trial: {wrong}",
                where=str(path),
                hint="move the file aside to begin a new registry; trials made before are then not counted",
            ) from wrong
        if trial.family == family:
            found.append(trial)
    return found


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
