"""Summaries of Deribit's option books as CSV: the fields of public/get_book_summary_by_currency, a row per option.

Columns are found by their names, others are ignored; a file may hold many moments and many chains. Prices of a chain
named for a coin are in the coin. The time is that of the summary (creation_timestamp); there is no time of receipt.
A null price is an empty side of the book. Field meanings: docs.deribit.com, "public/get_book_summary_by_currency".
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch
from pipeline.sources.deribit.option_csv import (
    ChainFile,
    above_zero,
    named_options,
    percent_of,
    stated_in,
    volatilities,
)
from pipeline.sources.reading.csv_frames import CsvBatches, Moments
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.times import WORDS, Unit, unit_of

NAME: Final = "deribit-summary"
DELAY_US: Final = 500_000
"""How long after its time a summary is taken to be known (domain default of snapshots)."""

_NEEDED: Final = {"instrument_name": "", "creation_timestamp": "", "underlying_price": "", "mark_price": ""}


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the summaries of the chain that is the market's symbol, batch by batch.

    Raises FP002 if it is not such a file, FP003 if it holds other chains only.
    """
    file = ChainFile(path, market, _NEEDED, "instrument_name")
    batches = CsvBatches(NAME)
    unit: Unit | None = None
    percent: float | None = None
    for lines in file.blocks():
        if unit is None and lines.raw:
            unit = _unit(lines, path)
        percent = percent or percent_of(stated_in(lines, "mark_iv"))
        batch = _batch(batches, lines, unit or "ms", percent)
        batch.lines_beside = file.beside
        yield batch


def _unit(lines: Lines, path: Path) -> Unit:
    text = lines.text["creation_timestamp"][0] or ""
    unit = unit_of(text)
    if unit is None:
        raise FootprintError(
            "FP002",
            f"expected creation_timestamp to be a time as {WORDS['ms']}, got {text[:40]!r}",
            where=f"{path}, line {lines.numbers[0]}",
        )
    return unit


def _batch(batches: CsvBatches, lines: Lines, unit: Unit, percent: float | None) -> Batch:
    columns = named_options(lines, "instrument_name")
    event = lines.time("creation_timestamp", unit)
    for name, column in _PRICES.items():
        if column in lines.text.columns:
            value = lines.number(column, "free size", may_be_blank=True)
            columns[name] = value if name == "mark_px" else above_zero(value)
    for name in ("bid_iv", "ask_iv", "mark_iv"):
        if name in lines.text.columns:
            columns[name] = volatilities(lines, name, percent)
    if "interest_rate" in lines.text.columns:
        columns["interest_rate"] = lines.number("interest_rate", may_be_blank=True)
    if "underlying_index" in lines.text.columns:
        columns["underlying_index"] = lines.text["underlying_index"]
    if "quote_currency" in lines.text.columns:
        stated = lines.text["quote_currency"]
        lines.refuse(
            stated != columns["px_ccy"], "quote_currency is not the currency in which the name says it is priced"
        )
    moments = Moments(event, "publish", DELAY_US)
    frame = batches.frame(lines, "option_quotes", moments, columns)
    return batches.batch(lines, {"option_quotes": frame}, lines.rejected("option_quotes", event), moments=moments)


_PRICES: Final = {
    "bid_px": "bid_price",
    "ask_px": "ask_price",
    "mark_px": "mark_price",
    "last_px": "last",
    "underlying_px": "underlying_price",
    "open_interest_qty": "open_interest",
}
