"""The trial registry: every configuration tried on a lake, one line of JSON each, appended and never rewritten.

A line that a kill or a full disk cut short stays to be seen, poisons nothing, and is counted by `cut_short`.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from backtest.trial import Trial
from pipeline import jsonl
from pipeline.errors import FootprintError
from pipeline.fingerprint import fingerprint, sha256_of

REGISTRY: Final = "trials.jsonl"
_JUDGED_BY: Final = ("signals", "backtest")
_NO_TRIAL: Final = (ValueError, KeyError, TypeError, AttributeError)


def register(root: Path, trials: Iterable[Trial]) -> None:
    """Append to the registry of the lake in `root`, a line each; safe beside other writers."""
    jsonl.append(root / REGISTRY, map(_line, trials), _is_trial)


def registered(root: Path, family: str) -> list[Trial]:
    """All trials of a family, in the order tried. Raises FP002 for a line that is none and was not cut short."""
    found = []
    for number, line in jsonl.numbered(root / REGISTRY, _is_trial):
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
    return jsonl.cut_short(root / REGISTRY, _is_trial)


def shortfall(root: Path) -> str:
    """A sentence on the lines that were cut short; empty if there are none."""
    if not (numbers := cut_short(root)):
        return ""
    lines = f"line {numbers[0]} was" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers))} were"
    return f"warning: {lines} cut short when written to {root / REGISTRY}; what was tried then is not counted\n"


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
