"""What the command line prints: data alone on stdout, everything else on stderr, JSON with the promised keys."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.plan import TABLES
from signals import SIGNALS
from tests.pipeline.captures import session, tape, write_capture
from tests.pipeline.command import PROGRAM, Result, footprint, ingest_command, program
from tests.pipeline.lakes import ALONE
from tests.pipeline.timing import times_as_long


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Result]]:
    """A lake made by three commands in a row, and what they said as programs in a pipe."""
    folder = tmp_path_factory.mktemp("made")
    file, lake = write_capture(folder / "small.gz", session()), folder / "lake"
    market = ("--venue", "binance-usdm", "--symbol", "BTCUSDT")
    said = [
        program("ingest", "binance-capture", file, *market, "--lake", lake),
        program("compute", "--lake", lake),
        program("publish", "--lake", lake),
    ]
    return lake, said


def test_work_says_nothing_on_stdout_and_ends_with_code_0(made):
    assert [(result.code, result.out) for result in made[1]] == [(0, "")] * 3


def test_progress_in_a_pipe_is_plain_lines(made):
    said = "".join(result.err for result in made[1])
    assert "\x1b" not in said
    assert "\r" not in said
    assert "[1/2] normalise binance-usdm/BTCUSDT 2024-03-05 " in said


def test_work_ends_with_totals(made):
    lake, (ingest, compute, publish) = made
    assert ingest.err.startswith("read small.gz\n1 files registered\n")
    totals = "ok {}  failed 0  skipped 0  reused {}  in "
    assert ingest.err.splitlines()[-1].startswith(totals.format(2, 0))
    assert compute.err.splitlines()[-1].startswith(totals.format(len(ALONE), 2))
    assert compute.err.splitlines()[-1].endswith(f"details: {lake}/_runs/latest.json")
    assert publish.err == f"published {len(TABLES)} tables to {lake}/footprint.duckdb\n"


@pytest.mark.parametrize("command", ["compute", "run"])
def test_a_second_run_says_that_there_is_nothing_to_do(made, command: str):
    result = program(command, "--lake", made[0])
    assert (result.code, result.out) == (0, "")
    assert result.err.splitlines()[0] == f"nothing to do: {2 + len(ALONE)} steps are fresh"


@pytest.mark.timing
@pytest.mark.parametrize("command", ["compute", "run"])
def test_a_second_run_takes_little_longer_than_to_import_what_it_needs(made, command: str):
    """About twice as long, on a lake of one day; the rest is for noise."""
    libraries = [sys.executable, "-c", "import polars, deltalake, pyarrow, duckdb, cyclopts"]
    assert times_as_long([PROGRAM, command, "--lake", made[0]], libraries) < 3


def test_the_same_file_again_is_known(made):
    result = ingest_command(made[0], made[0].parent / "small.gz")
    assert result.err == "0 files registered, 1 known already\nnothing to do: 2 steps are fresh\n"


def test_status_tells_files_gaps_and_freshness(made):
    lake, _ = made
    lines = program("status", "--lake", lake).out.splitlines()
    assert lines[0] == f"lake {lake}"
    assert "binance-usdm/BTCUSDT: 1 files, 1 days, 2024-03-05 to 2024-03-05" in lines
    assert "  quarantine: 0 lines" in lines
    assert "  gap: trades before_recording, 1 times, 43,200.000 s" in lines
    assert f"{2 + len(ALONE)} steps fresh, 0 stale (`footprint plan` says why)" in lines
    assert lines[-1] == f"catalogue: {lake}/footprint.duckdb, up to date"


def test_plan_says_what_would_run_and_why(made, tmp_path: Path):
    assert footprint("plan", "--lake", made[0]).out == f"0 steps to run, {2 + len(ALONE)} fresh\n"
    lake = tmp_path / "lake"
    ingest_command(lake, write_capture(tmp_path / "small.gz", session()))
    steps = footprint("plan", "--lake", lake).out.splitlines()
    assert [line.split() for line in steps[:-1]] == [
        [one.name, "binance-usdm/BTCUSDT", "2024-03-05", "never", "made"] for one in ALONE
    ]


def _json(*arguments: object) -> dict:
    result = footprint(*arguments, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_json_of_status(made):
    found = _json("status", "--lake", made[0])
    assert set(found) == {"lake", "markets", "tables", "steps", "catalogue", "last_run"}
    (market,) = found["markets"]
    assert set(market) == {"market", "files", "days", "inferred", "gaps", "quarantined_lines"}
    assert set(market["files"][0]) == {"file_id", "path", "lines", "first_ts", "last_ts"}
    assert found["tables"]["trades"] == 40
    assert found["steps"] == {"fresh": 2 + len(ALONE), "stale": 0, "why": {}}
    assert found["catalogue"]["tables_behind"] == []
    assert set(found["last_run"]) == {"command", "ok", "failed", "skipped", "reused", "seconds"}


def test_json_of_plan(made):
    assert _json("plan", "--lake", made[0]) == {"steps": [], "drops": [], "fresh": 2 + len(ALONE)}


def test_json_of_signals():
    found = json.loads(footprint("signals", "--json").out)
    assert [one["name"] for one in found] == [one.name for one in SIGNALS]
    for one in found:
        assert set(one) == {"name", "version", "meaning", "inputs", "outputs", "params", "presets", "kinds"}
        for output in one["outputs"]:
            assert set(output) == {"name", "grain", "key", "columns"}
            assert all(column["unit"] and column["meaning"] for column in output["columns"])


_REPORT = {"command", "ok", "failed", "skipped", "reused", "dropped_partitions", "seconds", "steps"}


def test_json_of_ingest_and_forget(tmp_path: Path):
    lake, file = tmp_path / "lake", write_capture(tmp_path / "a.gz", session())
    told = json.loads(ingest_command(lake, file, options=("--json",)).out)
    assert set(told) == _REPORT
    assert (told["command"], told["ok"], told["failed"]) == ("ingest", 2, 0)
    assert set(told["steps"][0]) == {"step", "state", "rows", "seconds", "error"}
    told = json.loads(footprint("forget", "a.gz", "--lake", lake, "--json").out)
    assert (told["command"], told["dropped_partitions"] > 0) == ("forget", True)


def test_json_of_publish_and_export(made, tmp_path: Path):
    told = _json("publish", "--lake", made[0])
    assert told["catalogue"] == f"{made[0]}/footprint.duckdb"
    assert set(told["rows"]) == set(TABLES)
    told = _json("export", "trades", "--to", tmp_path / "trades.parquet", "--lake", made[0])
    assert set(told) == {"file", "rows", "sha256"}
    assert told["rows"] == 40


def test_json_of_a_query(made):
    query = "select trade_id, price, event_ts from trades order by seq limit 2"
    assert _json("sql", query, "--lake", made[0]) == [
        {"trade_id": "0", "price": 100.0, "event_ts": "2024-03-05 12:00:00+00:00"},
        {"trade_id": "1", "price": 100.0, "event_ts": "2024-03-05 12:00:00.100000+00:00"},
    ]


def test_json_of_run_is_one_document(tmp_path: Path):
    """A run publishes too, and says so on stderr."""
    raw = "[[raw]]\nsource = 'binance-capture'\nfiles = '*.gz'\nmarket = 'binance-usdm/BTCUSDT'"
    write_capture(tmp_path / "a.gz", tape(20))
    (tmp_path / "footprint.toml").write_text(raw)
    told = _json("run", "--config", tmp_path / "footprint.toml")
    assert (set(told), told["failed"]) == (_REPORT, 0)
    assert (tmp_path / "data" / "lake" / "footprint.duckdb").exists()


def test_a_reader_who_has_seen_enough_is_no_error(made):
    query = "select a.seq as a, b.seq as b from book_ticker a, range(400000) b(seq)"
    command = f"'{PROGRAM}' sql '{query}' --lake '{made[0]}' | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == '"seq","seq"\n0\n'.replace('seq","seq', done.stdout.splitlines()[0].strip('"'))
    assert done.stderr == ""


def test_an_interrupt_says_that_what_was_finished_is_kept(tmp_path: Path):
    """Ctrl-C as soon as the program shows that it works."""
    command = [PROGRAM, "demo", "--lake", tmp_path / "lake"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert running.stderr.readline().startswith("simulating twenty minutes")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == "interrupted: what was finished is kept, and the next run goes on from there\n"
