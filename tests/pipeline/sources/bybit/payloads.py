"""Files as Bybit's public archive writes them, small and made up."""

import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from pipeline.market import Market
from tests.pipeline.sources.case import Case

LINEAR = Market("bybit-linear", "TESTUSDT")
INVERSE = Market("bybit-inverse", "TESTUSD")
SPOT = Market("bybit-spot", "TESTUSDT")

DAY = 1_717_372_800
"""2024-06-03 00:00:00 UTC, seconds."""

CONTRACTS = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional"
SPOT_COLUMNS = "id,timestamp,price,volume,side"


def contract(number: int, seconds: str, side: str = "Buy", size: str = "0.5", price: str = "100.5", **said: str) -> str:
    """A print of contracts; number makes its id."""
    symbol = said.get("symbol", LINEAR.symbol)
    value = float(size) / float(price) if said.get("is_inverse") else float(size) * float(price)
    own = f"{seconds},{symbol},{side},{size},{price},PlusTick,{UUID(int=number)},{value * 1e8:.0f},{size},{value:.8f}"
    return own + (f",{said['rpi']}" if "rpi" in said else "")


def write_csv(path: Path, header: str | None, lines: Sequence[str], end: str = "\n") -> Path:
    whole = [header, *lines] if header else list(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress((end.join(whole) + end).encode(), mtime=0))
    return path


def delta(u: int, ms: int, bids: Sequence[Sequence[str]] = (), asks: Sequence[Sequence[str]] = (), **said: Any) -> str:
    """A message of a book; ms since midnight, sent 4 ms later; said: kind, depth, symbol."""
    kind, depth, symbol = said.get("kind", "delta"), said.get("depth", 200), said.get("symbol", LINEAR.symbol)
    data = {"s": symbol, "b": [list(one) for one in bids], "a": [list(one) for one in asks], "u": u, "seq": 7 * u}
    at = DAY * 1_000 + ms
    message = {"topic": f"orderbook.{depth}.{symbol}", "type": kind, "ts": at + 4, "data": data, "cts": at}
    return json.dumps(message, separators=(",", ":"))


def snapshot(u: int, ms: int, bid: str = "100.0", ask: str = "100.5", size: str = "2.5", **said: Any) -> str:
    return delta(u, ms, [[bid, size], ["99.5", "4"]], [[ask, "1.5"]], kind="snapshot", **said)


def write_book(path: Path, lines: Sequence[str], end: str = "\r\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(path.name.removesuffix(".zip"), end.join(lines) + end)
    return path


def _contracts(folder: Path) -> list[Path]:
    """Ten columns ascending on one day, eleven and descending on the next."""
    first = [contract(n, f"{DAY + n}.{n:04d}") for n in range(5)]
    second = [contract(20 - n, f"{DAY + 86_500 - n}", "Sell", rpi=str(n % 2)) for n in range(4)]
    return [
        write_csv(folder / "trading/TESTUSDT/TESTUSDT2024-06-03.csv.gz", CONTRACTS, first),
        write_csv(folder / "trading/TESTUSDT/TESTUSDT2024-06-04.csv.gz", CONTRACTS + ",RPI", second),
    ]


def _inverse(folder: Path) -> list[Path]:
    lines = [contract(n, f"{DAY + n}.5", size="100", symbol=INVERSE.symbol, is_inverse="yes") for n in range(3)]
    return [write_csv(folder / "TESTUSD2024-06-03.csv.gz", CONTRACTS, lines)]


SPOT_PRINTS = [
    "1,{at}000,100.5,0.25,buy",
    "2,{at}000,100.5,0.25,buy",
    "3,{at}000,100.5,0.25,sell",
    "4,{at}250,100.6,0.5,sell",
]
"""Two prints of equal content, and two others."""


def spot_lines(first_id: int = 1, rpi: str = "") -> list[str]:
    lines = [line.format(at=DAY) for line in SPOT_PRINTS]
    return [f"{first_id + n}{line[1:]}{rpi}" for n, line in enumerate(lines)]


def _spot(folder: Path) -> list[Path]:
    """A day and the month it is of, which has one print more before it."""
    day = write_csv(folder / "TESTUSDT_2024-06-03.csv.gz", SPOT_COLUMNS, spot_lines())
    before = f"1,{DAY - 86_400}000,100.4,1,buy,0"
    month = [before, *spot_lines(2, ",0")]
    return [day, write_csv(folder / "TESTUSDT-2024-06.csv.gz", SPOT_COLUMNS + ",rpi", month)]


def _books(folder: Path) -> list[Path]:
    """Two days of which the first closes with the snapshot that opens the second."""
    midnight = 86_400_000
    opening = snapshot(12, midnight + 129)
    first = [
        delta(9, 20, [["99.0", "1"]]),
        snapshot(10, 129),
        delta(11, 230, [["100.0", "0"]]),
        delta(12, midnight + 20, [["100.0", "2.5"]]),
        opening,
    ]
    second = [opening, delta(13, midnight + 230, asks=[["100.5", "0"], ["100.6", "1"]])]
    return [
        write_book(folder / "2024-06-03_TESTUSDT_ob200.data.zip", first),
        write_book(folder / "2024-06-04_TESTUSDT_ob200.data.zip", second),
    ]


CASES = [
    Case("bybit-archive", LINEAR, _contracts, {"trades": 9}),
    Case("bybit-archive", INVERSE, _inverse, {"trades": 3}),
    Case("bybit-archive", SPOT, _spot, {"trades": 5}),
    Case("bybit-archive", LINEAR, _books, {"book_updates": 1 + 3 + 1 + 1 + 3 + 2}),
]
