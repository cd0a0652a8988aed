"""From an archive to the tables: `footprint fetch`, then the command that it names, for every layout and defect."""

import io
import shlex
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.sources.batch import RECORD_TABLES
from tests.archive.layouts import S3, checksum, put_stray, serve_index, serve_okx
from tests.archive.server import Archive, Defect
from tests.archive.venues import HOUR_MS, serve_bybit, serve_deribit, serve_hyperliquid, serve_okx_rest
from tests.pipeline.command import Result, footprint
from tests.pipeline.lakes import RECORDS, digest, rows, state
from tests.pipeline.sources.binance.payloads_vision import AGGREGATES, FOLDERS, SPOT, USDM, aggregate, ms
from tests.pipeline.sources.bybit import payloads as bybit
from tests.pipeline.sources.okx import payloads as okx
from tests.pipeline.tardis_files import TRADES as TARDIS_TRADES
from tests.pipeline.tardis_files import fill, write_csv

_DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Layout:
    """What is asked of a source, and the rows that come of what it has.

    `put` lays the files into the archive, with a folder for scratch; it returns their paths. Without files (REST) the
    venue answers by itself. `options`: further words of `footprint ingest`.
    """

    source: str
    market: Market
    types: str
    put: Callable[[Archive, Path], list[str]]
    rows: dict[str, int]
    days: tuple[str, str] = ("2024-06-03", "2024-06-04")
    options: tuple[str, ...] = ()
    base: str = ""
    needs: str = ""


@dataclass
class Bench:
    """A folder, a lake and an archive."""

    archive: Archive
    folder: Path
    config: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.config = self.folder / "footprint.toml"
        self.config.write_text("[fetch]\nokx_archive_spacing_s = 0\nrest_spacing_s = 0\n")

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake")

    def fetch(self, layout: Layout) -> Result:
        listing = ("--listing-url", self.archive.base + S3) if layout.source == "binance-vision" else ()
        market, days = layout.market, layout.days
        return footprint(
            *("fetch", layout.source, "--venue", market.venue, "--symbol", market.symbol, "--types", layout.types),
            *("--since", days[0], "--until", days[1], "--base-url", self.archive.base + layout.base, *listing),
            *("--to", self.folder / "raw", "--config", self.config),
        )

    def ingest(self, layout: Layout, fetched: Result) -> Result:
        """The command that the fetch named, as a shell would run it."""
        words = shlex.split(following(fetched).removeprefix("footprint "))
        arguments = [each for word in words for each in (matches(word) if word.startswith("/") else [word])]
        return footprint(*arguments, *layout.options, "--lake", self.lake.root, "--workers", "1")

    def tables(self) -> dict[str, str]:
        return {table: digest(self.lake, table) for table in RECORDS}

    def counts(self) -> dict[str, int]:
        found = {table.name: rows(self.lake, table.name).height for table in RECORD_TABLES}
        return {name: count for name, count in found.items() if count}

    def both(self, layout: Layout) -> Result:
        """Fetch and ingest; what the second said."""
        fetched = self.fetch(layout)
        assert fetched.code == 0, fetched.err
        return self.ingest(layout, fetched)


def following(fetched: Result) -> str:
    """The command that reads what was fetched; empty if none was named."""
    last = fetched.err.splitlines()[-1]
    return last.removeprefix("next: ") if last.startswith("next: ") else ""


def matches(pattern: str) -> list[Path]:
    return sorted(Path("/").glob(pattern.removeprefix("/")))


@pytest.fixture
def bench(archive: Archive, tmp_path: Path) -> Bench:
    return Bench(archive, tmp_path / "bench")


# What each archive has


def put_vision(archive: Archive, body: bytes, market: Market = USDM, kind: str = "aggTrades", day: str = "03") -> str:
    """A file of the archive and its checksum, beside a key that is no file of a day."""
    stem = f"{market.symbol}-{kind}-2024-06-{day}"
    path = f"/data/{FOLDERS[market.venue]}/daily/{kind}/{market.symbol}/{stem}.zip"
    archive.put(path, body)
    archive.put(f"{path}.CHECKSUM", checksum(body, f"{stem}.zip"))
    put_stray(archive, market.symbol)
    return path


def zipped(lines: Sequence[str], name: str = "BTCUSDT-aggTrades-2024-06-03.csv") -> bytes:
    held = io.BytesIO()
    text = "".join(f"{line}\n" for line in lines)
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(zipfile.ZipInfo(name, (2024, 6, 4, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return held.getvalue()


TAPE = [aggregate(n, n, f"{100 + n % 3 / 10:.1f}", maker="true" if n % 2 else "false") for n in range(1, 61)]


def _vision(archive: Archive, _folder: Path) -> list[str]:
    """Two days in pages of two keys, with a stray one."""
    later = [line.replace(f",{ms(n)},", f",{ms(n + 86_400)},") for n, line in enumerate(TAPE, 1)]
    later = [f"{int(line.partition(',')[0]) + 100},{line.partition(',')[2]}" for line in later]
    return [
        put_vision(archive, zipped([AGGREGATES, *TAPE])),
        put_vision(archive, zipped([AGGREGATES, *later], "BTCUSDT-aggTrades-2024-06-04.csv"), day="04"),
    ]


def _laid(archive: Archive, folder: Path, files: Sequence[Path]) -> list[str]:
    """Files of a scratch folder at the same places of the server."""
    paths = [f"/{file.relative_to(folder).as_posix()}" for file in files]
    for path, file in zip(paths, files, strict=True):
        archive.put(path, file.read_bytes())
    return paths


def _bybit_trades(archive: Archive, folder: Path) -> list[str]:
    """Ten columns on one day; eleven, and the latest print first, on the other."""
    serve_index(archive, "/trading/")
    first = [bybit.contract(n, f"{bybit.DAY + n}.{n:04d}") for n in range(5)]
    second = [bybit.contract(20 - n, f"{bybit.DAY + 86_500 - n}", "Sell", rpi=str(n % 2)) for n in range(4)]
    place = folder / "trading/TESTUSDT"
    files = [
        bybit.write_csv(place / "TESTUSDT2024-06-03.csv.gz", bybit.CONTRACTS, first),
        bybit.write_csv(place / "TESTUSDT2024-06-04.csv.gz", f"{bybit.CONTRACTS},RPI", second),
    ]
    return _laid(archive, folder, files)


def _bybit_books(archive: Archive, folder: Path) -> list[str]:
    """500 levels on one day, 200 on the next, with a message missing and the snapshot after midnight.

    4 + 3 + 2 + 3 + 1 rows: an update without levels is one.
    """
    serve_index(archive, "/orderbook/linear/")
    first = [bybit.snapshot(5, 129, depth=500), bybit.delta(6, 230, [["100.0", "0"]], depth=500)]
    opening = bybit.snapshot(10, _DAY_MS + 129)
    second = [
        opening,
        bybit.delta(11, _DAY_MS + 230, asks=[["100.5", "0"], ["100.6", "1"]]),
        bybit.delta(13, _DAY_MS + 430),
        bybit.snapshot(14, 2 * _DAY_MS + 129),
    ]
    place = folder / "orderbook/linear/TESTUSDT"
    files = [
        bybit.write_book(place / "2024-06-03_TESTUSDT_ob500.data.zip", first),
        bybit.write_book(place / "2024-06-04_TESTUSDT_ob200.data.zip", second),
    ]
    return _laid(archive, folder, files)


def _okx_trades(archive: Archive, folder: Path) -> list[str]:
    """The UTC day of 3 June stands in two files, of six and of seven columns."""
    serve_okx(archive)
    first = [okx.trade(1, -15_000), okx.trade(2, 0, "SELL"), okx.trade(3, 10_000, size="1.772e-05")]
    second = [okx.trade(4, _DAY_MS, size="0.5") + ",0", okx.trade(5, _DAY_MS + 100, "sell") + ",1"]
    files = []
    for day, header, lines in (("03", okx.TRADES, first), ("04", f"{okx.TRADES},source", second)):
        place = folder / f"cdn/okex/traderecords/trades/daily/202406{day}"
        place.mkdir(parents=True)
        files.append(okx.write_zip(place / f"{okx.SWAP.symbol}-trades-2024-06-{day}.zip", header, lines))
    return _laid(archive, folder, files)


def _okx_book(archive: Archive, folder: Path) -> list[str]:
    serve_okx(archive)
    place = folder / "cdn/okx/match/orderbook/L2/400lv/daily/20240603"
    place.mkdir(parents=True)
    lines = [okx.snapshot(0), okx.message(10, [["100.0", "0"]]), okx.snapshot(900_000, bid="99.9", ask="100.0")]
    return _laid(
        archive, folder, [okx.write_tar(place / f"{okx.SWAP.symbol}-L2orderbook-400lv-2024-06-03.tar.gz", lines)]
    )


def _tardis(archive: Archive, folder: Path) -> list[str]:
    lines = [fill(1, 150), fill(2, 160, "sell", "99.9")]
    file = write_csv(folder / "v1/binance-futures/trades/2024/03/05/BTCUSDT.csv.gz", TARDIS_TRADES, lines)
    return _laid(archive, folder, [file])


def _every(hours: float, count: int, *, late: int = 0) -> list[int]:
    """Times of 3 June, milliseconds."""
    return [okx.DAY + int(n * hours * HOUR_MS) + late for n in range(count)]


def _rest(serve: Callable[..., None], **what: Sequence[int]) -> Callable[[Archive, Path], list[str]]:
    def put(archive: Archive, _folder: Path) -> list[str]:
        serve(archive, **what)
        return []

    return put


_ONE = ("2024-06-03", "2024-06-03")
_MAY = ("2024-05-01", "2024-05-31")
_SETTLEMENTS = [okx.DAY - 33 * _DAY_MS + n * 8 * HOUR_MS for n in range(93)]
_CONTRACT = ("--contract-size", "0.01")
ARCHIVES = {
    "binance-vision": Layout("binance-vision", USDM, "aggTrades", _vision, {"trades": 120}),
    "bybit trades": Layout("bybit-archive", bybit.LINEAR, "trades", _bybit_trades, {"trades": 9}),
    "bybit books": Layout("bybit-archive", bybit.LINEAR, "orderbook", _bybit_books, {"book_updates": 13}),
    "okx trades": Layout("okx-archive", okx.SWAP, "trades", _okx_trades, {"trades": 5}, _ONE, _CONTRACT),
    "okx book": Layout("okx-archive", okx.SWAP, "orderbook", _okx_book, {"book_updates": 7}, _ONE, _CONTRACT),
}  # fmt: skip
OTHERS = {
    "tardis": Layout(
        "tardis", USDM, "trades", _tardis, {"trades": 2}, ("2024-03-05", "2024-03-05"), base="/v1", needs="tardis_dev"
    ),
    "bybit rest": Layout(
        "bybit", bybit.LINEAR, "funding", _rest(serve_bybit, funding=_SETTLEMENTS), {"funding": 93}, _MAY
    ),
    "okx rest": Layout("okx", okx.SWAP, "funding", _rest(serve_okx_rest, funding=_SETTLEMENTS), {"funding": 93}, _MAY),
    "hyperliquid rest": Layout(
        "hyperliquid", Market("hyperliquid", "BTC"), "funding",
        _rest(serve_hyperliquid, funding=_every(1, 24, late=7)), {"funding": 24}, _ONE,
    ),
    "deribit rest": Layout(
        "deribit", Market("deribit-options", "BTC"), "dvol", _rest(serve_deribit, dvol=_every(1, 24)),
        {"vol_index": 24}, _ONE,
    ),
}  # fmt: skip


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
    layout = Layout("binance-vision", market, "aggTrades", _vision, {}, _ONE)
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
    _laid(bench.archive, tmp_path / "made", [file])
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
    layout = Layout("hyperliquid", Market("hyperliquid", "BTC"), "l2Book", lambda *_: [], {}, _ONE)
    fetched = bench.fetch(layout)
    assert fetched.code != 0
    assert "error[FP" in fetched.err
    assert "aws s3" in fetched.err
    assert "--request-payer requester" in fetched.err
    assert not list(bench.folder.rglob("*.lz4"))


def test_shuffled_rows_end_in_the_same_prints_marked_where_they_stood_out_of_order(archive, tmp_path):
    layout = Layout("binance-vision", USDM, "aggTrades", _vision, {}, _ONE)
    frames = []
    for number, lines in enumerate((TAPE, SHUFFLED)):
        put_vision(archive, zipped([AGGREGATES, *lines]))
        bench = Bench(archive, tmp_path / str(number))
        assert bench.both(layout).code == 0
        frames.append(rows(bench.lake, "trades"))
    assert frames[0].drop("is_backwards").equals(frames[1].drop("is_backwards"))
    assert [frame["is_backwards"].sum() for frame in frames] == [0, 6]
