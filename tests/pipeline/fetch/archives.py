"""What each archive has, laid into one of loopback, and the rows that come of it."""

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.market import Market
from tests.archive.layouts import checksum, put_stray, serve_index, serve_okx
from tests.archive.server import Archive
from tests.archive.venues import HOUR_MS, serve_bybit, serve_deribit, serve_hyperliquid, serve_okx_rest
from tests.pipeline.fetch.bench import Layout
from tests.pipeline.sources.binance.payloads_vision import AGGREGATES, FOLDERS, USDM, aggregate, ms
from tests.pipeline.sources.bybit import payloads as bybit
from tests.pipeline.sources.okx import payloads as okx
from tests.pipeline.sources.tardis import payloads as tardis
from tests.pipeline.tardis_files import TRADES as TARDIS_TRADES
from tests.pipeline.tardis_files import fill, write_csv

_DAY_MS = 24 * HOUR_MS


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


def vision(archive: Archive, _folder: Path) -> list[str]:
    """Two days in pages of two keys, with a stray one."""
    later = [line.replace(f",{ms(n)},", f",{ms(n + 86_400)},") for n, line in enumerate(TAPE, 1)]
    later = [f"{int(line.partition(',')[0]) + 100},{line.partition(',')[2]}" for line in later]
    return [
        put_vision(archive, zipped([AGGREGATES, *TAPE])),
        put_vision(archive, zipped([AGGREGATES, *later], "BTCUSDT-aggTrades-2024-06-04.csv"), day="04"),
    ]


def laid(archive: Archive, folder: Path, files: Sequence[Path]) -> list[str]:
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
    return laid(archive, folder, files)


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
    return laid(archive, folder, files)


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
    return laid(archive, folder, files)


def _okx_book(archive: Archive, folder: Path) -> list[str]:
    serve_okx(archive)
    place = folder / "cdn/okx/match/orderbook/L2/400lv/daily/20240603"
    place.mkdir(parents=True)
    lines = [okx.snapshot(0), okx.message(10, [["100.0", "0"]]), okx.snapshot(900_000, bid="99.9", ask="100.0")]
    return laid(
        archive, folder, [okx.write_tar(place / f"{okx.SWAP.symbol}-L2orderbook-400lv-2024-06-03.tar.gz", lines)]
    )


def _tardis(archive: Archive, folder: Path) -> list[str]:
    lines = [fill(1, 150), fill(2, 160, "sell", "99.9")]
    file = write_csv(folder / "v1/binance-futures/trades/2024/03/05/BTCUSDT.csv.gz", TARDIS_TRADES, lines)
    return laid(archive, folder, [file])


def _tardis_levels(archive: Archive, folder: Path) -> list[str]:
    """Book snapshots, which have a source of their own."""
    folder.mkdir(exist_ok=True)
    (made,) = tardis.snapshots(folder)
    path = "/v1/binance-futures/book_snapshot_5/2024/03/05/BTCUSDT.csv.gz"
    archive.put(path, gzip.compress(made.read_bytes(), mtime=0))
    return [path]


def _every(hours: float, count: int, *, late: int = 0) -> list[int]:
    """Times of 3 June, milliseconds."""
    return [okx.DAY + int(n * hours * HOUR_MS) + late for n in range(count)]


def _rest(serve: Callable[..., None], **what: Sequence[int]) -> Callable[[Archive, Path], list[str]]:
    def put(archive: Archive, _folder: Path) -> list[str]:
        serve(archive, **what)
        return []

    return put


ONE_DAY = ("2024-06-03", "2024-06-03")
_MAY = ("2024-05-01", "2024-05-31")
_SETTLEMENTS = [okx.DAY - 33 * _DAY_MS + n * 8 * HOUR_MS for n in range(93)]
_CONTRACT = ("--contract-size", "0.01")
ARCHIVES = {
    "binance-vision": Layout("binance-vision", USDM, "aggTrades", vision, {"trades": 120}),
    "bybit trades": Layout("bybit-archive", bybit.LINEAR, "trades", _bybit_trades, {"trades": 9}),
    "bybit books": Layout("bybit-archive", bybit.LINEAR, "orderbook", _bybit_books, {"book_updates": 13}),
    "okx trades": Layout("okx-archive", okx.SWAP, "trades", _okx_trades, {"trades": 5}, ONE_DAY, _CONTRACT),
    "okx book": Layout("okx-archive", okx.SWAP, "orderbook", _okx_book, {"book_updates": 7}, ONE_DAY, _CONTRACT),
}  # fmt: skip
OTHERS = {
    "tardis": Layout(
        "tardis", USDM, "trades", _tardis, {"trades": 2}, ("2024-03-05", "2024-03-05"), base="/v1", needs="tardis_dev"
    ),
    "tardis snapshots": Layout(
        "tardis", USDM, "book_snapshot_5", _tardis_levels, {"book_updates": 7}, ("2024-03-05", "2024-03-05"),
        base="/v1", needs="tardis_dev",
    ),
    "bybit rest": Layout(
        "bybit", bybit.LINEAR, "funding", _rest(serve_bybit, funding=_SETTLEMENTS), {"funding": 93}, _MAY
    ),
    "okx rest": Layout("okx", okx.SWAP, "funding", _rest(serve_okx_rest, funding=_SETTLEMENTS), {"funding": 93}, _MAY),
    "hyperliquid rest": Layout(
        "hyperliquid", Market("hyperliquid", "BTC"), "funding",
        _rest(serve_hyperliquid, funding=_every(1, 24, late=7)), {"funding": 24}, ONE_DAY,
    ),
    "deribit rest": Layout(
        "deribit", Market("deribit-options", "BTC"), "dvol", _rest(serve_deribit, dvol=_every(1, 24)),
        {"vol_index": 24}, ONE_DAY,
    ),
}  # fmt: skip
