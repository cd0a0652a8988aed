"""Killed at any moment and run again, the tables are those of a run that nobody disturbed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.lake import Lake
from pipeline.plan import Wanted, make_plan
from tests.survival.conftest import PIECES
from tests.survival.lakes import MARKET, command, config, differing, footprint, through_catalogue, through_delta

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("FOOTPRINT_TEST_KILLS", "8"))
"""Spread over a run; FOOTPRINT_TEST_KILLS=40 looks closer. The moments at which most is half done are below."""

AT_ONCE = 2
ATTEMPTS = 5
EVERY_WITH_WORKERS = 4
"""One in so many is a run with two workers; such a run takes longer."""


@dataclass(frozen=True)
class Undisturbed:
    """A lake to begin with (None: no lake), and what a run that nobody disturbs makes of it in how many seconds."""

    start: Path | None
    delta: dict[str, str]
    catalogue: dict[str, str]
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(pieces: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Undisturbed]:
    """From no lake (False) and from one that has half of the files (True)."""
    folder = tmp_path_factory.mktemp("undisturbed")
    path, half = config(folder, pieces), folder / "half"
    first = sorted(pieces.iterdir())[: PIECES // 2]
    footprint("ingest", "binance-capture", *first, *MARKET, "--config", path)
    footprint("compute", "--config", path)
    (folder / "lake").rename(half)
    return {
        bool(start): _run(folder / start.name if start else folder / "empty", pieces, start) for start in (None, half)
    }


def _run(folder: Path, pieces: Path, start: Path | None) -> Undisturbed:
    path = begin(folder.with_name(folder.name + "_run"), pieces, start)
    began = time.perf_counter()
    footprint("run", "--config", path)
    seconds = time.perf_counter() - began
    lake = path.parent / "lake"
    return Undisturbed(start, through_delta(lake), through_catalogue(lake), seconds)


def begin(folder: Path, pieces: Path, start: Path | None) -> Path:
    """A configuration in a folder of its own, with a copy of a lake to start from."""
    folder.mkdir()
    if start:
        shutil.copytree(start, folder / "lake")
    return config(folder, pieces)


def finish(path: Path, undisturbed: Undisturbed) -> str:
    """Run again, undisturbed: what is wrong with the result, in words; nothing if it is whole."""
    again = subprocess.run(command("run", "--config", path), capture_output=True, text=True, check=False, timeout=120)
    if again.returncode:
        return f"run again: exit code {again.returncode}\n{again.stderr}"
    lake = path.parent / "lake"
    off = [
        *differing(through_delta(lake), undisturbed.delta),
        *differing(through_catalogue(lake), undisturbed.catalogue),
    ]
    if off:
        return f"other tables: {', '.join(off)}"
    left = make_plan(Lake(lake), Wanted(), signals=True)
    return f"still to do: {left.steps}, {left.drops}" if left.steps or left.drops else ""


def test_killed_at_random_moments(pieces, undisturbed, tmp_path):
    draw = random.Random(20_240_102)
    moments = [(number + draw.random()) / KILLS for number in range(KILLS)]

    def one(number: int) -> str:
        wanted = undisturbed[bool(number % 2)]
        workers = ("--workers", 2) if number % EVERY_WITH_WORKERS == 3 else ()
        # two runs at once on two cores: a little slower than alone
        length = wanted.seconds * (3.0 if workers else 1.2)
        for attempt in range(ATTEMPTS):
            path = begin(tmp_path / f"{number}_{attempt}", pieces, wanted.start)
            if killed_after(moments[number] * length, path, workers):
                return finish(path, wanted)
            length /= 2  # the machine was busier when the length was measured
        return f"never killed: {ATTEMPTS} runs were over before"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(pool.map(one, range(KILLS)))
    assert not {number: wrong for number, wrong in enumerate(ended) if wrong}


def killed_after(seconds: float, path: Path, workers: tuple[object, ...]) -> bool:
    """Whether a run was killed that many seconds after it began; if not, it was over before."""
    running = subprocess.Popen(
        command("run", "--config", path, *workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


MARKS = ("manifest/", "instruments/", "trades/", "book_close/", "taker_flow/", "footprint.duckdb")
"""Files about to take their name, in the order of a run: the moments at which most is half done."""

WHEN_HALF_IS_THERE = ("trades/", "footprint.duckdb")

KILL_AT = """
import os, sys
mark = sys.argv.pop(1)
def watch(event, arguments):
    if event == "os.rename" and mark in str(arguments[1]):
        os.kill(os.getpid(), 9)
sys.addaudithook(watch)
from pipeline.cli import main
main()
"""


def killed_at(mark: str, folder: Path, pieces: Path, wanted: Undisturbed) -> tuple[int, str]:
    """How a run ended that is killed when a file with `mark` in its path is about to take its name; what was wrong
    after the next."""
    path = begin(folder / f"at_{MARKS.index(mark)}", pieces, wanted.start)
    run = [sys.executable, "-c", KILL_AT, mark, "run", "--config", str(path)]
    return subprocess.run(run, capture_output=True, check=False).returncode, finish(path, wanted)


@pytest.mark.parametrize("half", [False, True], ids=["empty lake", "half a lake"])
def test_killed_just_before_a_file_takes_its_name(half, pieces, undisturbed, tmp_path):
    marks = [mark for mark in MARKS if mark != "instruments/" and (not half or mark in WHEN_HALF_IS_THERE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ran = pool.map(lambda mark: killed_at(mark, tmp_path, pieces, undisturbed[half]), marks)
        ended = dict(zip(marks, ran, strict=True))
    assert not {mark: wrong for mark, (_, wrong) in ended.items() if wrong}
    assert {code for code, _ in ended.values()} == {-signal.SIGKILL}


def test_killed_between_the_file_and_its_instrument(pieces, undisturbed, tmp_path):
    code, wrong = killed_at("instruments/", tmp_path, pieces, undisturbed[False])
    assert (code, wrong) == (-signal.SIGKILL, "")
