"""The outside world: sources, lake, plan, drivers, warehouse, export, command line."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.reader import LakeReader

# Read when polars and pyarrow are first imported: memory that is no longer used goes back to the system.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:200,muzzy_decay_ms:0")
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def open_lake(path: str | Path) -> "LakeReader":
    """The lake in a folder, to be read as Polars frames: open_lake("data/lake").read("taker_flow", since="2024-08-08").

    Raises FP007 if nothing lies there.
    """
    from pipeline.reader import LakeReader  # not before: the command line answers `--help` without it

    return LakeReader(Path(path))
