"""A bench: an archive of loopback, a folder and a lake, between which files are fetched and read."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.sources.batch import RECORD_TABLES
from tests.archive.layouts import S3
from tests.archive.server import Archive
from tests.pipeline.command import Result, footprint
from tests.pipeline.lakes import RECORDS, digest, rows


@dataclass(frozen=True, slots=True)
class Layout:
    """What is asked of a source, and the rows that come of what it has.

    `put` lays the files into the archive, with a folder for scratch; it returns their paths. Without files (REST) the
    venue answers by itself. `options`: further words of `footprint ingest`.
    """

    source: str
    market: Market
    types: str
    put: Callable[[Archive, Path], list[str]]
    rows: dict[str, int]
    days: tuple[str, str] = ("2024-06-03", "2024-06-04")
    options: tuple[str, ...] = ()
    base: str = ""
    needs: str = ""


@dataclass
class Bench:
    """A folder, a lake and an archive."""

    archive: Archive
    folder: Path
    config: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.config = self.folder / "footprint.toml"
        self.config.write_text("[fetch]\nokx_archive_spacing_s = 0\nrest_spacing_s = 0\n")

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake")

    def fetch(self, layout: Layout) -> Result:
        listing = ("--listing-url", self.archive.base + S3) if layout.source == "binance-vision" else ()
        market, days = layout.market, layout.days
        return footprint(
            *("fetch", layout.source, "--venue", market.venue, "--symbol", market.symbol, "--types", layout.types),
            *("--since", days[0], "--until", days[1], "--base-url", self.archive.base + layout.base, *listing),
            *("--to", self.folder / "raw", "--config", self.config),
        )

    def ingest(self, layout: Layout, fetched: Result) -> Result:
        """The command that the fetch named, as a shell would run it."""
        words = shlex.split(following(fetched).removeprefix("footprint "))
        arguments = [each for word in words for each in (matches(word) if word.startswith("/") else [word])]
        return footprint(*arguments, *layout.options, "--lake", self.lake.root, "--workers", "1")

    def tables(self) -> dict[str, str]:
        return {table: digest(self.lake, table) for table in RECORDS}

    def counts(self) -> dict[str, int]:
        found = {table.name: rows(self.lake, table.name).height for table in RECORD_TABLES}
        return {name: count for name, count in found.items() if count}

    def both(self, layout: Layout) -> Result:
        """Fetch and ingest; what the second said."""
        fetched = self.fetch(layout)
        assert fetched.code == 0, fetched.err
        return self.ingest(layout, fetched)


def following(fetched: Result) -> str:
    """The command that reads what was fetched; empty if none was named."""
    last = fetched.err.splitlines()[-1]
    return last.removeprefix("next: ") if last.startswith("next: ") else ""


def matches(pattern: str) -> list[Path]:
    return sorted(Path("/").glob(pattern.removeprefix("/")))
