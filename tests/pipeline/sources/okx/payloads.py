"""Files as OKX's public archive writes them, small and made up."""

import io
import json
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.market import Market
from tests.pipeline.sources.case import Case

SWAP = Market("okx-swap", "TEST-USDT-SWAP")
SPOT = Market("okx-spot", "TEST-USDT")
FUTURE = Market("okx-futures", "TEST-USD-240628")

FILE_DAY = 1_717_344_000_000
"""2024-06-03 00:00 UTC+8, which is 16:00 UTC of the day before; milliseconds."""
DAY = FILE_DAY + 8 * 3_600_000
"""2024-06-03 00:00 UTC."""

TRADES = "instrument_name,trade_id,side,price,size,created_time"
OLD_TRADES = "trade_id/撮合id,side/交易方向,size/数量,price/价格,created_time/成交时间"
FUNDING = "instrument_name,funding_rate,funding_time"
PAID = "instId,fundingTime,fundingRate,realizedRate"
CANDLES = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"


def write_zip(path: Path, header: str, lines: Sequence[str], encoding: str = "utf-8") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        text = "\r\n".join([header, *lines]) + "\r\n"
        archive.writestr(path.with_suffix(".csv").name, text.encode(encoding))
    return path


def write_tar(path: Path, lines: Sequence[str]) -> Path:
    content = ("\n".join(lines) + "\n").encode()
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(path.name.removesuffix(".tar.gz") + ".data")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return path


def trade(number: int, ms: int, side: str = "buy", price: str = "100.1", size: str = "3", symbol: str = SWAP.symbol):
    """A print; ms since the beginning of the file's day."""
    return f"{symbol},{number},{side},{price},{size},{FILE_DAY + ms}"


def message(ms: int, bids: Sequence[Sequence[str]] = (), asks: Sequence[Sequence[str]] = (), action: str = "update"):
    """A message of the swap's book; ms since midnight UTC, each level with one order."""
    sides = {"asks": [[*one, "1"] for one in asks], "bids": [[*one, "1"] for one in bids]}
    return json.dumps({"instId": SWAP.symbol, "action": action, "ts": str(DAY + ms), **sides})


def snapshot(ms: int, bid: str = "100.0", ask: str = "100.1"):
    return message(ms, [[bid, "5"], ["99.9", "7"]], [[ask, "2"]], "snapshot")


def _trades(folder: Path) -> list[Path]:
    """Six columns and then seven, of days of UTC+8; the first begins before its time, as files do."""
    first = [trade(1, -15_000), trade(2, 0, "SELL"), trade(3, 10_000)]
    second = [trade(4, 86_400_000, size="0.5") + ",0", trade(5, 86_400_100, "sell") + ",1"]
    return [
        write_zip(folder / f"{SWAP.symbol}-trades-2024-06-03.zip", TRADES, first),
        write_zip(folder / f"{SWAP.symbol}-trades-2024-06-04.zip", TRADES + ",source", second),
    ]


def _spot(folder: Path) -> list[Path]:
    lines = [trade(1, 5, size="1.772e-05", symbol=SPOT.symbol), trade(2, 6, symbol=SPOT.symbol)]
    return [write_zip(folder / f"{SPOT.symbol}-trades-2024-06.zip", TRADES, lines)]


def _chain(folder: Path) -> list[Path]:
    """A file of all expiries."""
    symbols = "TEST-USD-240607", FUTURE.symbol, "TEST-USD-240927", FUTURE.symbol
    lines = [trade(n, n, symbol=symbol) for n, symbol in enumerate(symbols, 1)]
    return [write_zip(folder / "TEST-USD-futureschain-trades-2024-06-03.zip", TRADES, lines)]


def _old(folder: Path) -> list[Path]:
    lines = [f"{n},SELL,2,100.1,{FILE_DAY + n}" for n in range(1, 4)]
    return [write_zip(folder / f"{SPOT.symbol}-trades-2024-06-03.zip", OLD_TRADES, lines, "gbk")]


def _funding(folder: Path) -> list[Path]:
    """All swaps of a day, and the month of one with what was paid; the two agree."""
    times = [FILE_DAY, FILE_DAY + 8 * 3_600_000]
    day = [f"{symbol},0.0001,{time}" for time in times for symbol in ("OTHER-USDT-SWAP", SWAP.symbol)]
    month = [f"{SWAP.symbol},{time},0.0009,0.0001" for time in (*times, FILE_DAY + 16 * 3_600_000)]
    return [
        write_zip(folder / "allswap-fundingrates-2024-06-03.zip", FUNDING, day),
        write_zip(folder / f"{SWAP.symbol}-fundingrates-2024-06.zip", PAID, month),
    ]


def _candles(folder: Path) -> list[Path]:
    lines = [f"{SWAP.symbol},1,3,0.5,2,100,10,15,{FILE_DAY + 60_000 * n},1" for n in range(3)]
    return [write_zip(folder / f"{SWAP.symbol}-candlesticks-2024-06-03.zip", CANDLES, lines)]


def _book(folder: Path) -> list[Path]:
    lines = [snapshot(0), message(10, [["100.0", "0"]]), message(20), snapshot(900_000, bid="99.9", ask="100.0")]
    return [write_tar(folder / f"{SWAP.symbol}-L2orderbook-400lv-2024-06-03.tar.gz", lines)]


CASES = [
    Case("okx-archive", SWAP, _trades, {"trades": 5}),
    Case("okx-archive", SPOT, _spot, {"trades": 2}),
    Case("okx-archive", FUTURE, _chain, {"trades": 2}),
    Case("okx-archive", SPOT, _old, {"trades": 3}),
    Case("okx-archive", SWAP, _funding, {"funding": 3}),
    Case("okx-archive", SWAP, _candles, {"price_bars": 3}),
    Case("okx-archive", SWAP, _book, {"book_updates": 3 + 1 + 1 + 3}),
]
