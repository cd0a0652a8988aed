"""The command: what it says, where it says it, how it ends, and that an interrupt loses nothing."""

import contextlib
import json
import os
import pty
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.archive.layouts import S3, checksum, put_binance
from tests.archive.server import Archive, Defect
from tests.pipeline.command import PROGRAM, Result, footprint, program


def fetch(
    archive: Archive, folder: Path, *options: object, days: tuple[str, str] = ("2024-06-03", "2024-06-05")
) -> Result:
    return footprint(*command(archive, folder, *options, days=days))


def command(archive: Archive, folder: Path, *options: object, days: tuple[str, str]) -> list[object]:
    return [
        *("fetch", "binance-vision", "--symbol", "TESTUSDT", "--since", days[0], "--until", days[1]),
        *("--types", "aggTrades", "--base-url", archive.base, "--listing-url", archive.base + S3, "--to", folder),
        *options,
    ]


def test_a_fetch_tells_what_is_ahead_each_file_the_sum_and_the_next_command(archive, tmp_path):
    paths = [put_binance(archive, "2024-06-03"), put_binance(archive, "2024-06-05")]
    size = len(archive.files[paths[0]])
    result = fetch(archive, tmp_path)
    assert (result.code, result.out) == (0, "")
    assert "\x1b" not in result.err
    first, *files, totals, following = result.err.splitlines()
    assert first == f"3 files: 2 to fetch ({2 * size} B), 0 at hand, 1 absent"
    assert [line.split()[:2] for line in files] == [["[1/2]", "fetched"], ["[2/2]", "fetched"]]
    assert totals == f"fetched 2 ({2 * size} B)  have 0  absent 1      details: {tmp_path / 'fetched.jsonl'}"
    folder = tmp_path / "binance-vision/data/futures/um/daily/aggTrades/TESTUSDT"
    assert following == (
        f"next: footprint ingest binance-vision {folder}/TESTUSDT-aggTrades-2024-06-0*.zip"
        " --venue binance-usdm --symbol TESTUSDT"
    )
    assert len(list(folder.glob("TESTUSDT-aggTrades-2024-06-0*.zip"))) == 2


def test_a_dry_run_tells_and_leaves_no_trace(archive, tmp_path):
    path = put_binance(archive, "2024-06-03")
    result = fetch(archive, tmp_path / "raw", "--dry-run")
    assert result.code == 0
    lines = [line.split() for line in result.out.splitlines()]
    assert [line[0] for line in lines] == ["fetch", "absent", "absent"]
    assert lines[0][1:] == [str(len(archive.files[path])), f"binance-vision{path}"]
    assert result.err.endswith("nothing was fetched (--dry-run)\n")
    assert not (tmp_path / "raw").exists()
    assert archive.asked(path) == []


def test_json_for_programs(archive, tmp_path):
    path = put_binance(archive, "2024-06-03")
    days = ("2024-06-03", "2024-06-04")
    told = json.loads(fetch(archive, tmp_path, "--dry-run", "--json", days=days).out)
    assert [file["action"] for file in told["files"]] == ["fetch", "absent"]
    told = json.loads(fetch(archive, tmp_path, "--json", days=days).out)
    assert list(told) == ["dry_run", "files", "next"]
    assert [(file["state"], file["bytes"]) for file in told["files"]] == [
        ("fetched", len(archive.files[path])),
        ("absent", 0),
    ]
    assert told["next"].startswith("footprint ingest binance-vision ")


def test_what_is_missing_fails_only_if_asked_to_be_strict(archive, tmp_path):
    put_binance(archive, "2024-06-03")
    assert fetch(archive, tmp_path).code == 0
    strict = fetch(archive, tmp_path, "--strict")
    assert strict.code == 1
    assert "error[FP014]" in strict.err
    assert "2 of 3 files not there" in strict.err
    none = fetch(archive, tmp_path, days=("2024-07-01", "2024-07-01"))
    assert none.code == 0
    assert "warning: 1 of 1 files not there" in none.err


def test_a_mismatch_and_a_failure_end_with_1_and_are_told_again_at_the_end(archive, tmp_path):
    wrong, refused = put_binance(archive, "2024-06-03"), put_binance(archive, "2024-06-04")
    archive.put(f"{wrong}.CHECKSUM", checksum(b"", "x"))
    archive.spoil(refused, Defect(status=403))
    result = fetch(archive, tmp_path)
    assert result.code == 1
    *_, totals = result.err.splitlines()
    assert totals.startswith("fetched 0  have 0  absent 1  mismatch 1  failed 1 ")
    told = [line for line in result.err.splitlines() if line.startswith("error")]
    assert told == ["error[FP022]: a file is not what was published", "error[FP021]: the download failed"]
    assert "(the server answered 403 Forbidden)\n" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fetch", "binance"), "'binance' is no source to fetch from; there are: binance-vision, bybit, bybit-archive"),
        (("fetch", "binance-vision", "--types", "aggTrade"), "did you mean aggTrades"),
        (("fetch", "binance-vision"), "--types with one or more of aggTrades, trades, klines"),
        (("fetch", "binance-vision", "--types", "trades", "--venue", "binance-usd"), "did you mean binance-usdm"),
        (("fetch", "binance-vision", "--types", "metrics", "--venue", "binance-spot"), "'metrics' is no type of"),
        (("fetch", "binance-vision", "--types", "trades", "--base-url", "localhost"), "expected an address as https"),
        (("fetch", "bybit", "--types", "open_interest", "--interval", "7min"), "'7min' is no interval"),
        (("fetch", "tardis", "--types", "trades", "--interval", "1m"), "leave --interval away"),
        (("fetch", "binance-vision", "--types", "trades", "--until", "2024-06-01"), "error[FP017]"),
        (("fetch", "binance-vision", "--types", "trades", "--symbol", "../x"), "as the venue writes it"),
    ],
)
def test_a_request_for_what_there_is_not_is_answered_with_what_there_is(tmp_path, arguments, said):
    given = [*arguments, "--since", "2024-06-03", "--to", tmp_path]
    given += [] if "--symbol" in arguments else ["--symbol", "BTCUSDT"]
    given += [] if "--until" in arguments else ["--until", "2024-06-03"]
    result = footprint(*given)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert len(result.err.splitlines()) <= 8


def test_footprint_toml_names_servers_and_the_folder(archive, tmp_path):
    path = put_binance(archive, "2024-06-03")
    (tmp_path / "footprint.toml").write_text(
        f'[fetch]\nto = "here"\nbinance_vision = "{archive.base}"\nbinance_vision_listing = "{archive.base}{S3}"\n'
    )
    asked = ("fetch", "binance-vision", "--symbol", "TESTUSDT", "--since", "2024-06-03", "--until", "2024-06-03")
    result = footprint(*asked, "--types", "aggTrades", "--config", tmp_path / "footprint.toml")
    assert result.code == 0, result.err
    assert (tmp_path / "here" / f"binance-vision{path}").read_bytes() == archive.files[path]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('binance_visionn = "x"', "did you mean binance_vision?"),
        ('binance_vision = "ftp://x"', "expected an address as https://host"),
        ("okx_archive_spacing_s = -1", "expected seconds from 0 to 60"),
        ("side_by_side = 0", "expected a whole number from 1 to 32"),
        ('to = ""', "expected a folder"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, line, said):
    (tmp_path / "footprint.toml").write_text(f"[fetch]\n{line}\n")
    asked = ("fetch", "bybit", "--symbol", "BTCUSDT", "--since", "2024-06-03", "--types", "funding")
    result = footprint(*asked, "--config", tmp_path / "footprint.toml")
    assert result.code == 2
    assert "error[FP010]" in result.err
    assert said in result.err


def test_a_terminal_sees_bars_that_move(archive, tmp_path):
    path = put_binance(archive, "2024-06-03", rows=2_000)
    archive.spoil(path, Defect(piece=4_000, pause_s=0.03))
    given = [str(word) for word in command(archive, tmp_path, days=("2024-06-03", "2024-06-03"))]
    keyboard, screen = pty.openpty()
    with subprocess.Popen([PROGRAM, *given], stderr=screen, stdout=subprocess.PIPE) as running:
        os.close(screen)
        seen = b""
        with contextlib.suppress(OSError):  # how a terminal ends
            while block := os.read(keyboard, 1 << 16):
                seen += block
    os.close(keyboard)
    assert running.returncode == 0
    assert b"\x1b[" in seen
    assert b"kB" in seen  # so much of so much, at such a speed
    assert b"fetched" in seen
    assert b"next: footprint ingest" in seen


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_loses_nothing(archive, tmp_path, blow):
    """The second run asks for the rest alone, and what stands in the end is what was published."""
    path = put_binance(archive, "2024-06-03")
    body = b"PK" + random.Random(3).randbytes(100_000)
    archive.put(path, body)
    archive.put(f"{path}.CHECKSUM", checksum(body, "x.zip"))
    archive.spoil(path, Defect(piece=1_000, pause_s=0.02, times=1))
    given = [str(word) for word in command(archive, tmp_path, days=("2024-06-03", "2024-06-03"))]
    part = tmp_path / f"binance-vision{path}.part"
    running = subprocess.Popen([PROGRAM, *given], stderr=subprocess.PIPE, text=True)
    for _ in range(3_000):
        if part.exists() and part.stat().st_size > 10_000:
            break
        time.sleep(0.01)
    running.send_signal(blow)
    _, told = running.communicate(timeout=10)
    held = part.stat().st_size
    assert 10_000 < held < len(body)
    assert part.read_bytes() == body[:held]
    if blow is signal.SIGINT:
        assert running.returncode == 130
        assert told.endswith("interrupted: what was finished is kept, and the next run goes on from there\n")
        assert "Traceback" not in told
    again = program(*given)
    assert again.code == 0, again.err
    assert [asked.range for asked in archive.asked(path)] == [None, f"bytes={held}-"]
    assert (tmp_path / f"binance-vision{path}").read_bytes() == body
    assert not part.exists()
