"""A result as a spreadsheet: one sheet of rows, one that says where they come from and what the columns mean.

Rows are written as they come and never held: the memory needed does not grow with their number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import FootprintError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
_MOST_DIGITS: Final = 15
_LONGEST_TEXT: Final = 32_767
_DAY_OF_1970: Final = 25_569
_LONGEST_NAME: Final = 31
_MICROSECONDS_A_DAY: Final = 86_400e6
_CREATED: Final = datetime(2000, 1, 1)
"""Stated of every file: its bytes must not depend on when it was written."""
_FORMATS: Final = {"time": "yyyy-mm-dd hh:mm:ss.000", "date": "yyyy-mm-dd"}
_READING: Final = (
    "Times are in UTC, good to a few microseconds, shown to the millisecond. Numbers carry 16 digits; "
    f"whole numbers of more than {_MOST_DIGITS} are text, for a spreadsheet would round them. An empty cell is unknown."
)


@dataclass(frozen=True, slots=True)
class Notes:
    """What the second sheet says: facts in order, and the meaning of columns by name."""

    title: str
    facts: Sequence[tuple[str, Any]] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


def check_excel(schema: "pa.Schema", rows: int) -> None:
    """Raises FP018 for what a spreadsheet cannot hold, FP019 if the package that writes it is missing."""
    import pyarrow as pa

    try:
        import xlsxwriter  # noqa: F401
    except ImportError as missing:
        why = "spreadsheets are written by xlsxwriter, which is not here"
        raise FootprintError("FP019", why, hint="pip install 'mm-footprint[excel]', or --to with .parquet") from missing
    if any(pa.types.is_nested(column.type) for column in schema):
        hint = "--to with .parquet or .arrow"
        raise FootprintError("FP018", "a table with lists has no form as a spreadsheet", hint=hint)
    if rows > MOST_ROWS:
        why = f"{rows:,} rows, and a sheet holds {MOST_ROWS:,}"
        raise FootprintError("FP018", why, hint="fewer with --since, --until or --where, or --to with .parquet")


def write_excel(batches: "pa.RecordBatchReader", path: Path, notes: Notes) -> int:
    """Write what `check_excel` let pass; returns the number of rows."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "nan_inf_to_errors": True}) as book:
        book.set_properties({"title": notes.title, "created": _CREATED})
        rows = _Rows(book, notes.title, batches.schema)
        for batch in batches:
            rows.write(batch)
        rows.finish()
        _write_notes(book, notes, rows.count)
    return rows.count


class _Rows:
    """The sheet of rows."""

    def __init__(self, book: Any, title: str, schema: "pa.Schema") -> None:
        self.count = 0
        self._names = list(schema.names)
        self._sheet = book.add_worksheet(title[:_LONGEST_NAME])
        formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        self._columns = [_column(name, kind, formats) for name, kind in zip(schema.names, schema.types, strict=True)]
        bold = book.add_format({"bold": True})
        for number, (name, kind, column) in enumerate(zip(schema.names, schema.types, self._columns, strict=True)):
            header = f"{name} (UTC)" if getattr(kind, "tz", None) else name
            self._sheet.set_column(number, number, max(column.width, len(header) + 2))
            self._sheet.write_string(0, number, header, bold)
        self._sheet.freeze_panes(1, 0)

    def write(self, batch: "pa.RecordBatch") -> None:
        values = [column.values(batch.column(number)) for number, column in enumerate(self._columns)]
        cells = [(number, getattr(self._sheet, f"write_{c.kind}"), c.format) for number, c in enumerate(self._columns)]
        for row in zip(*values, strict=True):
            self.count += 1
            for (number, write, form), value in zip(cells, row, strict=True):
                if value is None:
                    continue
                if isinstance(value, str):
                    self._write_text(number, value)
                else:
                    write(self.count, number, value, form)

    def _write_text(self, number: int, value: str) -> None:
        if self._sheet.write_string(self.count, number, value):
            why = f"{self._names[number]} of row {self.count:,} has {len(value):,} characters"
            why = f"{why}, and a cell holds {_LONGEST_TEXT:,}"
            raise FootprintError("FP018", why, hint="--to with .parquet, .arrow or .csv.zst")

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self.count, len(self._columns) - 1)


@dataclass(frozen=True, slots=True)
class _Column:
    """How a column becomes cells: the kind of cell, its format, its width, and its values (text or None too)."""

    kind: str
    values: Callable[["pa.Array"], Sequence[Any]]
    format: Any = None
    width: int = 12


def _column(name: str, kind: "pa.DataType", formats: Mapping[str, Any]) -> _Column:
    import pyarrow as pa

    if pa.types.is_timestamp(kind):
        return _Column("number", _days, formats["time"], 24)
    if pa.types.is_date(kind):
        return _Column("number", _whole_days, formats["date"])
    if pa.types.is_boolean(kind):
        return _Column("boolean", lambda array: array.to_pylist())
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return _Column("number", _numbers)
    if pa.types.is_floating(kind) or pa.types.is_null(kind):
        return _Column("number", lambda array: array.to_pylist())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _Column("string", lambda array: array.to_pylist(), width=16)
    raise FootprintError("FP018", f"{name} holds {kind}, which a spreadsheet has no form for")


def _days(array: "pa.Array") -> list[float | None]:
    """Times as a spreadsheet counts them: days since 1899-12-30."""
    import pyarrow as pa

    microseconds = array.cast(pa.timestamp("us", array.type.tz)).cast(pa.int64()).to_pylist()
    return [None if us is None else us / _MICROSECONDS_A_DAY + _DAY_OF_1970 for us in microseconds]


def _whole_days(array: "pa.Array") -> list[int | None]:
    import pyarrow as pa

    return [None if day is None else day + _DAY_OF_1970 for day in array.cast(pa.int32()).to_pylist()]


def _numbers(array: "pa.Array") -> list[float | str | None]:
    """Numbers, and as text the whole ones that have too many digits."""
    return [
        value if value is None or abs(value) < 10**_MOST_DIGITS or value != int(value) else str(value)
        for value in array.to_pylist()
    ]


def _write_notes(book: Any, notes: Notes, rows: int) -> None:
    sheet, bold = book.add_worksheet("about"), book.add_format({"bold": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 120)
    facts = [(notes.title, ""), ("rows", rows), *notes.facts, ("reading", _READING)]
    facts = [(name, value) for name, value in facts if value is not None]
    lines = [*facts, ("", ""), ("column", "meaning [unit]"), *notes.columns.items()]
    for number, (name, value) in enumerate(lines):
        sheet.write_string(number, 0, name, bold if number in (0, len(facts) + 1) else None)
        sheet.write_string(number, 1, f"{value:,}" if isinstance(value, int) else str(value)[:_LONGEST_TEXT])
