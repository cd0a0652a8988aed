"""What CSV files of option quotes have in common: a header, lines of many chains, and volatilities in some unit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import polars as pl

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import brief
from pipeline.sources.deribit.names import OptionName, chain_of, option_of
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.lines import blocks_of_lines
from signals.table import UTC_US

LEAST_PERCENT: Final = 3.0
"""Volatilities with a median below this are fractions: no coin's is under 3 %, and no chain's over 300 %."""

_FOREIGN_KEPT: Final = 3


def percent_of(stated: Iterable[float]) -> float | None:
    """What a file's volatilities are divided by: 100 for percent, 1 for fractions; None where there are none."""
    values = [volatility for volatility in stated if volatility > 0]
    return (1.0 if median(values) < LEAST_PERCENT else 100.0) if values else None


def stated_in(lines: Lines, column: str) -> list[float]:
    """The volatilities of a block from which the file's unit is told; none if there is no such column."""
    if column not in lines.text.columns:
        return []
    return lines.text[column].cast(pl.Float64, strict=False).drop_nulls().to_list()


def volatilities(lines: Lines, column: str, percent: float | None) -> pl.Series:
    """The column as fractions. Of an option without a price a volatility of 0 is sent: none."""
    return above_zero(lines.number(column, "free size", may_be_blank=True)) / (percent or 100.0)


def above_zero(values: pl.Series) -> pl.Series:
    """Null instead of 0, which stands for an absent price or size."""
    return values.zip_with((values > 0).fill_null(False), pl.Series([None], dtype=values.dtype))


@dataclass(slots=True)
class ChainFile:
    """The lines of one chain in a file of many; `name_at` is the place of the instrument's name in a line.

    beside: lines of other chains in the block read last.
    """

    path: Path
    market: Market
    needed: Mapping[str, str]
    instrument: str
    names: tuple[str, ...] = ()
    beside: int = 0
    own: int = 0
    foreign: dict[str, None] = field(default_factory=dict)

    def blocks(self) -> Iterator[Lines]:
        """Blocks of the chain's lines. Raises FP002 if it is no such file, FP003 if the chain is not in it."""
        first = 1
        for block in blocks_of_lines(self.path):
            begin = 0
            if not self.names:
                self._read_header(block[0])
                begin = 1
            yield self._lines(block[begin:], first + begin)
            first += len(block)
        if first == 2:
            raise FootprintError(
                "FP002", "the file has a header and no rows", where=str(self.path), hint="is it complete?"
            )
        if not self.own:
            raise self._refusal(first - 2)

    def _refusal(self, lines: int) -> FootprintError:
        if not self.foreign:
            return FootprintError(
                "FP002",
                f"none of {lines:,} lines names an option in the column {self.instrument}",
                where=str(self.path),
                hint="an option is named as BTC-28MAR25-90000-C",
            )
        return FootprintError(
            "FP003",
            f"expected options of {self.market}, found only those of {', '.join(self.foreign)} in {lines:,} lines",
            where=str(self.path),
            hint=f"the symbol is the chain, what stands before the first dash: --symbol {next(iter(self.foreign))}",
        )

    def _read_header(self, line: bytes) -> None:
        names = tuple(line.decode(errors="replace").lstrip("\ufeff").strip().split(","))
        if not set(self.needed) <= set(names) or len({*names}) < len(names):
            raise FootprintError(
                "FP002",
                f"expected a header with {', '.join(self.needed)}, got {brief(repr(','.join(names)), 200)}",
                where=f"{self.path}, line 1",
                hint="`footprint ingest --help` lists the sources and what they read",
            )
        self.names = names

    def _lines(self, block: list[bytes], first: int) -> Lines:
        """The block's lines of this chain, and those that are torn, so that nobody can tell."""
        at, prefix = self.names.index(self.instrument), f"{self.market.symbol}-".encode()
        own: list[bytes] = []
        places: list[int] = []
        for place, line in enumerate(block):
            fields = line.split(b",", at + 1)
            name = fields[at] if len(fields) > at else b""
            if name.startswith(prefix) or b"-" not in name:
                own.append(line)
                places.append(place)
                self.own += name.startswith(prefix)
            elif len(self.foreign) < _FOREIGN_KEPT:
                self.foreign[brief(chain_of(name.decode(errors="replace")), 40)] = None
        self.beside = len(block) - len(own)
        return Lines.of(own, first, self.names, places)


def named_options(lines: Lines, column: str) -> dict[str, pl.Series]:
    """What the instruments' names say, as columns of OPTION_QUOTES; a line whose name says nothing is refused."""
    text = lines.text[column]
    found = {name: option_of(name) for name in text.unique().drop_nulls().to_list()}
    known = {name: option for name, option in found.items() if option is not None}
    is_known = text.is_in(list(known))
    lines.refuse(~is_known, f"{column} is not the name of an option as BTC-28MAR25-90000-C")

    def said(what: str, dtype: pl.DataType) -> pl.Series:
        values = {name: _said(option, what) for name, option in known.items()}
        return (
            text.replace_strict(values, default=None, return_dtype=dtype) if values else text.cast(dtype, strict=False)
        )

    return {
        "instrument": text,
        "expiry_ts": said("expiry", pl.Int64()).cast(UTC_US),
        "strike": said("strike", pl.Float64()),
        "option_type": said("kind", pl.String()),
        "px_ccy": said("px_ccy", pl.String()),
    }


def _said(option: OptionName, what: str) -> int | float | str:
    value: int | str = getattr(option, what)
    return float(value) if what == "strike" else value
