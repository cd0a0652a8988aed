"""CSV of OKX's archive: trades, settled funding and one-minute candles, cut into days of UTC+8, CSV in zip.

`side` is the taker's; sizes of swaps and futures are contracts; volumes of candles are taken in base and quote units.
Of funding the realised rate is what was paid and is preferred where a file has it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch
from pipeline.sources.reading.csv_archive import CsvFile, flags, wants
from pipeline.sources.reading.csv_frames import CsvBatches
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.file_days import file_days

DELAY_US: Final = {"trades": 50_000, "funding": 5_000_000, "price_bars": 60_000_000}
"""How long after its event time a record is taken to be known: a print is streamed, a settlement is published within
seconds, a finished bar within a minute."""

TRADES: Final = "trade_id", "side", "price", "size", "created_time"
FUNDING: Final = ("funding_time",)
CANDLES: Final = "open", "high", "low", "close", "open_time"

_AHEAD_H: Final = 8
_MINUTE_S: Final = 60
_SIDES: Final = {"buy": 1, "sell": -1, "BUY": 1, "SELL": -1}
_ELP: Final = {"0": 0, "1": 1}
_DOUBLED: Final = 0.1
"""Share of lines with the id of another line and the other side from which on a file is one that lists all twice."""

_SPELLINGS: Final = {
    "instId": "instrument_name",
    "fundingTime": "funding_time",
    "fundingRate": "funding_rate",
    "realizedRate": "realized_rate",
}

Take = Callable[[CsvFile, Lines], Batch]


def plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Columns by one name each: old headers add Chinese words after a slash, of funding there are two spellings."""
    bare = (name.partition("/")[0].strip() for name in names)
    return tuple(_SPELLINGS.get(name, name) for name in bare)


def reader_of(names: tuple[str, ...]) -> tuple[Take, str] | None:
    """What takes a file of these columns, and the column of its times; None if they are of no table that is read."""
    if wants(names, TRADES):
        return _take_trades, "created_time"
    if wants(names, FUNDING) and {"funding_rate", "realized_rate"} & set(names):
        return _take_funding, "funding_time"
    if wants(names, CANDLES):
        return _take_candles, "open_time"
    return None


def read(
    source: str,
    path: Path,
    market: Market,
    names: tuple[str, ...],
    take: tuple[Take, str],
    blocks: Iterator[list[bytes]],
) -> Iterator[Batch]:
    takes, time = take
    named = "instrument_name" if "instrument_name" in names else None
    days = file_days(path.name, hours_ahead=_AHEAD_H)
    is_of_many = not path.name.startswith(f"{market.symbol}-")
    file = CsvFile(
        path, market, names, True, time, days, CsvBatches(source), market_column=named, is_of_many=is_of_many
    )
    return file.read(blocks, lambda lines: takes(file, lines))


def _take_trades(file: CsvFile, lines: Lines) -> Batch:
    _refuse_doubled(file, lines)
    moments = file.moments(lines, clock="match", delay=DELAY_US["trades"])
    lines.number("trade_id", "count")
    columns = {
        "trade_id": lines.text["trade_id"],
        "price": lines.number("price", "price"),
        "qty": lines.number("size", "size"),
        "taker_side": lines.choice("side", _SIDES),
        "is_off_market": pl.repeat(False, len(lines.raw), eager=True, dtype=pl.Boolean),
    }
    if file.has("source"):
        columns["is_rpi"] = flags(lines, "source", _ELP)
    frame = file.batches.frame(lines, "trades", moments, columns)
    rejected = lines.rejected("trades", moments.event)
    return file.batches.batch(lines, {"trades": frame}, rejected, prices=["price"], sizes=["size"])


def _refuse_doubled(file: CsvFile, lines: Lines) -> None:
    """Raise FP002 for a file of October 2021, which lists every trade as bought and as sold."""
    sides = lines.text.select("trade_id", pl.col("side").str.to_lowercase()).filter(lines.is_good)
    both = sides.group_by("trade_id").agg(sides=pl.col("side").n_unique(), lines=pl.len()).filter(pl.col("sides") > 1)
    doubled = int(both["lines"].sum())
    if doubled >= max(2, _DOUBLED * sides.height):
        raise FootprintError(
            "FP002",
            f"{doubled:,} of {sides.height:,} lines have the trade_id of another line and the other side: "
            "the file lists trades twice, bought and sold, and the taker's side is lost",
            where=f"{file.path}, line {lines.first}",
            hint="files of October 2021 are so; take these days from another source",
        )


def _take_funding(file: CsvFile, lines: Lines) -> Batch:
    moments = file.moments(lines, clock="match", delay=DELAY_US["funding"])
    name = "realized_rate" if file.has("realized_rate") else "funding_rate"
    columns = {
        "kind": pl.repeat("settled", len(lines.raw), eager=True, dtype=pl.String),
        "rate": lines.number(name, "rate"),
        "next_ts": moments.event,
    }
    frame = file.batches.frame(lines, "funding", moments, columns)
    return file.batches.batch(lines, {"funding": frame}, lines.rejected("funding", moments.event))


def _take_candles(file: CsvFile, lines: Lines) -> Batch:
    opened = file.moments(lines, clock="match", delay=DELAY_US["price_bars"])
    if file.has("confirm"):
        lines.refuse(lines.text["confirm"] == "0", "the bar was not over when it was written (confirm is 0)")
    lines.refuse(opened.event % (_MINUTE_S * 1_000_000) != 0, "open_time is no whole minute, and bars are of one")
    moments = type(opened)(opened.event + _MINUTE_S * 1_000_000, opened.clock, opened.delay)
    columns = {
        "price_kind": pl.repeat("trade", len(lines.raw), eager=True, dtype=pl.String),
        "interval_s": pl.repeat(_MINUTE_S, len(lines.raw), eager=True, dtype=pl.Int64),
        "open_ts": opened.event,
    } | {name: lines.number(name, "price") for name in ("open", "high", "low", "close")}
    base = "vol" if file.market.venue == "okx-spot" else "vol_ccy"
    for column, name in (("volume_qty", base), ("volume_quote", "vol_quote")):
        if file.has(name):
            columns[column] = lines.number(name, "free size", may_be_blank=True)
    frame = file.batches.frame(lines, "price_bars", moments, columns)
    return file.batches.batch(lines, {"price_bars": frame}, lines.rejected("price_bars", moments.event))
