"""The CSV data set options_chain of Tardis.dev: states of a venue's options, all of its chains in one file.

Times are microseconds; volatilities are percent; prices and sizes are the venue's own, Deribit's of a chain named for a
coin in the coin. An empty field is not stated. Of the venues that the vendor has it for, Deribit's is read. Field
meanings: docs.tardis.dev, "Downloadable CSV files".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

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
from pipeline.sources.tardis.exchanges import EXCHANGES
from signals.bars import DAY, MINUTE, microseconds
from signals.table import UTC_US

NAME: Final = "tardis-options"
DELAY_US: Final = 100_000
"""How long after its event time a quote is taken to be known where local_timestamp does not say (domain default)."""

_NEEDED: Final = dict.fromkeys(
    (
        "exchange", "symbol", "timestamp", "local_timestamp", "type", "strike_price", "expiration", "bid_price",
        "bid_iv", "ask_price", "ask_iv", "mark_price", "mark_iv", "underlying_price",
    ), "",
)  # fmt: skip
_NUMBERS: Final = {
    "bid_px": "bid_price",
    "bid_qty": "bid_amount",
    "ask_px": "ask_price",
    "ask_qty": "ask_amount",
    "mark_px": "mark_price",
    "last_px": "last_price",
    "underlying_px": "underlying_price",
    "open_interest_qty": "open_interest",
}
_ZERO_IS_STATED: Final = frozenset({"mark_px", "open_interest_qty"})
_GREEKS: Final = ("delta", "gamma", "vega", "theta", "rho")
_DAY: Final = re.compile(r"(20[0-9]{2})[-/]([0-9]{2})[-/]([0-9]{2})(?![0-9])")


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the quotes of the chain that is the market's symbol, batch by batch.

    Raises FP002 if it is not such a file, FP003 if it is another exchange's or holds other chains only.
    """
    file = ChainFile(path, market, _NEEDED, "symbol")
    batches = CsvBatches(NAME, recv_unit="us")
    exchange, day = EXCHANGES[market.venue], _day_of(path)
    percent: float | None = None
    for lines in file.blocks():
        if not batches.last_event:
            _refuse_foreign(lines, exchange, path)
        percent = percent or percent_of(stated_in(lines, "mark_iv"))
        batch = _batch(batches, lines, percent, exchange, day)
        batch.lines_beside = file.beside
        yield batch


def _refuse_foreign(lines: Lines, exchange: str, path: Path) -> None:
    """A file that begins with another exchange's lines only is that exchange's."""
    named = lines.text["exchange"].filter(lines.is_good).unique().to_list()
    if named and exchange not in named:
        raise FootprintError(
            "FP003",
            f"expected option quotes of {exchange}, found those of {named[0][:40]}",
            where=f"{path}, line {lines.numbers[0]}",
            hint="of the vendor's options_chain files only Deribit's are read",
        )


def _day_of(path: Path) -> int | None:
    """Start of the UTC day that the file's name or its folders say, microseconds; None if neither does."""
    found = _DAY.search(path.name) or _DAY.search("/".join(path.parts[-4:-1]))
    if found is None:
        return None
    try:
        return microseconds(datetime(*map(int, found.groups()), tzinfo=UTC))  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _batch(batches: CsvBatches, lines: Lines, percent: float | None, exchange: str, day: int | None) -> Batch:
    columns = named_options(lines, "symbol")
    event, recv = lines.time("timestamp", "us"), lines.time("local_timestamp", "us")
    lines.refuse(lines.text["exchange"] != exchange, f"exchange is not {exchange}")
    lines.refuse(event - recv > MINUTE, "timestamp lies more than a minute after local_timestamp")
    if day is not None:
        outside = (recv < day - MINUTE) | (recv >= day + DAY + MINUTE)
        lines.refuse(outside, "local_timestamp lies outside the day that the file is named for")
    _check_name(lines, columns)
    for name, column in _NUMBERS.items():
        if column in lines.text.columns:
            value = lines.number(column, "free size", may_be_blank=True)
            columns[name] = value if name in _ZERO_IS_STATED else above_zero(value)
    for name in ("bid_iv", "ask_iv", "mark_iv"):
        columns[name] = volatilities(lines, name, percent)
    for name in _GREEKS:
        if name in lines.text.columns:
            columns[name] = lines.number(name, may_be_blank=True)
    if "underlying_index" in lines.text.columns:
        index = lines.text["underlying_index"]
        columns["underlying_index"] = index.zip_with((index != "").fill_null(False), pl.Series([None], dtype=pl.String))
    moments = Moments(event, "publish", DELAY_US, recv=recv)
    frame = batches.frame(lines, "option_quotes", moments, columns)
    return batches.batch(lines, {"option_quotes": frame}, lines.rejected("option_quotes", event), moments=moments)


def _check_name(lines: Lines, columns: dict[str, pl.Series]) -> None:
    """The columns that repeat the instrument's name must agree with it; of the expiry they say the hour too."""
    strike = lines.number("strike_price", "price")
    lines.refuse(strike != columns["strike"], "strike_price is not that of the symbol")
    word = lines.text["type"].replace_strict({"call": "C", "put": "P"}, default=None, return_dtype=pl.String)
    lines.refuse(~word.eq_missing(columns["option_type"]), "type is not call or put as the symbol says")
    expiry = lines.time("expiration", "us").cast(UTC_US)
    lines.refuse(expiry.dt.date() != columns["expiry_ts"].dt.date(), "expiration is not on the day of the symbol")
    columns["expiry_ts"] = expiry
