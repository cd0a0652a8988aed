"""The walk over a plan: its steps in a pool, committed in batches.

Which pool is the driver's choice: processes on this machine, or tasks of Prefect.

A step starts when those it needs are done. A failed step fails alone: what needs
it is skipped, the rest goes on. Whatever is done when the run ends or is
interrupted is committed, so the next run starts from there.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.plan import TABLES, Plan, Step
from pipeline.pool import OpenPool, process_pool, slots, workers_for
from pipeline.registry import set_instruments

_BATCH: Final = 64
"""Parts per commit: a transaction costs about the same for one part as for a hundred."""

State = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step; `coverage` is the mean of each table it wrote that has such a column."""

    step: str
    state: State
    rows: int = 0
    seconds: float = 0.0
    error: str = ""
    coverage: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class RunReport:
    """What became of a plan."""

    outcomes: list[Outcome] = field(default_factory=list)
    reused: int = 0
    dropped: int = 0
    seconds: float = 0.0

    def count(self, state: State) -> int:
        return sum(outcome.state == state for outcome in self.outcomes)


class Progress(Protocol):
    """Who is told how a run goes."""

    def begin(self, steps: Sequence[Step]) -> None: ...
    def started(self, step: Step) -> None: ...
    def ended(self, outcome: Outcome) -> None: ...
    def finish(self) -> None: ...


def run_plan(
    lake: Lake, plan: Plan, *, workers: int | None = None, pool: OpenPool = process_pool, progress: Progress
) -> RunReport:
    """Do every step of `plan` in the pool and commit.

    `workers` is how many at once, None decides by the size of the work; 1 local worker is this very process.
    """
    began = time.perf_counter()
    report = RunReport(reused=plan.fresh, dropped=len(plan.drops))
    progress.begin(plan.steps)
    lake.commit(TABLES, [], plan.drops)
    for market, spans in plan.instruments.items():
        set_instruments(lake, market, spans)
    pending: list[Any] = []
    try:
        with pool(_worker_count(plan, workers)) as executor:
            for outcome, done in _walk(lake.root, plan.steps, executor, progress):
                report.outcomes.append(outcome)
                progress.ended(outcome)
                if done is not None:
                    pending.extend(done.parts)
                if len(pending) >= _BATCH:
                    lake.commit(TABLES, pending, [])
                    pending = []
    finally:
        lake.commit(TABLES, pending, [])
        progress.finish()
        report.seconds = time.perf_counter() - began
    return report


def _worker_count(plan: Plan, workers: int | None) -> int:
    if workers is not None:
        return max(1, workers)
    raw = {Path(file.path) for step in plan.steps for file in step.files}
    return workers_for([path for path in raw if path.exists()]) if len(plan.steps) > 1 else 1


def _walk(root: Path, steps: Sequence[Step], pool: Executor, progress: Progress) -> Iterator[tuple[Outcome, Any]]:
    """Run steps as soon as what they need is done; yield what became of each, with what it made."""
    waiting = list(steps)
    states: dict[str, State] = {}
    running: dict[Future[Any], Step] = {}
    while waiting or running:
        for step in list(waiting):
            needs = [states.get(before) for before in step.after]
            if any(state in ("failed", "skipped") for state in needs):
                waiting.remove(step)
                states[step.id] = "skipped"
                blocking = next(before for before in step.after if states.get(before) in ("failed", "skipped"))
                yield Outcome(step.id, "skipped", error=f"needs {blocking}"), None
            elif all(state == "ok" for state in needs) and len(running) < slots(pool):
                waiting.remove(step)
                progress.started(step)
                running[_submit(pool, root, step)] = step
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            step = running.pop(future)
            outcome, done = _outcome(step, future)
            states[step.id] = outcome.state
            yield outcome, done


def _submit(pool: Executor, root: Path, step: Step) -> Future[Any]:
    """The step's future; a failed one if the pool has lost a worker and takes no more work."""
    try:
        return pool.submit(do_step, root, step)
    except BrokenExecutor as broken:
        future: Future[Any] = Future()
        future.set_exception(broken)
        return future


def do_step(root: Path, step: Step) -> Any:
    """What is handed to the pool for each step."""
    from pipeline.steps import execute  # brings numba and polars along; `footprint plan` needs neither

    return execute(root, step)


def _outcome(step: Step, future: Future[Any]) -> tuple[Outcome, Any]:
    """A failed step is reported in its own words; a defect of ours with its type and place."""
    error = future.exception()
    if error is None:
        done = future.result()
        return Outcome(step.id, "ok", done.rows, done.seconds, coverage=done.coverage), done
    if isinstance(error, BrokenExecutor):
        lost = "a worker process died (killed, or out of memory); run again with fewer --workers to go on from here"
        return Outcome(step.id, "failed", error=lost), None
    if isinstance(error, FootprintError):
        return Outcome(step.id, "failed", error=str(error)), None
    if not isinstance(error, Exception):
        raise error
    return Outcome(step.id, "failed", error=f"{type(error).__name__}: {error}"), None
