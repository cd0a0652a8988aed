"""The capture of a market: files by the hour of receipt, a header in each, gone on with after a kill."""

import errno
import os
from pathlib import Path

import orjson
import pytest

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.record import frames, lines
from pipeline.record.capture import Capture, folder_of, name_of

HOUR = 3_600 * 10**9
START = 472_222 * HOUR  # 2023-11-14 22:00:00


def header(ns: int, cut: int) -> bytes:
    return lines.header(ns, "BYBIT", {"cut_bytes": cut} if cut else {})


def line(number: int) -> bytes:
    return lines.recv("BYBIT.ws.1", START + number, str(number))


def read(path: Path) -> list[dict]:
    return [orjson.loads(one) for one in frames.text(path.read_bytes()).splitlines()]


def test_a_line_goes_into_the_file_of_its_hour_below_a_header(tmp_path: Path):
    capture = Capture(tmp_path, header)
    for ns in (START, START + HOUR - 1, START + HOUR):
        capture.write(ns, lines.recv("BYBIT.ws.1", ns, "x"), "recv")
    capture.close()
    first, second = sorted(tmp_path.glob("*.zst"))
    assert (first.name, second.name) == ("20231114T22.jsonl.zst", "20231114T23.jsonl.zst")
    assert [one["t"] for one in read(first)] == ["header", "recv", "recv"]
    assert [one["t"] for one in read(second)] == ["header", "recv"]
    assert read(second)[0]["recorded"] == 1_700_002_800.0 == read(second)[1]["ts"]
    assert capture.files == [first, second]
    assert capture.stored == first.stat().st_size + second.stat().st_size


def test_a_clock_set_back_does_not_reopen_a_file(tmp_path: Path):
    capture = Capture(tmp_path, header)
    capture.write(START + HOUR, line(0), "recv")
    capture.write(START + HOUR - 1, line(1), "recv")
    capture.close()
    assert [path.name for path in tmp_path.glob("*.zst")] == ["20231114T23.jsonl.zst"]


def test_what_was_taken_is_stored_once(tmp_path: Path):
    capture = Capture(tmp_path, header)
    capture.write(START, line(1), "recv")
    pieces = capture.take()
    capture.write(START, line(2), "recv")  # while the first is being stored
    capture.store(pieces)
    capture.close()
    assert [one.get("data") for one in read(tmp_path / name_of(472_222))] == [None, "1", "2"]


def test_a_restart_cuts_the_torn_frame_says_so_and_goes_on(tmp_path: Path):
    first = Capture(tmp_path, header)
    first.write(START, line(1), "recv")
    first.store(first.take())
    first.write(START, line(2), "recv")
    first.close()
    path = tmp_path / name_of(472_222)
    torn = path.read_bytes()[:-3]
    path.write_bytes(torn)
    lost = len(torn) - next(iter(frames.ends(torn)))
    second = Capture(tmp_path, header)
    second.write(START + 5, line(3), "recv")
    second.close()
    assert [(one["t"], one.get("data"), one.get("cut_bytes")) for one in read(path)] == [
        ("header", None, None),
        ("recv", "1", None),
        ("header", None, lost),
        ("recv", "3", None),
    ]


def test_one_folder_one_recorder(tmp_path: Path):
    capture = Capture(tmp_path, header)
    with pytest.raises(FootprintError, match="another process is recording this market") as refused:
        Capture(tmp_path, header)
    assert (refused.value.fault.code, refused.value.where) == ("FP024", str(tmp_path))
    capture.close()
    Capture(tmp_path, header).close()


def test_a_full_disk_ends_in_words_and_leaves_no_part_of_a_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    capture = Capture(tmp_path, header)
    capture.write(START, line(1), "recv")
    capture.store(capture.take())
    path = tmp_path / name_of(472_222)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        capture.write(START, line(2), "recv")
        with pytest.raises(FootprintError, match="No space left on device") as refused:
            capture.store(capture.take())
    assert refused.value.fault.code == "FP024"
    assert refused.value.where == str(path)
    assert path.read_bytes() == before
    capture.close()


def test_a_place_that_cannot_be_written_is_told_at_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FootprintError, match=r"Not a directory|File exists") as refused:
        Capture(tmp_path / "file" / "deeper", header)
    assert refused.value.fault.code == "FP024"


def test_the_last_reply_of_an_earlier_process_is_found(tmp_path: Path):
    none = Capture(tmp_path / "none", header)
    assert none.last("BYBIT.http.1") is None
    none.close()
    capture = Capture(tmp_path, header)
    for number, conn in enumerate(("BYBIT.http.1", "BYBIT.http.1", "BYBIT.http.10")):
        reply = lines.Reply(START + number, "http://host/x", f"[{number}]")
        capture.write(START, lines.http(conn, reply), "trades")
    failed = lines.error("BYBIT.http.1", START, "timeout")
    capture.write(START, failed, "error")
    capture.close()
    again = Capture(tmp_path, header)
    found = again.last("BYBIT.http.1")
    again.close()
    assert found is not None
    assert found["data"] == "[1]"


def test_a_symbol_is_a_name_of_a_folder():
    assert folder_of(Path("to"), Market("hyperliquid", "dex:kPEPE")) == Path("to/hyperliquid/dex:kPEPE")
    assert folder_of(Path("to"), Market("hyperliquid", "PURR/USDC")) == Path("to/hyperliquid/PURR%2FUSDC")
    with pytest.raises(FootprintError, match="no symbol"):
        folder_of(Path("to"), Market("hyperliquid", "../../x"))
