"""SQL that ships with the package: one statement per file, under a header that says what it is.

The first line is the title; `grain:` says what a row is, `reads:` names the tables, views and macros it stands on, and
every `column:` line explains a column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files

_READS = "-- reads:"
_COLUMN = "-- column:"


@dataclass(frozen=True, slots=True)
class Script:
    """One file of sql/; `name` is what it makes, or what people call it by."""

    folder: str
    name: str
    text: str

    @property
    def title(self) -> str:
        return self.text.splitlines()[0].removeprefix("-- ")

    @property
    def query(self) -> str:
        """The statement, fit to stand inside another."""
        return self.text.rstrip().rstrip(";")

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(name.strip() for line in self._header(_READS) for name in line.split(",") if name.strip())

    @property
    def columns(self) -> dict[str, str]:
        """Meaning by column."""
        pairs = (line.partition("|") for line in self._header(_COLUMN))
        return {name.strip(): meaning.strip() for name, _, meaning in pairs}

    def _header(self, mark: str) -> Iterator[str]:
        return (line.removeprefix(mark) for line in self.text.splitlines() if line.startswith(mark))


def scripts(*folders: str) -> list[Script]:
    """The scripts of folders of the package, by name."""
    return [
        Script(folder, item.name.removesuffix(".sql"), item.read_text())
        for folder in folders
        for item in sorted(files("sql").joinpath(folder).iterdir(), key=lambda item: item.name)
        if item.name.endswith(".sql")
    ]


def in_reading_order(listed: Iterable[Script]) -> list[Script]:
    """Every script after those that it reads."""
    by_name = {script.name: script for script in listed}
    sorter = TopologicalSorter(
        {name: [read for read in script.reads if read in by_name] for name, script in by_name.items()}
    )
    return [by_name[name] for name in sorter.static_order()]


def tables_behind(name: str) -> set[str]:
    """The tables that a shipped view or macro is made of in the end; a table is made of itself."""
    shipped = {script.name: script for script in scripts("views", "macros")}
    if name not in shipped:
        return {name}
    return {table for read in shipped[name].reads for table in tables_behind(read)}
