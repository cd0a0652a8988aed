"""What archives hold: names, listings, zips and indexes as they are there, the content made up."""

import gzip
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.market import Market
from tests.archive.server import Archive, Asked, etag_of
from tests.pipeline.sources.binance import payloads_vision as vision

S3 = "/data.binance.vision"


def day_zip(stem: str, rows: int = 3) -> bytes:
    """A zip of one CSV; equal arguments give equal bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as file:
        lines = "".join(f"{number},{stem},{number * 0.1:.1f}\n" for number in range(rows))
        file.writestr(zipfile.ZipInfo(f"{stem}.csv", (2024, 6, 4, 0, 0, 0)), lines)
    return held.getvalue()


def checksum(content: bytes, name: str) -> bytes:
    """As sha256sum writes it, without a line end, as one was observed."""
    return f"{hashlib.sha256(content).hexdigest()}  {name}".encode()


def put_binance(
    archive: Archive,
    day: str,
    *,
    kind: str = "aggTrades",
    symbol: str = "TESTUSDT",
    market: str = "futures/um",
    rows: int = 3,
) -> str:
    """A file of a day (2024-06-03) or month (2024-06), and its checksum; returns its path on the server."""
    often = "daily" if len(day) == 10 else "monthly"
    stem = f"{symbol}-{kind}-{day}"
    path = f"/data/{market}/{often}/{kind}/{symbol}/{stem}.zip"
    content = day_zip(stem, rows)
    archive.put(path, content)
    archive.put(f"{path}.CHECKSUM", checksum(content, f"{stem}.zip"))
    return path


def put_stray(archive: Archive, symbol: str = "TESTUSDT") -> None:
    """A key that is no file of the series, as there are some."""
    archive.put(f"/data/futures/um/daily/aggTrades/{symbol}/part-00000-0fae7358-c000.zip", b"PK stray")


def put_payloads(archive: Archive, folder: Path, market: Market) -> None:
    """Files of Binance's archive with rows as they are there, of all types that a market has; made in `folder`."""
    for number, case in enumerate(case for case in vision.CASES if case.market == market):
        place = folder / str(number)
        for path in case.write(place):
            content, served = path.read_bytes(), f"/{path.relative_to(place)}"
            archive.put(served, content)
            archive.put(f"{served}.CHECKSUM", checksum(content, path.name))


def serve_s3(archive: Archive, page: int = 2) -> None:
    """The listing of the files below /data/, `page` keys at a time."""
    archive.answers[S3] = lambda asked: _s3_page(archive, asked, page)


def _s3_page(archive: Archive, asked: Asked, page: int) -> bytes:
    prefix, marker = asked.query.get("prefix", ""), asked.query.get("marker", "")
    entries: dict[str, str] = {}
    for path in sorted(archive.files):
        key = path.removeprefix("/")
        if not key.startswith(prefix):
            continue
        folder, slash, _ = key[len(prefix) :].partition("/")
        if slash:
            name = f"{prefix}{folder}/"
            entries[name] = f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
        else:
            entries[key] = _s3_key(archive, path, key)
    shown = [name for name in sorted(entries) if name > marker]
    is_cut = len(shown) > page
    following = f"<NextMarker>{escape(shown[page - 1])}</NextMarker>" if is_cut else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>data.binance.vision</Name>'
        f"<Prefix>{escape(prefix)}</Prefix><Marker>{escape(marker)}</Marker>{following}<MaxKeys>{page}</MaxKeys>"
        f"<Delimiter>/</Delimiter><IsTruncated>{str(is_cut).lower()}</IsTruncated>"
        f"{''.join(entries[name] for name in shown[:page])}</ListBucketResult>"
    ).encode()


def _s3_key(archive: Archive, path: str, key: str) -> str:
    content = archive.files[path]
    modified = datetime.fromtimestamp(archive.modified[path], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Contents><Key>{escape(key)}</Key><LastModified>{modified}</LastModified>"
        f"<ETag>{escape(etag_of(content), {chr(34): '&quot;'})}</ETag><Size>{len(content)}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


def serve_index(archive: Archive, folder: str) -> None:
    """HTML indexes of the folders below `folder`, as /trading/."""
    archive.answers[folder] = lambda asked: _index(archive, asked.path)


def _index(archive: Archive, folder: str) -> bytes | None:
    below = {path[len(folder) :] for path in archive.files if path.startswith(folder)}
    names = sorted({name.partition("/")[0] + ("/" if "/" in name else "") for name in below})
    if not folder.endswith("/") or not names:
        return None
    rows = "".join(f'<li><a href="{name}">{name}</a></li>\n' for name in names)
    return f'<html><body><ul><li><a href="../">../</a></li>\n{rows}</ul></body></html>'.encode()


def put_bybit_trades(archive: Archive, day: str, symbol: str = "TESTUSDT", between: str = "") -> str:
    folder = "spot" if between else "trading"
    path = f"/{folder}/{symbol}/{symbol}{between}{day}.csv.gz"
    archive.put(path, gzip.compress(f"timestamp,symbol\n{day},{symbol}\n".encode(), mtime=0))
    return path


def put_bybit_book(archive: Archive, day: str, depth: int, symbol: str = "TESTUSDT") -> str:
    path = f"/orderbook/linear/{symbol}/{day}_{symbol}_ob{depth}.data.zip"
    archive.put(path, day_zip(f"{day}_{symbol}_ob{depth}"))
    return path


def put_okx(archive: Archive, day: str, symbol: str = "BTC-USDT-SWAP", kind: str = "trades") -> str:
    """A file of trades (UTC+8) or of a book (UTC)."""
    folder = day.replace("-", "")
    if kind == "trades":
        path = f"/cdn/okex/traderecords/trades/daily/{folder}/{symbol}-trades-{day}.zip"
    else:
        path = f"/cdn/okx/match/orderbook/L2/400lv/daily/{folder}/{symbol}-L2orderbook-400lv-{day}.tar.gz"
    archive.put(path, day_zip(f"{symbol}-{kind}-{day}") if kind == "trades" else gzip.compress(b"tar", mtime=0))
    return path


def serve_okx(archive: Archive, host: str = "https://static.okx.com", stamp: str = "dataTs") -> None:
    """The discovery endpoint over the files that were put; addresses are those of another host."""
    archive.answers["/api/v5/public/market-data-history"] = lambda asked: _okx_listing(archive, asked, host, stamp)


def _okx_listing(archive: Archive, asked: Asked, host: str, stamp: str) -> bytes:
    first, last = (datetime.fromtimestamp(int(asked.query[name]) / 1_000, UTC).date() for name in ("begin", "end"))
    if last - first >= timedelta(days=10):
        return json.dumps({"code": "50076", "msg": "The date range is too long", "data": []}).encode()
    infix = {"1": "-trades-", "4": "-L2orderbook-400lv-"}[asked.query["module"]]
    family = asked.query.get("instFamilyList") or asked.query["instIdList"]
    files = []
    for path in sorted(archive.files, reverse=True):
        name = path.rpartition("/")[2]
        if path.startswith("/cdn/") and name.startswith(family) and infix in name:
            day = date.fromisoformat(name.partition(infix)[2][:10])
            if first <= day <= last:
                at = str(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000)
                files.append({"filename": name, stamp: at, "sizeMB": "0.1", "url": f"{host}{path}?v=2"})
    details = [{"instType": "SWAP", "groupDetails": files}] if files else []
    return json.dumps({"code": "0", "msg": "", "data": [{"details": details}]}).encode()
