"""The lake: where tables lie, how they are read, and how partitions are replaced.

Tables are Delta logs over zstd Parquet, partitioned by venue, symbol and date. The
fingerprint of what a file was made from is part of its name, so the live files
tell what is fresh. Writers make immutable files first and commit them afterwards,
many partitions in one transaction; readers see the files of one version.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from pipeline.market import Market
from pipeline.parts import LINEAGE_KEY, Part, arrow_schema, fingerprint_of, partition_values

if TYPE_CHECKING:  # imported where used: `plan` and `status` need none of them
    import polars as pl

    from signals.table import Table

_KEPT_HOURS: Final = 24
_LOG_LENGTH: Final = 100
_COMMIT_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file of the current version of a table; `path` is relative to the table."""

    path: str
    size: int
    rows: int
    market: Market
    day: date | None
    fingerprint: str


@dataclass(slots=True)
class Lake:
    """A folder of tables. Cheap to make; reads each table's log once until `refresh`."""

    root: Path
    _files: dict[str, tuple[int, list[LiveFile]]] = field(default_factory=dict)

    def table_path(self, table: str) -> Path:
        return self.root / table

    def exists(self, table: str) -> bool:
        """False too if whoever began to make it was killed before its first version stood."""
        return any((self.table_path(table) / "_delta_log").glob("[0-9]*"))

    def refresh(self) -> None:
        """Forget what was read of the logs."""
        self._files.clear()

    def version(self, table: str) -> int:
        """The table's version in this reading, -1 if it does not exist."""
        return self._read_log(table)[0]

    def live(self, table: str, market: Market | None = None, day: date | None = None) -> list[LiveFile]:
        """The files of the table now, of one market and day if given, in the order of their paths."""
        return [
            file
            for file in self._read_log(table)[1]
            if (market is None or file.market == market) and (day is None or file.day in (day, None))
        ]

    def _read_log(self, table: str) -> tuple[int, list[LiveFile]]:
        if table not in self._files:
            self._files[table] = self._load(table)
        return self._files[table]

    def _load(self, table: str) -> tuple[int, list[LiveFile]]:
        if not self.exists(table):
            return -1, []
        from deltalake import DeltaTable

        delta = DeltaTable(self.table_path(table))
        return delta.version(), _live_files(delta)

    def absolute(self, table: str, file: LiveFile) -> Path:
        return self.table_path(table) / file.path

    def lineage(self, table: str, file: LiveFile) -> dict[str, Any]:
        """What the file was made from, as its writer noted it."""
        return read_lineage(self.absolute(table, file))

    def partition(self, table: "Table", market: Market, day: date | None) -> "pl.LazyFrame":
        """One partition; no rows if it does not exist."""
        found = self.live(table.name, market, day)
        return scan_parts(table, [(self.absolute(table.name, file), file.market) for file in found])

    def rows(self, table: str, market: Market | None = None) -> list[dict[str, Any]]:
        """All rows of a small table, of one market if given, as plain values."""
        return [row for file in self.live(table, market) for row in self.rows_of(table, file)]

    def rows_of(self, table: str, file: LiveFile) -> list[dict[str, Any]]:
        """The rows of one of its files."""
        import polars as pl  # Arrow would bring pandas along for its times
        import pyarrow.parquet as pq

        folders = {"venue": file.market.venue, "symbol": file.market.symbol}
        found = pl.DataFrame(pq.ParquetFile(self.absolute(table, file)).read())
        return [row | folders for row in found.to_dicts()]

    def commit(
        self, tables: Mapping[str, "Table"], parts: Sequence[Part], dropped: Iterable[tuple[str, LiveFile]]
    ) -> None:
        """Make `parts` visible in place of what their partitions held, and drop `dropped`; one transaction per table.

        A part whose very file is live already changes nothing.
        """
        gone = list(dropped)
        for name in dict.fromkeys([part.table for part in parts] + [table for table, _ in gone]):
            new = [part for part in parts if part.table == name]
            self._commit_table(tables[name], new, [file for table, file in gone if table == name])
        self.refresh()

    def tidy(self) -> None:
        """Remove files that nothing has named for a day (replaced, or left by a killed run) and shorten long logs.

        Readers of the catalogue before this one may still hold younger files.
        """
        from deltalake import DeltaTable

        for log in sorted(self.root.glob("*/_delta_log")):
            delta = DeltaTable(str(log.parent))
            if delta.vacuum(_KEPT_HOURS, enforce_retention_duration=False, full=True):
                delta.vacuum(_KEPT_HOURS, dry_run=False, enforce_retention_duration=False, full=True)
            pointer = log / "_last_checkpoint"
            last = json.loads(pointer.read_text())["version"] if pointer.exists() else 0
            if delta.version() - last >= _LOG_LENGTH:
                delta.create_checkpoint()
        self.refresh()

    def _commit_table(self, table: "Table", parts: Sequence[Part], dropped: Sequence[LiveFile]) -> None:
        from deltalake import CommitProperties, DeltaTable
        from deltalake.exceptions import CommitFailedError

        path = self.table_path(table.name)
        # Left to itself, Delta lets two writers add to the same empty partition: its rows would stand twice.
        only_next = CommitProperties(max_commit_retries=0)
        if not self.exists(table.name):
            DeltaTable.create(
                str(path),
                schema=delta_schema(table),
                partition_by=list(table.partition),
                mode="ignore",
                name=table.name,
            )
        for attempt in range(_COMMIT_TRIES):
            delta = DeltaTable(str(path))
            actions = _actions(table, parts, dropped, _live_files(delta))
            if not actions:
                return
            try:
                delta.create_write_transaction(
                    actions,
                    mode="append",
                    schema=delta_schema(table),
                    partition_by=list(table.partition),
                    commit_properties=only_next,
                )
            except CommitFailedError:
                if attempt + 1 == _COMMIT_TRIES:
                    raise
                time.sleep(0.05 * (attempt + 1))
            else:
                return


def read_lineage(path: Path) -> dict[str, Any]:
    """What a part was made from, as its writer noted it in the file."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path).metadata or {}
    return json.loads(metadata.get(LINEAGE_KEY, b"{}"))


def _live_files(delta: Any) -> list[LiveFile]:
    actions = delta.get_add_actions(flatten=True)
    columns = {name: actions.column(name).to_pylist() for name in actions.schema.names}
    count = len(columns["path"])
    rows = zip(
        columns["path"],
        columns["size_bytes"],
        columns.get("num_records", [0] * count),
        columns["partition.venue"],
        columns["partition.symbol"],
        columns.get("partition.date", [None] * count),
        strict=True,
    )
    files = [
        LiveFile(unquote(path), size, records or 0, Market(venue, symbol), day, fingerprint_of(path))
        for path, size, records, venue, symbol, day in rows
    ]
    return sorted(files, key=lambda file: file.path)


def _actions(table: "Table", parts: Sequence[Part], dropped: Sequence[LiveFile], live: Sequence[LiveFile]) -> list[Any]:
    """Adds for the new files, removes for what stood in their place and for `dropped`.

    A part takes the place of its partition, but for tables whose partitions grow by whole
    files: those without a day that have a row per raw file.
    """
    from deltalake.transaction import AddAction, RemoveAction

    now = int(time.time() * 1000)
    standing = {file.path for file in live}
    coming = {part.path for part in parts}
    grows = "date" not in table.partition and "file_id" in table.key
    replaced = set() if grows else {(part.market, part.day) for part in parts}
    leaving = {file.path: file for file in live if (file.market, file.day) in replaced or file in dropped}
    adds = [
        AddAction(
            path=part.path,
            size=part.size,
            partition_values=partition_values(part.market, part.day),
            modification_time=now,
            data_change=True,
            stats=part.stats,
        )
        for part in parts
        if part.path not in standing
    ]
    removes = [
        RemoveAction(
            path=file.path,
            data_change=True,
            deletion_timestamp=now,
            size=file.size,
            partition_values=partition_values(file.market, file.day),
        )
        for file in leaving.values()
        if file.path not in coming
    ]
    return adds + removes


def scan_parts(table: "Table", files: Sequence[tuple[Path, Market]]) -> "pl.LazyFrame":
    """The files' rows with venue and symbol put back, in the order given."""
    import polars as pl

    if not files:
        return table.empty().lazy()
    scans = [
        pl.scan_parquet(path, hive_partitioning=False).with_columns(
            venue=pl.lit(market.venue), symbol=pl.lit(market.symbol)
        )
        for path, market in files
    ]
    return pl.concat(scans).select(table.schema.names())


def delta_schema(table: "Table") -> Any:
    import pyarrow as pa
    from deltalake import Schema

    folders = {"venue": pa.string(), "symbol": pa.string(), "date": pa.date32()}
    fields = [*arrow_schema(table), *(pa.field(name, folders[name]) for name in table.partition)]
    return Schema.from_arrow(pa.schema(fields))
