"""A CSV of a public archive, block by block: its header if it has one, its unit of time, the order of its lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch, brief
from pipeline.sources.reading.csv_frames import CsvBatches, Moments
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.file_days import FileDays
from pipeline.sources.reading.times import Unit, microseconds, unit_of

_FOREIGN_KEPT: Final = 100


@dataclass(slots=True)
class CsvFile:
    """State that runs through one file.

    names: of its columns; time: the column of event times. market_column: that of the market, if there is one;
    is_of_many: lines about other markets belong there, and are none that could not be taken.
    """

    path: Path
    market: Market
    names: tuple[str, ...]
    has_header: bool
    time: str
    days: FileDays
    batches: CsvBatches
    market_column: str | None = None
    is_of_many: bool = False
    unit: Unit | None = None
    lines: int = 0
    own: int = 0
    others: set[str] = field(default_factory=set)

    def read(self, blocks: Iterator[list[bytes]], take: Callable[[Lines], Batch]) -> Iterator[Batch]:
        """`take` translates the lines of each block.

        Raises FP002 if there are no lines or none has a time, FP003 if all are about others.
        """
        beside = int(self.has_header)
        for block in blocks:
            header = int(self.has_header and not self.lines)
            rows = block[header:]
            if rows:
                lines = Lines.of(rows, self.lines + header + 1, self.names)
                if self.unit is None:
                    self._begin(lines)
                self._sort_out(lines)
                batch = take(lines)
                batch.lines_beside += beside
                batch.span = self.days.span
                beside = 0
                yield batch
            self.lines += len(block)
            if not self.is_of_many:
                self._refuse_foreign()
        if self.unit is None:
            raise FootprintError(
                "FP002", "the file has a header and no rows", where=str(self.path), hint="is it complete?"
            )
        self._refuse_foreign()

    def moments(self, lines: Lines, *, clock: str, delay: int) -> Moments:
        """When each line's record happened; a line whose time is not of the file's days is bad."""
        assert self.unit is not None, "the first lines have been looked at"
        event = lines.time(self.time, self.unit)
        lines.refuse((event < self.days.begin) | (event >= self.days.end), self.days.complaint)
        return Moments(event, clock, delay)

    def has(self, name: str) -> bool:
        return name in self.names

    def _begin(self, lines: Lines) -> None:
        """Tell the unit of time and which way time runs by the file's first lines."""
        texts = lines.text[self.time].drop_nulls()
        units = [unit for text in texts if (unit := unit_of(text)) is not None]
        if not units:
            raise FootprintError(
                "FP002",
                f"expected times in {self.time}, got {brief(repr(texts[0] if texts.len() else ''), 60)}",
                where=f"{self.path}, line {lines.first}",
                hint="is this the right source? `footprint ingest --help` lists them",
            )
        self.unit = units[0]
        times = microseconds(texts, self.unit).drop_nulls()
        self.batches.is_descending = (
            times.len() > 1 and times[0] > times[-1] and times.is_sorted(descending=True)
        )  # fmt: skip

    def _sort_out(self, lines: Lines) -> None:
        """Leave lines about other markets beside, or refuse them where there should be none."""
        if self.market_column is None:
            return
        named = lines.text[self.market_column]
        whole = lines.reason.is_null()
        others = whole & (named != self.market.symbol).fill_null(False)
        self.own += int((whole & (named == self.market.symbol)).sum())
        if not others.any():
            return
        self.others.update(brief(name, 40) for name in named.filter(others).unique().head(_FOREIGN_KEPT).to_list())
        if self.is_of_many:
            lines.leave(others)
        else:
            lines.refuse(others, f"foreign symbol, expected {self.market.symbol!r}")

    def _refuse_foreign(self) -> None:
        if not self.others or self.own:
            return
        found = sorted(self.others)
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise FootprintError(
            "FP003",
            f"expected records of {self.market.symbol}, found only {', '.join(found[:3])}{more} "
            f"in {self.lines:,} lines",
            where=str(self.path),
            hint=f"--symbol {found[0]}, or check the file",
        )


def columns_of(header: bytes) -> tuple[str, ...]:
    """The names in a header line, as they are written."""
    text = header.decode(errors="replace").strip().lstrip("\ufeff")
    return tuple(name.strip().strip('"') for name in text.split(","))


def wants(names: tuple[str, ...], required: tuple[str, ...]) -> bool:
    """Whether all the required columns are there, each name once."""
    return set(required) <= set(names) and len(set(names)) == len(names)


def flags(lines: Lines, name: str, words: dict[str, int]) -> pl.Series:
    """A column of flags as booleans, null where it is blank."""
    blank = lines.text[name] == ""
    text = lines.text[name].zip_with(~blank.fill_null(False), pl.Series([next(iter(words))], dtype=pl.String))
    lines.text = lines.text.with_columns(text.alias(name))
    value = lines.choice(name, words).cast(pl.Boolean)
    return value.zip_with(~blank.fill_null(False), pl.Series([None], dtype=pl.Boolean))
