"""What was measured, as Markdown; docs/benchmarks.md is such text and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.end_to_end import Run
from benchmarks.measure import Spent

PAGE: Final = Path(__file__).resolve().parents[1] / "docs/benchmarks.md"
RACE: Final = "## A day of CSV, beside a bare conversion"
"""The section that `benchmarks.ingest_race` writes; the others are of `benchmarks.book`."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured."""

    recording: str
    updates: int
    messages: int
    bars: int
    machine: str
    versions: Mapping[str, str]
    compiler: str
    equal: Sequence[str]
    cold: Mapping[str, Mapping[str, float]]
    spent: Mapping[str, Spent]
    yardstick: str
    notes: Mapping[str, str]
    runs: Sequence[Run]


def markdown(report: Report) -> str:
    """The whole page."""
    rounds = len(report.spent[report.yardstick].rounds)
    parts = [
        "# Benchmarks",
        "Written by `python -m benchmarks.book --write`; do not edit. Wall time depends on the machine and its "
        "neighbours: CPU time and the ratio to the C reference are the evidence.",
        f"{report.machine}. "
        + ", ".join(f"{name} {number}" for name, number in report.versions.items())
        + f"; {report.compiler}.",
        f"Recording: `{report.recording}`, {report.updates:,} book updates in {report.messages:,} messages, "
        f"{report.bars:,} bars of a second.",
        "## Equality",
        "\n".join(f"- {sentence}" for sentence in report.equal),
        "## The book",
        f"CPU nanoseconds per update, {rounds} interleaved rounds after one to warm up.",
        _book(report),
        "## Start",
        "Wall seconds of a new process.",
        _cold(report.cold),
        "## From capture file to published tables",
        f"A new process with full caches, into an empty lake; the fastest of {len(report.runs)} runs "
        f"(all: {', '.join(f'{run.wall:.1f} s' for run in report.runs)}). Memory is the peak up to the stage's end.",
        _end_to_end(report.runs[0]),
    ]
    return "\n\n".join(parts) + "\n"


def _book(report: Report) -> str:
    base = report.spent[report.yardstick].least
    rows = [
        [name, _ns(spent.least, report.updates), _ns(spent.middle, report.updates), f"{spent.least / base:.2f}",
         report.notes.get(name, "")]
        for name, spent in report.spent.items()
    ]  # fmt: skip
    return table(["", f"min of {len(report.spent[report.yardstick].rounds)}", "median", "x C", "what it does"], rows)


def _ns(seconds: float, updates: int) -> str:
    return f"{seconds / updates * 1e9:.1f}"


def _cold(cold: Mapping[str, Mapping[str, float]]) -> str:
    stages = list(next(iter(cold.values())))
    rows = [[state, *(f"{seconds[stage]:.2f}" for stage in stages), f"{sum(seconds.values()):.2f}"]
            for state, seconds in cold.items()]  # fmt: skip
    return table(["kernels from", *stages, "in all"], rows)


def _end_to_end(run: Run) -> str:
    rows = [[stage.name, f"{stage.wall:.2f}", f"{stage.cpu:.2f}", f"{stage.peak_mb:.0f}"] for stage in run.stages]
    rows.append(["in all", f"{run.wall:.2f}", f"{run.cpu:.2f}", f"{run.peak_mb:.0f}"])
    return table(["stage", "wall s", "CPU s", "peak MB"], rows)


def with_section(page: str, section: str) -> str:
    """The page with the section at its end, in place of the one that was there; `section` begins with RACE."""
    return f"{page.split(RACE)[0].rstrip()}\n\n{section}".lstrip()


def section_of(page: str) -> str:
    """The section of a page that begins with RACE; empty if it has none."""
    _, heading, rest = page.partition(RACE)
    return heading + rest


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" if _is_number(cell) else "---" for cell in rows[0][1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_number(cell: str) -> bool:
    return cell.replace(".", "").isdigit()
