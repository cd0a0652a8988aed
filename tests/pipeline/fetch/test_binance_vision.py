"""data.binance.vision: what is wanted, what is there, what comes, and that nothing comes twice."""

import hashlib
import json
from datetime import date, timedelta

import pytest

from pipeline.errors import FootprintError
from pipeline.fetch.manifest import MANIFEST
from tests.archive.layouts import checksum, day_zip, put_binance, put_stray
from tests.pipeline.fetch.runs import FIRST, NOW


def local(path: str) -> str:
    return f"binance-vision{path}"


def test_what_is_missing_comes_with_its_checksum_and_a_row(archive, desk):
    paths = [put_binance(archive, f"2024-06-0{day}") for day in (2, 3, 4, 5, 6)][1:4]
    put_stray(archive)
    run = desk.fetch()
    assert list(run.outcomes) == [local(path) for path in paths]
    assert run.states == ["fetched"] * 3
    assert run.slept == []
    for path in paths:
        content = archive.files[path]
        row = desk.row(local(path))
        assert desk.held(local(path)) == content
        assert (row.status, row.bytes, row.url) == ("ok", len(content), archive.base + path)
        assert row.sha256 == row.sha256_published == hashlib.sha256(content).hexdigest()
        assert row.fetched_at == "2024-06-20T12:00:00+00:00"
    assert desk.names() == {path.rpartition("/")[2] for path in paths}
    assert run.told.splitlines()[-1].startswith("[3/3] fetched")


def test_a_second_time_nothing_is_downloaded(archive, desk):
    paths = [put_binance(archive, f"2024-06-0{day}") for day in (3, 4, 5)]
    desk.fetch()
    written = (desk.folder / MANIFEST).read_bytes()
    run = desk.fetch()
    assert run.states == ["have"] * 3
    assert [len(archive.asked(path)) for path in paths] == [1, 1, 1]
    assert (desk.folder / MANIFEST).read_bytes() == written


def test_a_file_that_lost_bytes_on_the_disk_comes_again(archive, desk):
    path = put_binance(archive, "2024-06-03")
    desk.fetch(until=FIRST)
    (desk.folder / local(path)).write_bytes(b"PK")
    run = desk.fetch(until=FIRST)
    assert run.states == ["fetched"]
    assert run.outcomes[local(path)].note.startswith("another was here: what was here before is TESTUSDT")
    assert desk.held(local(path)) == archive.files[path]


def test_recheck_finds_a_file_that_changed_on_the_disk_at_equal_size(archive, desk):
    path = put_binance(archive, "2024-06-03")
    desk.fetch(until=FIRST)
    (desk.folder / local(path)).write_bytes(b"x" * len(archive.files[path]))
    assert desk.fetch(until=FIRST).states == ["have"]
    assert desk.fetch(until=FIRST, recheck=True).states == ["fetched"]
    assert desk.held(local(path)) == archive.files[path]


@pytest.mark.parametrize("page", [1, 2, 3, 7, 1000])
def test_every_size_of_page_of_the_listing_gives_the_same_files(archive, desk, page):
    from tests.archive.layouts import serve_s3

    for day in range(1, 10):
        put_binance(archive, f"2024-06-0{day}")
    put_stray(archive)
    serve_s3(archive, page)
    todo = desk.look(since=date(2024, 6, 2), until=date(2024, 6, 8))
    assert [path[-14:-4] for path in todo] == [f"2024-06-0{day}" for day in range(2, 9)]
    assert set(todo.values()) == {"fetch"}


def test_a_missing_day_is_pending_for_three_days_and_then_absent(archive, desk):
    put_binance(archive, "2024-06-03")
    path = local("/data/futures/um/daily/aggTrades/TESTUSDT/TESTUSDT-aggTrades-2024-06-04.zip")
    day = date(2024, 6, 4)
    over = NOW.replace(day=5, hour=0)
    for age, status in (
        (timedelta(0), "pending"),
        (timedelta(days=3, seconds=-1), "pending"),
        (timedelta(days=3), "absent"),
    ):
        desk.now = over + age
        assert desk.fetch(since=day, until=day).states == [status]
        assert desk.row(path).status == status
    put_binance(archive, "2024-06-04")
    assert desk.fetch(since=day, until=day).states == ["fetched"]
    assert desk.row(path).status == "ok"


def test_funding_comes_by_month_and_is_pending_for_35_days(archive, desk):
    may = put_binance(archive, "2024-05", kind="fundingRate")
    run = desk.fetch("fundingRate", since=date(2024, 5, 30), until=date(2024, 6, 2))
    june = may.replace("2024-05", "2024-06")
    assert {path: outcome.state for path, outcome in run.outcomes.items()} == {
        local(may): "fetched",
        local(june): "pending",
    }
    desk.now = NOW.replace(month=8, day=4)
    assert desk.fetch("fundingRate", since=date(2024, 6, 1), until=date(2024, 6, 2)).states == ["pending"]
    desk.now = NOW.replace(month=8, day=5)
    assert desk.fetch("fundingRate", since=date(2024, 6, 1), until=date(2024, 6, 2)).states == ["absent"]


def test_klines_lie_by_interval_and_have_it_in_their_names(archive, desk):
    path = "/data/futures/um/daily/klines/TESTUSDT/5m/TESTUSDT-5m-2024-06-03.zip"
    archive.put(path, day_zip("x"))
    assert desk.look("klines", until=FIRST, interval="5m") == {local(path): "fetch"}
    with pytest.raises(FootprintError, match="interval of klines of TESTUSDT") as raised:
        desk.look("klines", until=FIRST)
    assert raised.value.fault.code == "FP023"
    with pytest.raises(FootprintError, match="'7m' is no interval of klines"):
        desk.look("klines", until=FIRST, interval="7m")


def test_an_unknown_symbol_is_answered_with_the_nearest(archive, desk):
    put_binance(archive, "2024-06-03")
    desk.symbol = "TESTUSD"
    with pytest.raises(FootprintError, match="'TESTUSD' is no symbol with aggTrades on binance-usdm") as raised:
        desk.fetch()
    assert (raised.value.fault.code, raised.value.hint) == ("FP023", "did you mean TESTUSDT?")


def test_a_wrong_checksum_sets_the_file_aside_in_words(archive, desk):
    path = put_binance(archive, "2024-06-03")
    good = put_binance(archive, "2024-06-04")
    archive.put(f"{path}.CHECKSUM", checksum(b"other", "x.zip"))
    run = desk.fetch(until=date(2024, 6, 4))
    assert run.states == ["mismatch", "fetched"]
    error = run.outcomes[local(path)].error
    assert error.startswith("error[FP022]: a file is not what was published")
    assert hashlib.sha256(b"other").hexdigest() in error
    assert hashlib.sha256(archive.files[path]).hexdigest() in error
    assert "TESTUSDT-aggTrades-2024-06-03.zip.mismatch" in error
    assert len(error.splitlines()) <= 8
    assert desk.names() == {"TESTUSDT-aggTrades-2024-06-03.zip.mismatch", good.rpartition("/")[2]}
    assert desk.row(local(path)).status == "mismatch"
    archive.put(f"{path}.CHECKSUM", checksum(archive.files[path], "x.zip"))
    assert desk.fetch(until=FIRST).states == ["fetched"]


def test_without_a_checksum_a_file_is_kept_unverified_until_there_is_one(archive, desk):
    path = put_binance(archive, "2024-06-03")
    del archive.files[f"{path}.CHECKSUM"]
    assert desk.fetch(until=FIRST).states == ["unverified"]
    assert desk.row(local(path)).status == "unverified"
    assert desk.fetch(until=FIRST).states == ["have"]
    assert desk.row(local(path)).status == "unverified"
    archive.put(f"{path}.CHECKSUM", checksum(archive.files[path], "x.zip"))
    assert desk.fetch(until=FIRST).states == ["have"]
    assert desk.row(local(path)).status == "ok"
    assert len(archive.asked(path)) == 1


@pytest.mark.parametrize("form", ["{}  x.zip\n", "{} x.zip", "{} *x.zip\r\n", "{}", "  {}\tx.zip"])
def test_a_checksum_is_read_in_every_form(archive, desk, form):
    path = put_binance(archive, "2024-06-03")
    archive.put(f"{path}.CHECKSUM", form.format(hashlib.sha256(archive.files[path]).hexdigest().upper()).encode())
    assert desk.fetch(until=FIRST).states == ["fetched"]


def test_a_checksum_that_is_a_page_of_a_proxy_is_none(archive, desk):
    path = put_binance(archive, "2024-06-03")
    archive.put(f"{path}.CHECKSUM", b"<html>please log in</html>")
    assert desk.fetch(until=FIRST).states == ["unverified"]


def test_a_file_replaced_upstream_comes_again_and_the_old_one_stays_aside(archive, desk):
    path = put_binance(archive, "2024-06-03")
    desk.fetch(until=FIRST)
    old = archive.files[path]
    put_binance(archive, "2024-06-03", rows=9)
    run = desk.fetch(until=FIRST)
    assert run.states == ["fetched"]
    aside = f"{path.rpartition('/')[2]}.replaced-{hashlib.sha256(old).hexdigest()[:8]}"
    assert run.outcomes[local(path)].note == f"replaced upstream: what was here before is {aside}"
    assert desk.held(local(path)) == archive.files[path]
    assert (desk.folder / local(path)).with_name(aside).read_bytes() == old
    assert desk.fetch(until=FIRST).states == ["have"]


def test_a_new_etag_of_the_same_content_costs_a_checksum_and_no_download(archive, desk):
    path = put_binance(archive, "2024-06-03")
    desk.fetch(until=FIRST)
    manifest = desk.folder / MANIFEST
    rows = [json.loads(line) | {"etag": '"an older one"'} for line in manifest.read_text().splitlines()]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = desk.fetch(until=FIRST)
    assert (run.states, run.outcomes[local(path)].note) == (["have"], "checksum verified")
    assert len(archive.asked(path)) == 1
    assert desk.look(until=FIRST) == {local(path): "have"}


def test_a_file_brought_by_other_means_is_verified_and_not_downloaded(archive, desk):
    path = put_binance(archive, "2024-06-03")
    target = desk.folder / local(path)
    target.parent.mkdir(parents=True)
    target.write_bytes(archive.files[path])
    assert desk.fetch(until=FIRST).states == ["have"]
    assert archive.asked(path) == []
    assert desk.row(local(path)).status == "ok"


def test_a_listing_that_is_none_is_named(archive, desk):
    archive.answers.clear()
    archive.put("/data.binance.vision", b"<html><body>captive portal</body></html>")
    with pytest.raises(FootprintError, match="expected an S3 listing in XML, got '<html>") as raised:
        desk.look()
    assert raised.value.fault.code == "FP021"


def test_a_manifest_line_cut_short_is_set_aside_and_one_that_is_none_named(archive, desk):
    put_binance(archive, "2024-06-03")
    put_binance(archive, "2024-06-04")
    desk.fetch(until=date(2024, 6, 4))
    manifest = desk.folder / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:-20])
    states = desk.fetch(until=date(2024, 6, 4)).states
    assert states == ["have", "have"]
    assert " (cut short)" in manifest.read_text().splitlines()[1]
    with manifest.open("a") as file:
        file.write('{"path": 1}\n')
    with pytest.raises(FootprintError, match="line 4 of the manifest"):
        desk.fetch()
