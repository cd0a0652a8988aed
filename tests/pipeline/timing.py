"""Processor time of commands. Machines differ and are shared: what counts is the ratio to something done beside it."""

import os
import resource
import subprocess
from collections.abc import Sequence

Command = Sequence[str | os.PathLike[str]]


def cpu_seconds(*arguments: str | os.PathLike[str]) -> float:
    """User and system time of one run of a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, capture_output=True, check=True, env=os.environ | {"TERM": "dumb"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def times_as_long(command: Command, yardstick: Command, *, runs: int = 4) -> float:
    """How many times the processor time of the yardstick the command takes: the least of each, run in turn."""
    pairs = [(cpu_seconds(*command), cpu_seconds(*yardstick)) for _ in range(runs)]
    return min(first for first, _ in pairs) / min(second for _, second in pairs)
