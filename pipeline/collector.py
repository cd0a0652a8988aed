"""Python's collector of cycles: what is read here makes millions of small objects and no cycles of them."""

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_YOUNG: Final = 100_000
"""Objects between two looks at the young ones; Python's own 700 costs a quarter of a short command."""


def look_seldom() -> None:
    """For the rest of this process: look for cycles seldom, and at its end not at all."""
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    atexit.register(_leave_all)


def _leave_all() -> None:
    """The end of the process frees everything anyway. DuckDB complains of what is left, and is let have its look."""
    if "duckdb" not in sys.modules:
        gc.freeze()


@contextmanager
def no_collector() -> Iterator[None]:
    """No look at all meanwhile."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
