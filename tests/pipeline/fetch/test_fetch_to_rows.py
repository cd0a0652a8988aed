"""From an archive to the tables: `footprint fetch`, then the command that it names, for every layout and defect."""

import re
import shlex
import shutil
from pathlib import Path

import httpx
import pytest

from pipeline.market import Market
from tests.archive.layouts import checksum, serve_okx
from tests.archive.server import Archive, Defect
from tests.pipeline.command import footprint
from tests.pipeline.fetch.archives import ARCHIVES, ONE_DAY, OTHERS, TAPE, laid, put_vision, vision, zipped
from tests.pipeline.fetch.bench import Bench, Layout
from tests.pipeline.lakes import rows, state
from tests.pipeline.sources.binance.payloads_vision import AGGREGATES, SPOT, USDM
from tests.pipeline.sources.hyperliquid import payloads as hyperliquid
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


BUCKETS = {
    "l2Book": (hyperliquid.BOOKS, {"book_updates": 16}),
    "asset_ctxs": (hyperliquid.CONTEXTS, {"derivative_ticker": 3, "funding": 3}),
    "node_trades": (hyperliquid.TRADES, {"trades": 2}),
    "node_fills": (hyperliquid.FILLS, {"fills": 3, "trades": 2}),
    "node_fills_by_block": (hyperliquid.BLOCKS, {"fills": 5, "trades": 3, "liquidations": 1}),
}


def _hint(bench: Bench, kind: str) -> tuple[str, str, str]:
    """Of a refused fetch: the key of the bucket, where its copy is to lie, and the command that reads it."""
    layout = Layout("hyperliquid", hyperliquid.BTC, kind, lambda *_: [], {}, ("2025-08-01", "2025-08-01"))
    fetched = bench.fetch(layout)
    assert fetched.code != 0
    assert "error[FP023]" in fetched.err
    found = re.search(r"aws s3 cp --request-payer requester s3://(\S+) (\S+).*, then (footprint .*)", fetched.err)
    assert found is not None, fetched.err
    return found[1].replace("/0.lz4", "/9.lz4").replace("/0/", "/9/"), found[2], found[3]


def _copied(bench: Bench, key: str, piece: int) -> Path:
    """The bucket's file at its place, as the line that copies it leaves it; it comes in pieces."""
    bench.archive.spoil(f"/{key}", Defect(piece=piece))
    copy = bench.folder / "data/raw" / key
    copy.parent.mkdir(parents=True)
    copy.write_bytes(httpx.get(f"{bench.archive.base}/{key}").content)
    return copy


@pytest.mark.parametrize("kind", BUCKETS)
def test_a_bucket_whose_reader_pays_is_read_by_the_lines_that_the_refusal_names(bench, tmp_path, kind):
    """Whole and unpaired fills, forced ones, LZ4: what nobody fetches here, served as the buckets lay it."""
    place, made = BUCKETS[kind]
    case = next(case for case in hyperliquid.CASES if case.write(tmp_path / "made")[0] == tmp_path / "made" / place)
    laid(bench.archive, tmp_path / "made", case.write(tmp_path / "made"))
    key, copy, reading = _hint(bench, kind)
    assert key == place.as_posix()
    file = _copied(bench, key, piece=7)
    words = shlex.split(reading.replace(copy, str(file)))
    ingested = footprint(*words[1:], "--lake", bench.lake.root, "--workers", "1")
    assert ingested.code == 0, ingested.err
    assert bench.counts() == made
    file.write_bytes(file.read_bytes()[:-9])
    refused = footprint(*words[1:], "--lake", bench.lake.root, "--workers", "1")
    assert refused.code == 1
    assert "error[FP002]" in refused.err
    assert bench.counts() == made


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
