"""What a Tardis CSV holds, told by its header, and how the vendor names a market."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import brief
from pipeline.sources.reading.file_days import file_days
from pipeline.sources.tardis import lines as fields
from pipeline.sources.tardis.exchanges import EXCHANGES

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_UPPER_CASE: Final = {"hyperliquid"}
"""Venues whose symbols have small letters, which the vendor's have not."""

_SHARED: Final = {
    "exchange": fields.EXCHANGE,
    "symbol": fields.SYMBOL,
    "timestamp": fields.EVENT,
    "local_timestamp": fields.RECV,
    "is_snapshot": fields.IS_SNAPSHOT,
}
"""What the levels of a message have in common; a print has no is_snapshot."""

_COMMON: Final = {name: code for name, code in _SHARED.items() if name != "is_snapshot"}
_BOOK: Final = _SHARED | {"side": fields.BOOK_SIDE, "price": fields.PRICE, "amount": fields.LEVEL_QTY}
_TRADES: Final = _COMMON | {
    "id": fields.ID, "side": fields.TAKER_SIDE, "price": fields.PRICE, "amount": fields.PRINT_QTY
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Kind and columns of a file, and the exchange and symbol that its lines should name."""

    is_book: bool
    names: tuple[str, ...]
    exchange: str
    symbol: str

    @property
    def table(self) -> str:
        return "book_updates" if self.is_book else "trades"

    @property
    def order(self) -> NDArray[np.int8]:
        """What each field of a line is, as the codes of `lines`."""
        wanted = _BOOK if self.is_book else _TRADES
        return np.array([wanted.get(name, fields.SKIP) for name in self.names], np.int8)

    @property
    def shared(self) -> int:
        """How many fields from the first are of those that the levels of a message share."""
        return next((at for at, name in enumerate(self.names) if name not in _SHARED), len(self.names))


def layout_of(header: bytes, path: Path, market: Market) -> Layout:
    """Raises FP002 if the header is not one of incremental_book_L2 or trades."""
    names = tuple(header.decode(errors="replace").split(","))
    is_book = "is_snapshot" in names
    wanted = _BOOK if is_book else _TRADES
    if not set(wanted) <= set(names) or len(set(names)) < len(names):
        raise FootprintError(
            "FP002",
            f"expected the header of incremental_book_L2 ({','.join(_BOOK)}) or of trades ({','.join(_TRADES)}), "
            f"got {brief(repr(','.join(names)), 200)}",
            where=f"{path}, line 1",
            hint="read too: quotes, book_ticker, derivative_ticker, liquidations; by tardis-snapshots "
            "book_snapshot_5 and _25",
        )
    return Layout(is_book, names, EXCHANGES[market.venue], vendor_symbol(market))


def span_of(path: Path) -> tuple[int, int] | None:
    """The day that the file's name tells, as the vendor's package makes it, or its folders as in {YYYY}/{MM}/{DD}."""
    folders = "-".join(path.resolve().parts[-4:-1])
    return file_days(path.name).span or (file_days(folders).span if _DAY.fullmatch(folders) else None)


def vendor_symbol(market: Market) -> str:
    """The market's symbol as the vendor writes it."""
    return market.symbol.upper() if market.venue in _UPPER_CASE else market.symbol
