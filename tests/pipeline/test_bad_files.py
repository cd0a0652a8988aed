"""Files that cannot be taken: one sentence, the right exit code, and a lake as it was."""

import gzip
import shutil
from pathlib import Path

import pytest

from pipeline.lake import Lake
from tests.pipeline.captures import NOON, depth, line, mark, session, snapshot, tape, trade, write_capture
from tests.pipeline.command import Result, ingest_command
from tests.pipeline.lakes import rows, state


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small lake that every test of this module offers a bad file."""
    folder = tmp_path_factory.mktemp("made")
    assert ingest_command(folder / "lake", write_capture(folder / "good.gz", session())).code == 0
    return folder / "lake"


def _refused(lake: Path, file: Path, **market: str) -> Result:
    """Ingest must fail with a short message that names the file, and leave the lake as it was."""
    before = state(lake)
    result = ingest_command(lake, file, **market)
    assert state(lake) == before
    assert result.out == ""
    assert str(file) in result.err
    assert "Traceback" not in result.err
    assert len(result.err.splitlines()) <= 8
    return result


def _gzipped(path: Path, body: bytes) -> Path:
    path.write_bytes(gzip.compress(body))
    return path


def test_an_empty_file(made: Path, tmp_path: Path):
    (tmp_path / "empty.gz").touch()
    result = _refused(made, tmp_path / "empty.gz")
    assert result.code == 1
    assert result.err == (
        f"error[FP002]: the file cannot be read\n"
        f"  --> {tmp_path}/empty.gz\n"
        f"  why: the file is empty\n"
        f"  try: check how it was recorded or copied\n"
        f"  more: footprint explain FP002\n"
    )


def test_a_gzip_file_of_nothing(made: Path, tmp_path: Path):
    result = _refused(made, _gzipped(tmp_path / "nothing.gz", b""))
    assert (result.code, "why: the file is empty" in result.err) == (1, True)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_gzip(made: Path, tmp_path: Path, kept: float):
    whole = write_capture(tmp_path / "whole.gz", tape(3_000)).read_bytes()
    cut = tmp_path / "cut.gz"
    cut.write_bytes(whole[: int(kept * len(whole))])
    result = _refused(made, cut)
    assert result.code == 1
    assert "why: the compressed stream ends or breaks after line " in result.err
    assert "try: copy or fetch it again; if a recorder was killed, `zcat FILE > whole.txt` saves" in result.err


def test_a_damaged_gzip(made: Path, tmp_path: Path):
    body = bytearray(write_capture(tmp_path / "whole.gz", tape(3_000)).read_bytes())
    body[len(body) // 2 : len(body) // 2 + 40] = b"\xff" * 40
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(body)
    result = _refused(made, damaged)
    assert (result.code, "the compressed stream ends or breaks" in result.err) == (1, True)


_JUNK = {
    "text": b"Dear diary,\ntoday the market fell.\n",
    "csv": b"timestamp,price\n1709640000000,100.0\n",
    "json only": b'{"e":"trade"}\n',
    "binary": bytes(range(256)) * 40,
    "nul bytes": b"\0" * 5_000,
    "png": b"\x89PNG\r\n\x1a\n" + b"\0\xff" * 500,
    "blank lines": b"\n\n\n\n",
    "byte order mark": b"\xef\xbb\xbf" + line(trade(1)) + b"\n",
    "local time of 10 digits": b"1709640000 {}\n",
    "local time of 20 digits": b"17096400000000000000 {}\n",
    "negative local time": b"-709640000000000 {}\n",
    "local time with a point": b"1709640000.12345 {}\n",
    "one long line": b"x" * 3_000_000,
}


@pytest.mark.parametrize("name", _JUNK)
@pytest.mark.parametrize("zipped", [False, True])
def test_not_a_capture(made: Path, tmp_path: Path, name: str, zipped: bool):
    file = tmp_path / "junk.dat"
    file.write_bytes(gzip.compress(_JUNK[name]) if zipped else _JUNK[name])
    result = _refused(made, file)
    assert result.code == 1
    assert "why: expected the first line to begin with a local time of 13 (ms), 16 (us) or 19 (ns) digits" in result.err
    assert max(map(len, result.err.splitlines())) < 400


@pytest.mark.parametrize(
    "body",
    [
        b"1709640000000000\n" * 5,
        b"1709640000000000 \n" * 5,
        b"1709640000000000 []\n1709640000000001 [[1]]\n",
        b'1709640000000000 "text"\n',
        b"1709640000000000 null\n",
        b"1709640000000000 {}\n",
        b'1709640000000000 {"data": []}\n',
        b"1709640000000000 " + b"[" * 5_000 + b"\n",
        b'1709640000000000 {"e": ' + b'{"a":' * 500 + b"1" + b"}" * 501 + b"\n",
        b"1709640000000000 \xff\xfe\n",
    ],
)
def test_lines_that_are_no_messages(made: Path, tmp_path: Path, body: bytes):
    file = tmp_path / "junk.dat"
    file.write_bytes(body)
    result = _refused(made, file)
    assert result.code == 1
    assert "why: expected lines of `<local time> <json>` with messages of binance-usdm; none of" in result.err


def test_no_record_can_be_taken(made: Path, tmp_path: Path):
    result = _refused(made, write_capture(tmp_path / "bad.gz", [trade(1, price="free"), trade(2, price="free")]))
    assert (result.code, "error[FP002]" in result.err) == (1, True)
    assert "none of its 2 lines could be taken; most of all: price is 'free', expected a number > 0" in result.err


def test_another_symbol_throughout(made: Path, tmp_path: Path):
    foreign = [trade(number, s="ETHUSDT") for number in range(50)]
    result = _refused(made, write_capture(tmp_path / "eth.gz", foreign))
    assert result.code == 1
    assert "error[FP003]: the file is about another market" in result.err
    assert "why: expected records of binance-usdm/BTCUSDT, found only binance-usdm/ETHUSDT in 50 lines" in result.err
    assert "try: --venue binance-usdm --symbol ETHUSDT, or check the file" in result.err


def test_another_symbol_throughout_but_for_the_snapshot_that_names_none(made: Path, tmp_path: Path):
    book = snapshot(NOON, 10, [["99.9", "2.000"]], [["100.1", "3.000"]])
    foreign = [book, *(trade(number, s="ETHUSDT") for number in range(50))]
    result = _refused(made, write_capture(tmp_path / "eth.gz", foreign))
    assert (result.code, "error[FP003]" in result.err) == (1, True)


def test_the_symbol_in_lower_case_is_another_one(made: Path, tmp_path: Path):
    result = _refused(made, write_capture(tmp_path / "good.gz", tape(5)), symbol="btcusdt")
    assert (result.code, "try: --venue binance-usdm --symbol BTCUSDT, or check the file" in result.err) == (1, True)


def test_more_bad_lines_than_allowed(made: Path, tmp_path: Path):
    bad = [trade(number, qty="-1") for number in (97, 98)]
    result = _refused(made, write_capture(tmp_path / "bad.gz", [*tape(98), *bad]))
    assert result.code == 1
    assert "error[FP004]: too many bad records" in result.err
    assert "why: 2 of 100 lines could not be taken (more than 1%); most of all: qty is '-1', expected" in result.err
    assert "raise max_quarantine for this market in footprint.toml" in result.err


def test_a_tick_that_does_not_fit_the_file(made: Path, tmp_path: Path):
    lines = [trade(number, price=f"100.0{number % 10}") for number in range(100)]
    result = ingest_command(made, write_capture(tmp_path / "fine.gz", lines), options=("--tick", "0.1"))
    assert result.code == 1
    assert "90 of 100 lines could not be taken (more than 1%); most of all: prices off the tick 0.1" in result.err


def test_prices_off_the_inferred_tick(made: Path, tmp_path: Path):
    result = ingest_command(made, write_capture(tmp_path / "finer.gz", [trade(500, price="100.05")]))
    assert result.code == 1
    assert "error[FP005]: the price grid disagrees" in result.err
    assert "was inferred as 0.1, and the new files hold prices on a grid of 0.05" in result.err
    assert "try: state it once: footprint ingest ... --tick 0.05" in result.err


def test_one_bad_file_keeps_the_good_ones_out(made: Path, tmp_path: Path):
    """All files are taken or none."""
    good = write_capture(tmp_path / "good.gz", tape(10, first=900))
    (tmp_path / "bad.gz").touch()
    before = state(made)
    result = ingest_command(made, good, tmp_path / "bad.gz")
    assert (result.code, state(made) == before) == (1, True)


@pytest.mark.parametrize("name", ["absent.gz", "day/*.gz"])
def test_a_missing_file_is_a_wrong_request(made: Path, tmp_path: Path, name: str):
    before = state(made)
    result = ingest_command(made, tmp_path / name)
    assert (result.code, state(made) == before) == (2, True)
    assert "error[FP001]: no such file" in result.err
    assert "try: check the path; a pattern that matches nothing is taken as a name" in result.err


def test_a_folder_is_answered_with_how_to_name_its_files(made: Path, tmp_path: Path):
    (tmp_path / "day").mkdir()
    result = _refused(made, tmp_path / "day")
    assert result.code == 2
    assert "why: expected a raw file, got a folder" in result.err
    assert f"try: name its files, as {tmp_path}/day/*" in result.err


def test_a_refused_file_can_be_ingested_when_it_is_whole(made: Path, tmp_path: Path):
    lake = shutil.copytree(made, tmp_path / "lake")
    file = write_capture(tmp_path / "late.gz", tape(20, first=700))
    whole = file.read_bytes()
    file.write_bytes(whole[:-30])
    assert ingest_command(lake, file).code == 1
    file.write_bytes(whole)
    assert ingest_command(lake, file).code == 0
    assert rows(Lake(lake), "trades").height == 60


def test_a_file_without_prices_leaves_the_tick_open(tmp_path: Path):
    """Mark prices alone are on no grid: the tick is inferred from the next file."""
    lake = tmp_path / "lake"
    assert ingest_command(lake, write_capture(tmp_path / "marks.gz", [mark(NOON), mark(NOON + 1_000)])).code == 0
    result = ingest_command(lake, write_capture(tmp_path / "tape.gz", session()))
    assert (result.code, result.err.splitlines()[-1].startswith("ok ")) == (0, True), result.err
    assert rows(Lake(lake), "instruments")["tick_size"].to_list() == [0.1]


def test_a_raw_file_that_has_gone(tmp_path: Path):
    """Its staged pieces are a cache: cleared, they are made again from the file, and the message says if it is gone."""
    lake, file = tmp_path / "lake", write_capture(tmp_path / "one.gz", session())
    assert ingest_command(lake, file).code == 0
    shutil.rmtree(lake / "_staged")
    more = write_capture(tmp_path / "two.gz", [depth(NOON + 5_000, (16, 17, 15), [["99.9", "1.000"]])])
    file.rename(tmp_path / "moved.gz")
    result = ingest_command(lake, more)
    assert result.code == 1
    assert "error[FP013]: a raw file has gone" in result.err
    assert f"--> {file}" in result.err
    assert "put the file back, or: footprint forget" in result.err
    (tmp_path / "moved.gz").rename(file)
    assert ingest_command(lake, more).code == 0
