"""Tiny hand-made CSV files as Tardis.dev writes them, and lakes made of them."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import Wanted
from pipeline.sources import SOURCES
from tests.pipeline.captures import NOON
from tests.pipeline.lakes import MARKET, refresh

BOOK = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount"
TRADES = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount"
LENIENT = Wanted({MARKET: MarketSettings(tick=0.1, qty_decimals=3, max_quarantine=0.9)})


def level(at: float, side: str, price: str, amount: str, *, snapshot: bool = False, **other: str) -> str:
    """A row of the book: `at` milliseconds after noon, received 5 ms later unless `recv` says when."""
    recv = float(other.pop("recv", at + 5))
    fields = {
        "exchange": "binance-futures",
        "symbol": "BTCUSDT",
        "timestamp": us(at),
        "local_timestamp": us(recv),
        "is_snapshot": str(snapshot).lower(),
        "side": side,
        "price": price,
        "amount": amount,
    }
    return ",".join((fields | other).values())


def fill(number: int | str, at: float, side: str = "buy", price: str = "100", amount: str = "1", **other: str) -> str:
    """A row of trades, received 5 ms after it happened unless `recv` says when."""
    recv = float(other.pop("recv", at + 5))
    fields = {
        "exchange": "binance-futures",
        "symbol": "BTCUSDT",
        "timestamp": us(at),
        "local_timestamp": us(recv),
        "id": str(number),
        "side": side,
        "price": price,
        "amount": amount,
    }
    return ",".join((fields | other).values())


def us(at: float) -> str:
    return str(1_000 * NOON + round(1_000 * at))


def book(bid: str = "99.9", ask: str = "100.1", at: float = 0, **other: str) -> list[str]:
    """A snapshot of one level a side."""
    rows = (("bid", bid, "2"), ("ask", ask, "3"))
    return [level(at, side, price, amount, snapshot=True, **other) for side, price, amount in rows]


def write_csv(path: Path, header: str, rows: Sequence[str]) -> Path:
    """Header and rows; gzip if the name says so."""
    body = "".join(f"{row}\n" for row in (header, *rows)).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(body, 1, mtime=0) if path.suffix == ".gz" else body)
    return path


def add(lake: Lake, *files: Path, wanted: Wanted = LENIENT, market: Market = MARKET) -> Lake:
    """Register the files and bring every table up to date, in this process."""
    ingest(lake, SOURCES["tardis"], files, market, wanted, workers=1)
    refresh(lake, wanted)
    return lake
