"""Steps of the plan as tasks of Prefect, behind the executor that `pipeline.run` works with.

So order, skipping, commits and survival are one piece of code for both drivers; a
task takes names, dates and paths and returns what it wrote.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pipeline.prefect_api import settle_prefect

settle_prefect()

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline.errors import FootprintError
from pipeline.run import do_step
from pipeline.staging import stage

# No retries: a computation that failed will fail again. They belong to tasks that fetch from a network, and there are
# none yet: when they come, it is with `retries` here.
TASKS: Final[Mapping[Callable[..., Any], Task[..., Any]]] = {
    do_step: Task(do_step, name="step", task_run_name="{step.id}", cache_policy=NO_CACHE),
    stage: Task(stage, name="read", task_run_name="read {path.name}", cache_policy=NO_CACHE),
}
"""What the drivers submit, and the tasks that these functions are here."""


class TaskExecutor(Executor):
    """Submits tasks to the runner of the flow that calls it."""

    def __init__(self, slots: int) -> None:
        self._max_workers = slots

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        # Absolute, because a worker may have another current folder.
        found = [value.absolute() if isinstance(value, Path) else value for value in args]
        future: Future[Any] = Future()
        TASKS[fn].submit(*found, **kwargs).add_done_callback(lambda run: _settle(future, run))
        return future


def _settle(future: Future[Any], run: PrefectFuture[Any]) -> None:
    try:
        future.set_result(run.result())
    except BaseException as error:  # noqa: BLE001 - handed on through the future, as executors do
        future.set_exception(error)


@contextmanager
def task_pool(workers: int) -> Iterator[Executor]:
    """An executor of tasks: as many at once as `workers`; on a Dask scheduler as many as that has room for."""
    context = FlowRunContext.get()
    is_here = context is not None and isinstance(context.task_runner, ThreadPoolTaskRunner)
    yield TaskExecutor(workers if is_here else sys.maxsize)


def task_runner(workers: int | None = None) -> TaskRunner[Any]:
    """Threads of this process, or the Dask scheduler that DASK_SCHEDULER_ADDRESS names."""
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address:
        return ThreadPoolTaskRunner(max_workers=workers or os.cpu_count() or 1)
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError as missing:
        raise FootprintError(
            "FP020",
            f"DASK_SCHEDULER_ADDRESS is {address}, and the extra dask is not installed",
            hint="pip install 'mm-footprint[dask]', or unset DASK_SCHEDULER_ADDRESS",
        ) from missing
    return DaskTaskRunner(address=address)
