"""Worker processes on this machine, or none where the work is small."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from pipeline.collector import look_seldom

_POOL_PAYS_BYTES: Final = 32 << 20
"""With less raw data for it, a second process takes longer to start than it saves."""


OpenPool = Callable[[int], AbstractContextManager[Executor]]
"""Opens an executor that works on so many tasks at once."""


def workers_for(files: Sequence[Path]) -> int:
    """How many processes reading `files` is worth: one has the largest of them, is there enough for another?"""
    sizes = sorted(path.stat().st_size for path in files)
    return (os.cpu_count() or 1) if sum(sizes[:-1]) > _POOL_PAYS_BYTES else 1


class _Inline(Executor):
    """An executor of one slot that does the work at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - handed on through the future, as executors do
            future.set_exception(error)
        return future


def slots(pool: Executor) -> int:
    """How many tasks the pool is given at once."""
    return 1 if isinstance(pool, _Inline) else pool._max_workers  # type: ignore[attr-defined]


@contextmanager
def process_pool(workers: int) -> Iterator[Executor]:
    """An executor of `workers` processes; of 1, this very process."""
    if workers == 1:
        yield _Inline()
        return
    context = get_context("spawn")  # a fork would copy the threads of polars half alive
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(os.getpid(),)) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(parent: int) -> None:
    look_seldom()
    die_with_parent(parent)


def die_with_parent(parent: int) -> None:
    """In a child process: end when the parent does, also if it was killed; else a child would wait for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
