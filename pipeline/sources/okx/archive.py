"""OKX's public archive: trades, funding and candles (CSV in zip) and order books (JSON lines in tar.gz).

The first line tells which it is.
"""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch, brief
from pipeline.sources.okx import book, tables
from pipeline.sources.reading.csv_archive import columns_of
from pipeline.sources.reading.lines import blocks_of_lines

NAME: Final = "okx-archive"

_FORMS: Final = {
    "okx-swap": re.compile(r"[A-Za-z0-9]+-[A-Za-z0-9_]+-SWAP"),
    "okx-futures": re.compile(r"[A-Za-z0-9]+-[A-Za-z0-9_]+-[0-9]{6}"),
    "okx-spot": re.compile(r"[A-Za-z0-9]+-[A-Za-z0-9]+"),
}
"""How the instruments of a venue are named."""


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the file at `path`, which should be about `market`, batch by batch.

    Raises FP002 if it is not of the archive or lists trades twice, FP003 if it is about another market.
    """
    _check_market(market, path)
    reading = blocks_of_lines(path)
    first = next(reading)
    blocks = chain([first], reading)
    if first[0].lstrip().startswith(b"{"):
        return book.read(NAME, path, market, blocks)
    names = tables.plain_names(columns_of(first[0]))
    take = tables.reader_of(names)
    if take is None:
        raise FootprintError(
            "FP002",
            f"expected the columns of trades ({','.join(tables.TRADES)}), of funding (funding_rate,funding_time), "
            f"of candles ({','.join(tables.CANDLES)}) or lines of an order book in JSON, "
            f"got {brief(repr(first[0].decode(errors='replace')), 200)}",
            where=f"{path}, line 1",
            hint="books as CSV and borrowing rates are not read; `footprint ingest --help` lists the sources",
        )
    if "aggtrades" in path.name:
        raise FootprintError(
            "FP002",
            "expected single trades, the file's name says aggtrades, which sum up several",
            where=str(path),
            hint="fetch the trades of the day, or rename the file if it does hold them",
        )
    if "instrument_name" not in names:
        _check_name(path, market)
    return tables.read(NAME, path, market, names, take, blocks)


def _check_market(market: Market, path: Path) -> None:
    """The instrument's name says what it is, so that swaps are not taken for spot."""
    if _FORMS[market.venue].fullmatch(market.symbol):
        return
    fitting = [venue for venue, form in _FORMS.items() if form.fullmatch(market.symbol)]
    raise FootprintError(
        "FP003",
        f"{market.symbol} is not named as instruments of {market.venue} are",
        where=str(path),
        hint=f"--venue {fitting[0]}" if fitting else "instruments are named as BTC-USDT-SWAP, BTC-USD-240628, BTC-USDT",
    )


def _check_name(path: Path, market: Market) -> None:
    """Old files name no instrument in their lines; the file's name does."""
    symbol, mark, _ = path.name.partition("-trades-")
    if not mark:
        symbol, mark, _ = path.name.partition("-fundingrates-")
    if not mark or symbol != market.symbol:
        raise FootprintError(
            "FP003",
            f"expected records of {market.symbol}; the lines name no instrument, and the file's name says "
            f"{symbol if mark else 'none'}",
            where=str(path),
            hint=f"name the file as the archive does, {market.symbol}-trades-2021-10-02.csv",
        )
