"""Records of JSON messages as frames: values by column name, numbers as the text in which they came."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from pipeline.sources.batch import RECORD_TABLES, Rejected, Stamp, brief
from pipeline.sources.reading.number_text import ABOVE_ZERO, FROM_ZERO, numbers
from pipeline.sources.reading.stamps import stamped

Record = tuple[Stamp, Mapping[str, Any]]
_TABLES: Final = {table.name: table for table in RECORD_TABLES}
_WANTED: Final = {
    "trades": {"price": "price", "qty": "size"},
    "book_ticker": {},
    "derivative_ticker": {},
    "funding": {"rate": "number"},
    "liquidations": {"price": "price", "qty": "size"},
    "fills": {"price": "price", "qty": "size"},
    "depth_bands": {"band_pct": "number", "cum_qty": "free size", "cum_quote": "free size"},
    "positioning": {},
    "price_bars": {"open": "number", "high": "number", "low": "number", "close": "number"},
    "option_quotes": {"strike": "price"},
    "vol_index": {"close": "free price"},
}
"""Numbers that a record of a table must have."""
_ALLOWED: Final = {
    "bid_px": "price",
    "bid_qty": "level size",
    "ask_px": "price",
    "ask_qty": "level size",
    "mark_price": "free price",
    "index_price": "free price",
    "settle_price_estimate": "free price",
    "open_interest_qty": "free size",
    "open_interest_quote": "free size",
    "underlying_px": "free price",
    "bid_iv": "free size",
    "ask_iv": "free size",
    "mark_iv": "free size",
}
"""Numbers that may be missing, and what they have to be if they are there."""


def text_of(value: Any) -> Any:
    """A JSON number as its plain decimal text; text and None as they are, "" and "null" as None."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, str):
        if value in ("", "null"):
            return None
        if "e" in value or "E" in value:
            return _unfolded(value)
    return value


def _unfolded(text: str) -> str:
    try:
        return format(Decimal(text), "f")
    except ArithmeticError:
        return text


def records_frame(
    table: str, rows: list[Record], bad: list[Rejected], raw: Callable[[int], bytes]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """The records of `table` whose numbers are what they have to be, and their numbers' texts; the others are bad.

    A column that no record names is left out. A number that is missing is null where the table does not need it.
    """
    schema = _TABLES[table].schema
    named = [name for name in schema if any(name in values for _, values in rows)]
    floats = [name for name in named if schema[name] == pl.Float64()]
    reason = pl.Series([None] * len(rows), dtype=pl.String)
    columns: dict[str, pl.Series] = {}
    texts: dict[str, pl.Series] = {}
    for name in {**dict.fromkeys(_WANTED[table]), **dict.fromkeys(floats)}:
        given = [text_of(values.get(name)) for _, values in rows]
        kind = _WANTED[table].get(name) or _ALLOWED.get(name, "number")
        text, value, fine = numbers(given, kind)
        if name not in _WANTED[table]:
            fine |= text.is_null()
        columns[name], texts[name] = value.zip_with(fine & text.is_not_null(), _NULL), text
        reason = pl.select(pl.coalesce(reason, _words(name, kind, text, ~fine))).to_series()
    fine = reason.is_null()
    for at in (~fine).arg_true().to_list():
        stamp = rows[at][0]
        bad.append(Rejected(stamp.line, stamp.event, table, brief(reason[at]), 1, raw(stamp.line), stamp.lines))
    kept = [row for row, keep in zip(rows, fine, strict=True) if keep]
    others = {
        name: pl.Series(name, [values.get(name) for _, values in kept], dtype=_staged_type(schema[name]))
        for name in named
        if name not in columns
    }
    frame = stamped([stamp for stamp, _ in kept]).with_columns(
        *(value.filter(fine).alias(name) for name, value in columns.items()), *others.values()
    )
    return frame, {name: text.filter(fine) for name, text in texts.items()}


_NULL: Final = pl.Series([None], dtype=pl.Float64)


def _words(name: str, kind: str, text: pl.Series, is_bad: pl.Series) -> pl.Series:
    said = pl.format("{} is {}, expected {}", pl.lit(name), text.fill_null("missing"), pl.lit(_expected(kind)))
    return pl.select(pl.when(is_bad).then(said)).to_series()


def _expected(kind: str) -> str:
    return "a number > 0" if kind in ABOVE_ZERO else "a number >= 0" if kind in FROM_ZERO else "a number"


def _staged_type(dtype: pl.DataType) -> pl.DataType:
    """Times come as microseconds since 1970."""
    return pl.Int64() if isinstance(dtype, pl.Datetime) else dtype
