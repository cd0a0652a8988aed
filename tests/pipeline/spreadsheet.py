"""Spreadsheets read back without a library: the cells as they stand in the file."""

import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

_NAMES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=UTC)

Cell = str | float | bool | None


def sheets(path: Path) -> dict[str, list[list[Cell]]]:
    """Rows of cells by name of sheet; None where a cell is empty."""
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in book.iter(f"{_NAMES}sheet")]
        return {name: _rows(archive.read(f"xl/worksheets/sheet{number}.xml")) for number, name in enumerate(names, 1)}


def time_of(days: Cell) -> datetime:
    """The instant that a spreadsheet shows for a number, to the millisecond."""
    assert isinstance(days, float)
    return _FIRST_DAY + timedelta(milliseconds=round(days * 86_400e3))


def _rows(text: bytes) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for row in ElementTree.fromstring(text).iter(f"{_NAMES}row"):
        rows += [[] for _ in range(len(rows) + 1, int(row.attrib["r"]))]  # rows without a cell are left out
        cells = {_column(cell.attrib["r"]): _value(cell) for cell in row}
        rows.append([cells.get(number) for number in range(max(cells, default=-1) + 1)])
    return rows


def _column(reference: str) -> int:
    """0 for A1, 26 for AA1."""
    letters = re.sub(r"\d", "", reference)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ElementTree.Element) -> Cell:
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_NAMES}t"))
    value = cell.find(f"{_NAMES}v")
    if value is None or value.text is None:
        return None
    return bool(int(value.text)) if kind == "b" else value.text if kind in ("str", "e") else float(value.text)
