"""Bybit's public archive: trades (CSV in gzip) and order books (zips of JSON lines). The first line tells which."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import VENUES, Market
from pipeline.sources.batch import Batch, brief
from pipeline.sources.bybit import book, trades
from pipeline.sources.bybit.names import check_kind
from pipeline.sources.reading.csv_archive import columns_of, wants
from pipeline.sources.reading.csv_text import is_header
from pipeline.sources.reading.lines import blocks_of_lines

NAME: Final = "bybit-archive"

_RPI: Final = {len(trades.CONTRACTS): "RPI", len(trades.SPOT): "rpi"}
"""What a column more is called, by the number of the others."""


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the file at `path`, which should be about `market`, batch by batch.

    Raises FP002 if it is not of the archive, FP003 if it is about another market.
    """
    check_kind(market, path)
    reading = blocks_of_lines(path)
    first = next(reading)
    blocks = chain([first], reading)
    if first[0].lstrip().startswith(b"{"):
        _check_folder(path, market)
        return book.read(NAME, path, market, blocks)
    has_header = is_header(first[0])
    names = columns_of(first[0]) if has_header else _usual_names(first[0])
    if wants(names, trades.NEEDED):
        _check_kind(market, path, is_spot=False)
        return trades.read_contracts(NAME, path, market, names, has_header, blocks)
    if wants(names, trades.SPOT):
        _check_kind(market, path, is_spot=True)
        _check_name(path, market)
        return trades.read_spot(NAME, path, market, names, has_header, blocks)
    raise FootprintError(
        "FP002",
        f"expected the columns of trades ({','.join(trades.CONTRACTS)}; spot: {','.join(trades.SPOT)}) or "
        f"lines of an order book in JSON, got {brief(repr(first[0].decode(errors='replace')), 200)}",
        where=f"{path}, line 1",
        hint="klines and indices of the archive are not read; `footprint ingest --help` lists the sources",
    )


def _usual_names(line: bytes) -> tuple[str, ...]:
    """The columns of a file without a header, by their number."""
    count = line.count(b",") + 1
    for names in (trades.CONTRACTS, trades.SPOT):
        if count in (len(names), len(names) + 1):
            return (*names, _RPI[len(names)])[:count]
    return ()


def _check_kind(market: Market, path: Path, *, is_spot: bool) -> None:
    if is_spot != (market.venue == "bybit-spot"):
        raise FootprintError(
            "FP003",
            f"expected trades of {market.venue}, found the columns of {'spot' if is_spot else 'contracts'}",
            where=f"{path}, line 1",
            hint="--venue bybit-spot" if is_spot else "--venue bybit-linear or bybit-inverse",
        )


def _check_name(path: Path, market: Market) -> None:
    """Spot trades name no symbol; the file's name does, unless it was changed."""
    symbol, mark, date = path.name.partition("_")
    if not mark:
        symbol, mark, date = path.name.partition("-")
    if date[:2] == "20" and symbol != market.symbol:
        raise FootprintError(
            "FP003",
            f"expected trades of {market.symbol}, the file's name says {symbol}, and its lines name no symbol",
            where=str(path),
            hint=f"--symbol {symbol}, or rename the file",
        )


def _check_folder(path: Path, market: Market) -> None:
    """Books of spot and of contracts look alike; the archive keeps them in folders named for what they are."""
    kinds = [part for part in path.absolute().parent.parts if f"bybit-{part}" in VENUES]
    if kinds and f"bybit-{kinds[-1]}" != market.venue:
        raise FootprintError(
            "FP003",
            f"expected a book of {market.venue}, found it in a folder {kinds[-1]!r}, and its lines do not say",
            where=str(path),
            hint=f"--venue bybit-{kinds[-1]}, or move the file",
        )
