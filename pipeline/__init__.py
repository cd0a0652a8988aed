"""The outside world: sources, lake, plan, drivers, warehouse, export, command line."""

import os

# Read when polars and pyarrow are first imported: memory that is no longer used goes back to the system.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:200,muzzy_decay_ms:0")
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
