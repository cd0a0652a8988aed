"""The command line, called in this process or as a program."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from pipeline.cli import main

PROGRAM = Path(sys.executable).with_name("footprint")


@dataclass(frozen=True, slots=True)
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str


def footprint(*arguments: object) -> Result:
    """Run `footprint ARGUMENTS` in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe")
    code: object = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int), f"main ended with {code!r}"
    return Result(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


def program(*arguments: object, folder: Path | None = None, **environment: str) -> Result:
    """Run `footprint ARGUMENTS` as a program with its output in pipes."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | environment,
        check=False,
        timeout=120,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def ingest_command(
    lake: Path,
    *files: Path,
    venue: str = "binance-usdm",
    symbol: str = "BTCUSDT",
    options: tuple[object, ...] = (),
) -> Result:
    """`footprint ingest` of captures, in this process."""
    market = ("--venue", venue, "--symbol", symbol)
    return footprint("ingest", "binance-capture", *files, *market, "--lake", lake, *options)
