"""What a command does before its work: nothing that another run has done already."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.captures import session, write_capture

_TELLING = """
import sys
from numba.core import event

class Told(event.Listener):
    def on_start(self, happened):
        function = happened.data["dispatcher"].py_func
        print("compiled", f"{function.__module__}.{function.__name__}")
    def on_end(self, happened): ...

event.register("numba:compile", Told())
from pipeline.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sorted({"pandas", "duckdb", "prefect"} & {*sys.modules}))
"""


def _run(*arguments: object) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _TELLING, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_a_second_run_compiles_nothing_and_imports_nothing_heavy(tmp_path: Path):
    file = write_capture(tmp_path / "small.gz", session())
    for lake in (tmp_path / "first", tmp_path / "second"):  # what the first compiles is kept
        ingested = _run(
            "ingest", "binance-capture", file, "--venue", "binance-usdm", "--symbol", "BTCUSDT", "--lake", lake
        )
        computed = _run("compute", "--lake", lake)
    assert [line for line in ingested + computed if line.startswith("compiled")] == []
    assert ingested[-1:] == [""]
