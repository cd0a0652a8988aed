"""Trades of Bybit's public archive: contracts by day, spot by day or month, CSV in gzip.

Contracts have times in seconds with decimals and a UUID a print. Ids of spot prints begin at 1 in every file: a print
is known by its content and by how many like it stand before, so that files of a day and of its month agree. Old files
begin with the latest print. `side` is the taker's (api docs, "Side of taker"); `size` of inverse contracts is USD.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch
from pipeline.sources.reading.csv_archive import CsvFile, flags
from pipeline.sources.reading.csv_frames import CsvBatches
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.file_days import file_days
from pipeline.sources.reading.occurrences import Occurrences

CONTRACTS: Final = (
    "timestamp", "symbol", "side", "size", "price", "tickDirection", "trdMatchID", "grossValue", "homeNotional",
    "foreignNotional",
)  # fmt: skip
NEEDED: Final = "timestamp", "symbol", "side", "size", "price", "trdMatchID"
"""Columns of contracts without which prints cannot be taken."""
SPOT: Final = "id", "timestamp", "price", "volume", "side"
DELAY_US: Final = 50_000
"""How long after its matching a print is taken to be known: the usual way of the public trade stream."""

_SIDES: Final = {"Buy": 1, "Sell": -1, "buy": 1, "sell": -1}
_FLAGS: Final = {"0": 0, "1": 1, "false": 0, "true": 1, "False": 0, "True": 1}


def read_contracts(
    source: str, path: Path, market: Market, names: tuple[str, ...], has_header: bool, blocks: Iterator[list[bytes]]
) -> Iterator[Batch]:
    """Raises FP003 if the notionals are those of the other kind of contract."""
    file = CsvFile(
        path, market, names, has_header, "timestamp", file_days(path.name), CsvBatches(source), market_column="symbol"
    )

    def take(lines: Lines) -> Batch:
        moments = file.moments(lines, clock="match", delay=DELAY_US)
        price, size = lines.number("price", "price"), lines.number("size", "size")
        if lines.first <= 2:
            _check_kind(lines, file, price, size)
        columns = {"trade_id": lines.words("trdMatchID"), "price": price, "qty": size} | _print(lines, file, "RPI")
        frame = file.batches.frame(lines, "trades", moments, columns)
        rejected = lines.rejected("trades", moments.event)
        return file.batches.batch(lines, {"trades": frame}, rejected, prices=["price"], sizes=["size"])

    return file.read(blocks, take)


def read_spot(
    source: str, path: Path, market: Market, names: tuple[str, ...], has_header: bool, blocks: Iterator[list[bytes]]
) -> Iterator[Batch]:
    file = CsvFile(path, market, names, has_header, "timestamp", file_days(path.name), CsvBatches(source))
    occurrences = Occurrences()

    def take(lines: Lines) -> Batch:
        moments = file.moments(lines, clock="match", delay=DELAY_US)
        columns = {"price": lines.number("price", "price"), "qty": lines.number("volume", "size")}
        lines.number("id", "count")
        columns |= _print(lines, file, "rpi")
        content = pl.DataFrame([columns[name].alias(name) for name in ("price", "qty", "taker_side")])
        digests = occurrences.digests(content, moments.event)
        frame = file.batches.frame(lines, "trades", moments, columns, digests=digests)
        rejected = lines.rejected("trades", moments.event)
        return file.batches.batch(lines, {"trades": frame}, rejected, prices=["price"], sizes=["volume"])

    return file.read(blocks, take)


def _print(lines: Lines, file: CsvFile, rpi: str) -> dict[str, pl.Series]:
    """What prints of either kind say: side, and in files since 2025 whether against a retail order."""
    columns = {
        "taker_side": lines.choice("side", _SIDES),
        "is_off_market": pl.repeat(False, len(lines.raw), eager=True, dtype=pl.Boolean),
    }
    if file.has(rpi):
        columns["is_rpi"] = flags(lines, rpi, _FLAGS)
    return columns


def _check_kind(lines: Lines, file: CsvFile, price: pl.Series, size: pl.Series) -> None:
    """Linear and inverse contracts write the same columns; the value of a print tells them apart.

    foreignNotional is size x price where the size is in base coin, size / price where it is in USD.
    """
    if not file.has("foreignNotional"):
        return
    stated = lines.text["foreignNotional"].cast(pl.Float64, strict=False)
    home = lines.text["homeNotional"].cast(pl.Float64, strict=False) if file.has("homeNotional") else stated
    quotient, product = size / price, size * price
    is_inverse = _is_near(stated, quotient) | _is_near(home, quotient)
    is_linear = _is_near(stated, product) | _is_near(home, product)
    told = lines.is_good & (is_inverse != is_linear)
    inverse, linear = int((told & is_inverse).sum()), int((told & is_linear).sum())
    wrong = inverse > linear if file.market.venue == "bybit-linear" else linear > inverse
    if wrong:
        found = "inverse" if inverse > linear else "linear"
        raise FootprintError(
            "FP003",
            f"expected {file.market.venue}, found prints worth size {'/' if found == 'inverse' else 'x'} price, "
            f"which are of {found} contracts",
            where=str(file.path),
            hint=f"--venue bybit-{found}",
        )


def _is_near(one: pl.Series, other: pl.Series) -> pl.Series:
    return ((one - other).abs() <= 1e-3 * other).fill_null(False)
