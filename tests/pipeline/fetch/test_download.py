"""Every defect of a server ends in the right bytes or in the right words."""

import random
import shutil
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest

from pipeline.errors import FootprintError
from pipeline.fetch.fetching import alone_in
from tests.archive.layouts import checksum, put_binance
from tests.archive.server import Defect, etag_of
from tests.pipeline.fetch.runs import FIRST, LAST, NOW

BODY = b"PK" + random.Random(1).randbytes(200_000)


@pytest.fixture
def path(archive) -> str:
    name = put_binance(archive, "2024-06-03")
    archive.put(name, BODY)
    archive.put(f"{name}.CHECKSUM", checksum(BODY, "x.zip"))
    return name


@pytest.mark.parametrize(
    "defects",
    [
        [],
        [Defect(piece=777)],
        [Defect(cut_after=0, times=1)],
        [Defect(cut_after=100_000, times=1)],
        [Defect(cut_after=60_000)],  # always, yet each time further
        [Defect(cut_after=100_000, times=1), Defect(ignores_range=True)],
        [Defect(cut_after=100_000, times=1), Defect(shifted=5, times=1)],
        [Defect(cut_after=100_000, tags=False, times=1)],
        [Defect(status=500, times=2)],
        [Defect(status=503, times=1), Defect(cut_after=7, times=1), Defect(status=429, times=1)],
    ],
)
def test_the_same_bytes_come_whatever_happens_on_the_way(archive, desk, path, defects):
    archive.spoil(path, *defects)
    run = desk.fetch(until=FIRST)
    assert run.states == ["fetched"]
    assert desk.held(f"binance-vision{path}") == BODY
    assert desk.names() == {path.rpartition("/")[2]}


def test_a_cut_download_goes_on_where_it_was_and_asks_for_the_rest_alone(archive, desk, path):
    archive.spoil(path, Defect(cut_after=123_456, times=1))
    assert desk.fetch(until=FIRST).states == ["fetched"]
    first, second = archive.asked(path)
    assert first.range is None
    assert second.range == "bytes=123456-"
    assert second.headers["if-range"] == etag_of(BODY)


def test_a_file_replaced_between_two_tries_is_not_patched_together(archive, desk, path):
    """The rest of the new one behind the beginning of the old one would be neither."""
    part = desk.folder / f"binance-vision{path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY[:100_000])
    part.with_name(f"{part.name}.etag").write_text(etag_of(BODY))
    other = b"PK" + random.Random(2).randbytes(150_000)
    archive.put(path, other)
    archive.put(f"{path}.CHECKSUM", checksum(other, "x.zip"))
    assert desk.fetch(until=FIRST).states == ["fetched"]
    (asked,) = archive.asked(path)
    assert asked.range == "bytes=100000-"
    assert desk.held(f"binance-vision{path}") == other


def test_a_part_of_which_nothing_is_left_to_send_is_fetched_anew(archive, desk, path):
    part = desk.folder / f"binance-vision{path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY)
    part.with_name(f"{part.name}.etag").write_text(etag_of(BODY))
    assert desk.fetch(until=FIRST).states == ["fetched"]
    assert [asked.range for asked in archive.asked(path)] == [f"bytes={len(BODY)}-", None]
    assert desk.held(f"binance-vision{path}") == BODY


def test_a_part_without_the_name_of_its_version_is_not_gone_on_with(archive, desk, path):
    part = desk.folder / f"binance-vision{path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"of who knows what")
    assert desk.fetch(until=FIRST).states == ["fetched"]
    assert [asked.range for asked in archive.asked(path)] == [None]


def test_a_server_that_never_gets_further_fails_in_words_and_what_came_stays(archive, desk, path):
    archive.spoil(path, Defect(cut_after=50_000, times=1), Defect(cut_after=0))
    run = desk.fetch(until=FIRST)
    assert run.states == ["failed"]
    error = run.outcomes[f"binance-vision{path}"].error
    assert error.startswith("error[FP021]: the download failed")
    assert "tried 6 times" in error
    assert f"{archive.base}{path}" in error
    assert "what has come is kept" in error
    assert (desk.folder / f"binance-vision{path}.part").read_bytes() == BODY[:50_000]
    archive.spoil(path)
    assert desk.fetch(until=FIRST).states == ["fetched"]
    assert archive.asked(path)[-1].range == "bytes=50000-"


def test_a_server_that_always_cuts_and_knows_no_ranges_fails_in_the_end(archive, desk, path):
    archive.spoil(path, Defect(cut_after=60_000, ignores_range=True))
    assert desk.fetch(until=FIRST).states == ["failed"]
    assert len(archive.asked(path)) == 6


def test_waits_double_up_to_the_cap(archive, desk, path):
    """draw() is 1 here: the longest that jitter allows."""
    archive.spoil(path, Defect(status=500))
    assert desk.fetch(until=FIRST).slept == [1, 2, 4, 8, 16]


@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [("7", 8.0), (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 31.0), ("soon", 1.0), ("-5", 1.0)],
)
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(archive, desk, path, retry_after, waited):
    archive.spoil(path, Defect(status=429, headers={"Retry-After": retry_after}, times=1))
    run = desk.fetch(until=FIRST)
    assert (run.states, run.slept) == (["fetched"], [waited])


def test_a_server_that_asks_to_wait_for_an_hour_is_not_waited_for(archive, desk, path):
    archive.spoil(path, Defect(status=429, headers={"Retry-After": "3600"}))
    run = desk.fetch(until=FIRST)
    assert (run.states, run.slept) == (["failed"], [])
    assert "asks to wait 3,600 s" in run.outcomes[f"binance-vision{path}"].error


def test_silence_is_not_waited_for_without_end(archive, desk, path):
    desk.timeout_s = 0.2
    archive.spoil(path, Defect(piece=1_000, pause_s=0.6, times=1))
    run = desk.fetch(until=FIRST)
    assert (run.states, run.slept) == (["fetched"], [1.0])
    assert archive.asked(path)[1].range == "bytes=1000-"


def test_a_refusal_is_not_tried_again(archive, desk, path):
    archive.spoil(path, Defect(status=403, body=b"AccessDenied"))
    run = desk.fetch(until=FIRST)
    assert (run.states, run.slept) == (["failed"], [])
    assert "the server answered 403 Forbidden" in run.outcomes[f"binance-vision{path}"].error


def test_a_listed_file_that_is_gone_is_absent(archive, desk, path):
    archive.spoil(path, Defect(status=404))
    assert desk.fetch(until=FIRST).states == ["absent"]


def test_a_page_instead_of_a_file_is_refused_where_no_checksum_would_tell(archive, desk, path):
    page = b"<html>maintenance</html>"
    archive.put(path, page)
    del archive.files[f"{path}.CHECKSUM"]
    run = desk.fetch(until=FIRST)
    assert run.states == ["mismatch"]
    assert "expected a zip file, got b'<html>maintenance</html>'" in run.outcomes[f"binance-vision{path}"].error
    assert desk.names() == {f"{path.rpartition('/')[2]}.mismatch"}


def test_a_file_that_fails_does_not_stop_the_others(archive, desk, path):
    put_binance(archive, "2024-06-04")
    archive.spoil(path, Defect(status=403))
    assert desk.fetch(until=LAST).states == ["failed", "fetched", "absent"]


def test_after_three_failures_in_a_row_the_rest_is_not_tried(archive, desk):
    paths = [put_binance(archive, f"2024-06-{day:02d}") for day in range(1, 10)]
    for path in paths:
        archive.spoil(path, Defect(status=403))
    desk.settings = {"side_by_side": 1}
    run = desk.fetch(since=FIRST.replace(day=1), until=FIRST.replace(day=9))
    assert run.states == ["failed"] * 3 + ["not tried"] * 6


def test_four_files_come_side_by_side(archive, desk):
    """None of them is sent before all four are asked for."""
    desk.timeout_s = 60.0  # longer than the barrier: a second try would count as another file
    together = threading.Barrier(4, timeout=15)
    for day in range(3, 7):
        archive.spoil(put_binance(archive, f"2024-06-0{day}"), Defect(hold=together.wait))
    assert desk.fetch(until=FIRST.replace(day=6)).states == ["fetched"] * 4
    assert not together.broken


@pytest.mark.usefixtures("path")
def test_two_at_once_in_one_folder_are_refused_in_words(desk):
    with alone_in(desk.folder), pytest.raises(FootprintError, match="another footprint fetch is writing") as raised:
        desk.fetch(until=FIRST)
    assert raised.value.fault.code == "FP016"
    assert desk.fetch(until=FIRST).states == ["fetched"]


def test_more_than_the_disk_holds_is_not_begun(archive, desk, path, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    with pytest.raises(FootprintError, match=r"200\.0 KB are to be fetched, 1\.0 KB are free"):
        desk.fetch(until=FIRST)
    assert archive.asked(path) == []


def test_a_host_that_is_not_there_is_named(desk, archive):
    archive.base = "http://127.0.0.1:9"
    with pytest.raises(FootprintError, match="the connection failed") as raised:
        desk.fetch()
    assert "127.0.0.1:9" in str(raised.value)
