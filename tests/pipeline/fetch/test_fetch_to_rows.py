"""From an archive to the tables: `footprint fetch`, then the command that it names, for every layout and defect."""

import shutil
from pathlib import Path

import pytest

from pipeline.market import Market
from tests.archive.layouts import checksum, serve_okx
from tests.archive.server import Archive, Defect
from tests.pipeline.fetch.archives import ARCHIVES, ONE_DAY, OTHERS, TAPE, laid, put_vision, vision, zipped
from tests.pipeline.fetch.bench import Bench, Layout
from tests.pipeline.lakes import rows, state
from tests.pipeline.sources.binance.payloads_vision import AGGREGATES, SPOT, USDM
from tests.pipeline.sources.okx import payloads as okx


@pytest.fixture
def bench(archive: Archive, tmp_path: Path) -> Bench:
    return Bench(archive, tmp_path / "bench")


@pytest.mark.parametrize("name", [*ARCHIVES, *OTHERS])
def test_what_was_fetched_becomes_rows_by_the_command_that_the_fetch_names(bench, tmp_path, name):
    layout = (ARCHIVES | OTHERS)[name]
    if layout.needs:
        pytest.importorskip(layout.needs, reason=f"the package {layout.needs} is not installed")
    layout.put(bench.archive, tmp_path / "made")
    ingested = bench.both(layout)
    assert ingested.code == 0, ingested.err
    assert bench.counts() == layout.rows
    assert rows(bench.lake, "quarantine").is_empty()


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_same_bytes_in_pieces_and_after_a_cut_end_in_the_same_tables(archive, tmp_path, name):
    layout = ARCHIVES[name]
    paths = layout.put(archive, tmp_path / "made")
    whole, pieces = Bench(archive, tmp_path / "whole"), Bench(archive, tmp_path / "pieces")
    assert whole.both(layout).code == 0
    archive.spoil(paths[0], Defect(cut_after=40, piece=7, times=1), Defect(piece=11))
    assert pieces.both(layout).code == 0
    assert [asked.range for asked in archive.asked(paths[0])] == [None, None, "bytes=40-"]
    assert pieces.counts() == layout.rows
    assert pieces.tables() == whole.tables()


# Defects of a file: the same rows


def _spot(line: str) -> str:
    return line.replace("true", "True").replace("false", "False") + ",True"


def _micro(line: str) -> str:
    fields = line.split(",")
    return ",".join([*fields[:5], f"{fields[5]}000", *fields[6:]])


SHUFFLED = [TAPE[(7 * n) % len(TAPE)] for n in range(len(TAPE))]
LIKE: dict[str, tuple[Market, list[str], list[str]]] = {
    "no header": (USDM, [AGGREGATES, *TAPE], TAPE),
    "microseconds": (SPOT, [_spot(line) for line in TAPE], [_spot(_micro(line)) for line in TAPE]),
    "a block twice": (USDM, [AGGREGATES, *TAPE], [AGGREGATES, *TAPE[:40], *TAPE[20:]]),
}


@pytest.mark.parametrize("name", LIKE)
def test_the_same_prints_written_otherwise_end_in_the_same_tables(archive, tmp_path, name):
    market, usual, otherwise = LIKE[name]
    layout = Layout("binance-vision", market, "aggTrades", vision, {}, ONE_DAY)
    tables = []
    for number, lines in enumerate((usual, otherwise)):
        put_vision(archive, zipped(lines), market)
        bench = Bench(archive, tmp_path / str(number))
        ingested = bench.both(layout)
        assert ingested.code == 0, ingested.err
        assert bench.counts() == {"trades": len(TAPE)}
        tables.append(bench.tables())
    assert tables[0] == tables[1]
    accounts = rows(bench.lake, "accounts").select("lines_kept", "lines_duplicate", "lines_quarantined").row(0)
    assert accounts == (len(TAPE), len(otherwise) - len(TAPE) - otherwise.count(AGGREGATES), 0)


# Defects of a file: a refusal


def _bomb() -> bytes:
    return zipped([AGGREGATES, "0" * 40_000_000])


REFUSED = {
    "truncated zip": (zipped([AGGREGATES, *TAPE])[:-60], "not a zip"),
    "a path outside": (zipped([AGGREGATES, *TAPE], "../../x.csv"), "a path outside of its folder"),
    "a bomb": (_bomb(), "text is at most 1,000 times as large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_published_broken_is_refused_in_words_and_the_lake_unchanged(bench, tmp_path, name):
    body, said = REFUSED[name]
    layout = ARCHIVES["binance-vision"]
    layout.put(bench.archive, tmp_path / "made")
    assert bench.both(layout).code == 0
    before = state(bench.lake.root)
    broken = put_vision(bench.archive, body)
    shutil.rmtree(bench.folder / "raw")
    ingested = bench.both(layout)
    assert ingested.code != 0
    assert "error[FP002]" in ingested.err
    assert said in ingested.err
    assert broken.rpartition("/")[2] in ingested.err
    assert "Traceback" not in ingested.err
    assert len(ingested.err.splitlines()) <= 8
    assert state(bench.lake.root) == before
    assert not list(tmp_path.rglob("x.csv"))


def test_a_file_that_lists_trades_twice_is_refused(bench, tmp_path):
    """As OKX's files of October 2021 do."""
    serve_okx(bench.archive)
    place = tmp_path / "made/cdn/okex/traderecords/trades/daily/20240603"
    place.mkdir(parents=True)
    lines = [okx.trade(n, n, side) for n in range(1, 20) for side in ("SELL", "BUY")]
    file = okx.write_zip(place / f"{okx.SWAP.symbol}-trades-2024-06-03.zip", okx.TRADES, lines)
    laid(bench.archive, tmp_path / "made", [file])
    ingested = bench.both(ARCHIVES["okx trades"])
    assert ingested.code != 0
    assert "error[FP002]" in ingested.err
    assert "the file lists trades twice" in ingested.err


# Defects of the way


@pytest.mark.parametrize(("body", "said"), [(b"<html>busy</html>\n", "expected a zip file"), (b"", "is empty")])
def test_what_is_no_zip_is_refused_while_fetching_and_the_other_day_is_read(bench, tmp_path, body, said):
    layout = ARCHIVES["binance-vision"]
    layout.put(bench.archive, tmp_path / "made")
    put_vision(bench.archive, body)
    fetched = bench.fetch(layout)
    assert fetched.code == 1
    assert "error[FP022]" in fetched.err
    assert said in fetched.err
    assert bench.ingest(layout, fetched).code == 0
    assert bench.counts() == {"trades": 60}


def test_a_wrong_checksum_is_told_kept_aside_and_not_among_what_is_to_be_read(bench, tmp_path):
    layout = ARCHIVES["binance-vision"]
    first, _ = layout.put(bench.archive, tmp_path / "made")
    bench.archive.put(f"{first}.CHECKSUM", checksum(b"other", "x"))
    fetched = bench.fetch(layout)
    assert fetched.code == 1
    assert "error[FP022]: a file is not what was published" in fetched.err
    assert (bench.folder / f"raw/binance-vision{first}.mismatch").read_bytes() == bench.archive.files[first]
    assert bench.ingest(layout, fetched).code == 0
    assert bench.counts() == {"trades": 60}
    assert rows(bench.lake, "trades")["event_ts"].dt.day().unique().to_list() == [4]


def test_a_day_that_is_not_there_is_absent_and_the_other_is_read(bench, tmp_path):
    layout = ARCHIVES["binance-vision"]
    first, _ = layout.put(bench.archive, tmp_path / "made")
    bench.archive.spoil(first, Defect(status=404))
    fetched = bench.fetch(layout)
    assert "absent 1" in fetched.err
    assert bench.ingest(layout, fetched).code == 0
    assert bench.counts() == {"trades": 60}


def test_a_key_that_is_no_file_of_a_day_is_not_fetched(bench, tmp_path):
    layout = ARCHIVES["binance-vision"]
    layout.put(bench.archive, tmp_path / "made")
    assert bench.fetch(layout).code == 0
    assert not [asked for asked in bench.archive.log if "part-00000" in asked.path]
    assert not list(bench.folder.rglob("*part-00000*"))


def test_a_bucket_whose_reader_pays_is_refused_with_the_line_that_fetches_it(bench):
    layout = Layout("hyperliquid", Market("hyperliquid", "BTC"), "l2Book", lambda *_: [], {}, ONE_DAY)
    fetched = bench.fetch(layout)
    assert fetched.code != 0
    assert "error[FP" in fetched.err
    assert "aws s3" in fetched.err
    assert "--request-payer requester" in fetched.err
    assert not list(bench.folder.rglob("*.lz4"))


def test_shuffled_rows_end_in_the_same_prints_marked_where_they_stood_out_of_order(archive, tmp_path):
    layout = Layout("binance-vision", USDM, "aggTrades", vision, {}, ONE_DAY)
    frames = []
    for number, lines in enumerate((TAPE, SHUFFLED)):
        put_vision(archive, zipped([AGGREGATES, *lines]))
        bench = Bench(archive, tmp_path / str(number))
        assert bench.both(layout).code == 0
        frames.append(rows(bench.lake, "trades"))
    assert frames[0].drop("is_backwards").equals(frames[1].drop("is_backwards"))
    assert [frame["is_backwards"].sum() for frame in frames] == [0, 6]
