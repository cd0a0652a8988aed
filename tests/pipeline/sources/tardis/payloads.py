"""Small files of every data set of Tardis.dev that is read."""

from pathlib import Path

from tests.pipeline.lakes import MARKET
from tests.pipeline.sources.case import Case
from tests.pipeline.tardis_files import BOOK, TRADES, book, fill, level, us, write_csv

_SHARED = "exchange,symbol,timestamp,local_timestamp"
QUOTES = f"{_SHARED},ask_amount,ask_price,bid_price,bid_amount"
_TICKER = (
    f"{_SHARED},funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,index_price,mark_price"
)
SNAPSHOT = _SHARED + "".join(
    f",asks[{at}].price,asks[{at}].amount,bids[{at}].price,bids[{at}].amount" for at in range(2)
)
SETTLEMENT = us(4 * 3_600_000)
"""16:00, the settlement after the noon at which the files begin."""


def shared(at: float, recv: float | None = None) -> str:
    return f"binance-futures,BTCUSDT,{us(at)},{us(at + 5 if recv is None else recv)}"


def quotes(folder: Path) -> list[Path]:
    rows = [f"{shared(1)},3,100.1,99.9,2", f"{shared(2)},3,100.1,99.8,2.5", f"{shared(3)},,,99.8,2.5"]
    return [write_csv(folder / "binance-futures_quotes_2024-03-05_BTCUSDT.csv.gz", QUOTES, rows)]


def snapshots(folder: Path) -> list[Path]:
    rows = [f"{shared(1)},100.1,3,99.9,2,100.2,5,99.8,4", f"{shared(101)},100.1,3,99.9,2,100.2,6,,"]
    return [write_csv(folder / "binance-futures_book_snapshot_2_2024-03-05_BTCUSDT.csv", SNAPSHOT, rows)]


def tickers(folder: Path) -> list[Path]:
    rows = [
        f"{shared(1)},{SETTLEMENT},0.0001,,1200.5,100,99.95,100.01",
        f"{shared(3_001)},,,,1201.5,100,,100.02",
        f"{shared(6_001)},{SETTLEMENT},-0.00005,,,,99.96,100.03",
    ]
    return [write_csv(folder / "binance-futures_derivative_ticker_2024-03-05_BTCUSDT.csv.gz", _TICKER, rows)]


def liquidations(folder: Path) -> list[Path]:
    rows = [fill("a", 1, "buy", "100.4", "0.5"), fill("", 2, "sell", "99.7", "1.5")]
    return [write_csv(folder / "binance-futures_liquidations_2024-03-05_BTCUSDT.csv.gz", TRADES, rows)]


def book_and_tape(folder: Path) -> list[Path]:
    """A snapshot, three changes and two prints, in two files."""
    levels = [*book(), level(100, "bid", "99.9", "1"), level(200, "ask", "100.1", "0"), level(200, "ask", "100.2", "7")]
    return [
        write_csv(folder / "book.csv.gz", BOOK, levels),
        write_csv(folder / "trades.csv.gz", TRADES, [fill(1, 150), fill(2, 160, "sell", "99.9")]),
    ]


CASES = [
    Case("tardis", MARKET, book_and_tape, {"book_updates": 5, "trades": 2}),
    Case("tardis", MARKET, quotes, {"book_ticker": 3}),
    Case("tardis", MARKET, snapshots, {"book_updates": 7}),
    Case("tardis", MARKET, tickers, {"derivative_ticker": 3, "funding": 2}),
    Case("tardis", MARKET, liquidations, {"liquidations": 2}),
]
