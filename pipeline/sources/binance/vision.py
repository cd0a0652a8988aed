"""CSV files of Binance's public archive: zips, as they are handed out, or what is in them.

USD-M and COIN-M futures, spot and options; by day or by month. The first line tells the kind, with or without a
header; the name tells the symbol and the day, and where it does not, the market given counts and no day is checked.
Two sources read them: a day's aggregates and its single trades are the same tape in two forms.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch, brief
from pipeline.sources.binance.names import check_kind
from pipeline.sources.binance.vision_layout import KINDS, Layout, layout_of
from pipeline.sources.binance.vision_options import option_states
from pipeline.sources.binance.vision_place import PRICE_KINDS, Place, place_of
from pipeline.sources.binance.vision_rows import (
    File,
    Rows,
    aggregates,
    bars,
    best_quotes,
    settled_funding,
    single_trades,
    volatility_index,
)
from pipeline.sources.binance.vision_statistics import Depth, Liquidations, Positioning
from pipeline.sources.reading.csv_frames import CsvBatches
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.lines import blocks_of_lines
from pipeline.sources.reading.times import Unit, unit_of

NAME: Final = "binance-vision"
TRADES_NAME: Final = "binance-vision-trades"

Reader = Callable[[Lines], Rows]
_READERS: Final[dict[str, Callable[[File], Reader]]] = {
    "aggTrades": lambda file: partial(aggregates, file=file),
    "trades": lambda file: partial(single_trades, file=file),
    "bookTicker": lambda file: partial(best_quotes, file=file),
    "klines": lambda file: partial(bars, file=file),
    "fundingRate": lambda file: partial(settled_funding, file=file),
    "BVOLIndex": lambda file: partial(volatility_index, file=file),
    "EOHSummary": lambda file: partial(option_states, file=file),
    "bookDepth": Depth,
    "metrics": Positioning,
    "liquidationSnapshot": Liquidations,
}
_VENUES: Final = {
    "BVOLIndex": "binance-options",
    "EOHSummary": "binance-options",
}
_LOOKED_AT: Final = 100
"""Lines at the head of a file from which its unit of time is told."""
_MOMENT_LINES: Final = 100
"""More lines of one moment than any file of bands has."""


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the file at `path`, which should be about `market`, batch by batch; not single trades.

    Raises FP002 if it is no such file or does not tell what it holds, FP003 if it is about another market.
    """
    return _read(path, market, NAME)


def read_trades(path: Path, market: Market) -> Iterator[Batch]:
    """As `read`, of files of single trades only."""
    return _read(path, market, TRADES_NAME)


def _read(path: Path, market: Market, source: str) -> Iterator[Batch]:
    place = place_of(path)
    place.check(path, market)
    check_kind(market, path)
    batches, line = CsvBatches(source), 1
    file: File | None = None
    foreign: set[str] = set()
    good = 0
    for block in _whole_moments(blocks_of_lines(path)):
        beside = 0
        if file is None:
            file = _file(path, market, place, block)
            _check_source(path, file.layout, source)
            reader = _READERS[file.layout.kind](file)
            beside = int(file.layout.has_header)
        batch = _batch(batches, Lines.of(block[beside:], line + beside, file.layout.names), reader, file, foreign)
        batch.lines_beside, batch.span = beside, place.days.span
        good += sum(frame.height for frame in batch.frames.values())
        line += len(block)
        yield batch
    if foreign and not good:
        first = Market(market.venue, min(foreign))
        raise FootprintError(
            "FP003",
            f"expected records of {market}, found only {', '.join(sorted(foreign)[:3])}",
            where=str(path),
            hint=f"--symbol {first.symbol}, or check the file",
        )


def _whole_moments(blocks: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
    """The blocks, cut anew so that lines with the same first field stay together."""
    held: list[bytes] = []
    for block in blocks:
        block = held + block
        moment = block[-1].split(b",", 1)[0] + b","
        at = len(block)
        while at > max(len(block) - _MOMENT_LINES, 0) and block[at - 1].startswith(moment):
            at -= 1
        if at > 1:  # a header alone tells nothing of the rows
            yield block[:at]
        held = block[at if at > 1 else 0 :]
    if held:
        yield held


def _file(path: Path, market: Market, place: Place, block: list[bytes]) -> File:
    """What the first lines tell of the file; raises if they tell that it is another's, or not enough."""
    layout = layout_of(block[0])
    if layout is None:
        raise FootprintError(
            "FP002",
            f"expected a first line as files of {', '.join(KINDS)} have it, got {brief(repr(block[0])[1:], 120)}",
            where=f"{path}, line 1",
            hint="`footprint ingest --help` lists the sources and what they read",
        )
    _check_venue(path, market, layout)
    rows = block[int(layout.has_header) : _LOOKED_AT]
    unit = _unit(path, layout, rows)
    file = File(market, layout, place, unit)
    return replace(file, price_kind=_price_kind(path, file, rows)) if layout.kind == "klines" else file


def _check_venue(path: Path, market: Market, layout: Layout) -> None:
    """Raise FP003 for a file in a form that the market's venue does not have."""
    expected = _VENUES.get(layout.kind)
    if expected is None and layout.is_spot is not None and layout.is_spot != (market.venue == "binance-spot"):
        expected = "binance-spot" if layout.is_spot else "binance-usdm"
    if expected not in (None, market.venue):
        raise FootprintError(
            "FP003",
            f"expected a file of {market.venue}; {layout.kind} with these columns are of {expected}",
            where=str(path),
            hint=f"--venue {expected}, or check the file",
        )


def _check_source(path: Path, layout: Layout, source: str) -> None:
    """A day's tape must not be in `trades` twice under one name: single trades are another source."""
    if (layout.kind == "trades") == (source == TRADES_NAME):
        return
    is_single = layout.kind == "trades"
    raise FootprintError(
        "FP002",
        "expected any kind of file but single trades: they are the tape of aggTrades once more, and under one name "
        "its volume would count twice"
        if is_single
        else f"expected a file of single trades, got {layout.kind}",
        where=str(path),
        hint=f"footprint ingest {TRADES_NAME if is_single else NAME} ...; `prefer` in footprint.toml says which tape "
        "feeds the signals",
    )


def _unit(path: Path, layout: Layout, rows: list[bytes]) -> Unit:
    at = layout.names.index(layout.time)
    fields = [line.rstrip().split(b",") for line in rows]
    times = [line[at].decode(errors="replace") for line in fields if len(line) == len(layout.names)]
    unit = next((unit for time in times if (unit := unit_of(time))), None)
    if unit is None:
        came = f"got {brief(repr(times[0]), 60)}" if times else "found no line with as many fields as the first"
        raise FootprintError(
            "FP002",
            f"expected {layout.time} as a time in seconds, milli- or microseconds since 1970 or as text, {came}",
            where=str(path),
            hint="copy or fetch the file again",
        )
    return unit


def _price_kind(path: Path, file: File, rows: list[bytes]) -> str:
    """Whose price the bars are of: name and folders say it; spot has trades only, and only they have a volume."""
    if file.place.price_kind:
        return file.place.price_kind
    at = file.layout.names.index("volume")
    fields = (line.split(b",") for line in rows)
    volumes = {line[at].strip(b" 0.") for line in fields if len(line) == len(file.layout.names)}
    if file.market.venue == "binance-spot" or volumes - {b""}:
        return "trade"
    raise FootprintError(
        "FP002",
        "bars without volume are of mark, index or premium, or of a market without trades; neither the file's name "
        "nor its folder says which",
        where=str(path),
        hint=f"put one of {', '.join(PRICE_KINDS)} into the name, as BTCUSDT-markPriceKlines-1m-2024-06-03.zip",
    )


def _batch(batches: CsvBatches, lines: Lines, reader: Reader, file: File, foreign: set[str]) -> Batch:
    rows = reader(lines)
    days = file.place.days
    lines.refuse((rows.within < days.begin) | (rows.within >= days.end), days.complaint)
    if rows.foreign is not None:
        other = (rows.foreign != file.market.symbol).fill_null(False)
        lines.refuse(other, f"foreign symbol, expected {file.market.symbol}")
        foreign.update(brief(symbol, 40) for symbol in rows.foreign.filter(other).unique().to_list()[:3])
    frame = batches.frame(lines, rows.table, rows.moments, rows.columns)
    if rows.copies is not None:
        frame = _told_apart(frame, rows.copies.filter(lines.is_good))
    rejected = lines.rejected(rows.table, rows.moments.event)
    return batches.batch(lines, {rows.table: frame}, rejected, prices=rows.prices, sizes=rows.sizes)


def _told_apart(frame: pl.DataFrame, copies: pl.Series) -> pl.DataFrame:
    """Digests of rows that are alike and yet several, changed by their number; the first keeps its own."""
    digests = frame["digest"].to_numpy() + copies.to_numpy() * np.int64(0x9E3779B97F4A7C1)
    return frame.with_columns(digest=pl.Series(digests))
