"""What a new process pays before the first update: imports, and compiling or loading the kernels."""

import json
import os
import subprocess
import sys
import tempfile
from time import perf_counter
from typing import Final

KERNELS: Final = ("book", "book_rows", "chain")


def measure() -> dict[str, dict[str, float]]:
    """Wall seconds by stage: kernels compiled in an empty cache, and loaded from a full one."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"NUMBA_CACHE_DIR": cache}
        return {state: _fresh(environment) for state in ("empty cache", "full cache")}


def _fresh(environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.cold_start"]
    return json.loads(subprocess.check_output(command, env=environment, text=True))


def main() -> None:
    """Time the stages in this process and print them as JSON."""
    from importlib import import_module

    seconds, start = {}, perf_counter()
    for name, modules in {
        "import polars": ("polars",),
        "import numba": ("numba",),
        "kernels": tuple(f"signals.kernels.{kernel}" for kernel in KERNELS),
    }.items():
        for module in modules:
            import_module(module)
        seconds[name] = perf_counter() - start
        start = perf_counter()
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
