"""The catalogue: a DuckDB file with a view per table, pinned to one set of files.

A new file is written and put in the place of the old one at once, so a reader has
all tables of one publication or all of the one before, and never a mixture. The
files a view names stay on disk for at least a day after they were replaced.
"""

import os
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.plan import TABLES

if TYPE_CHECKING:
    import duckdb

    from signals.table import Table

CATALOGUE: Final = "footprint.duckdb"
_DUCK: Final = {
    "String": "varchar",
    "Int8": "tinyint",
    "Int64": "bigint",
    "Float64": "double",
    "Boolean": "boolean",
    "Date": "date",
    "Datetime(time_unit='us', time_zone='UTC')": "timestamptz",
    "List(Float64)": "double[]",
    "List(Int64)": "bigint[]",
    "List(String)": "varchar[]",
    "List(Date)": "date[]",
}


def publish(lake: Lake, version: str) -> dict[str, int]:
    """Write the catalogue over the tables as they are now; rows by table name.

    Raises FP007 if there is nothing to publish.
    """
    import duckdb

    if not lake.exists("manifest"):
        raise empty_lake(lake)
    lake.refresh()
    target = lake.root / CATALOGUE
    scratch = target.with_name(f".{CATALOGUE}.{os.getpid()}")
    scratch.unlink(missing_ok=True)
    rows = {}
    with duckdb.connect(str(scratch)) as connection:
        _settle(connection)
        for table in TABLES.values():
            rows[table.name] = _add_table(connection, lake, table)
        _add_publication(connection, lake, rows, version)
        for script in sql_files("views"):
            _add_view(connection, script)
    scratch.replace(target)
    lake.tidy()  # not before: the catalogue that stood may name files replaced days ago
    return rows


def empty_lake(lake: Lake) -> FootprintError:
    return FootprintError(
        "FP007",
        "expected tables, found none",
        where=str(lake.root),
        hint="footprint ingest SOURCE FILE... --venue ... --symbol ..., or: footprint demo",
    )


def open_catalogue(root: Path) -> "duckdb.DuckDBPyConnection":
    """The catalogue, read-only. Raises FP008 if it was never published."""
    import duckdb

    path = root / CATALOGUE
    if not path.exists():
        raise FootprintError("FP008", "expected the catalogue", where=str(path), hint="footprint publish")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as damaged:
        why = f"it cannot be opened: {str(damaged).splitlines()[0]}"
        raise FootprintError("FP008", why, where=str(path), hint="footprint publish") from damaged
    _settle(connection)
    return connection


def sql_files(folder: str) -> list[Traversable]:
    """The SQL scripts of a folder of the package, by name."""
    return sorted(
        (item for item in files("sql").joinpath(folder).iterdir() if item.name.endswith(".sql")),
        key=lambda item: item.name,
    )


def run_checks(connection: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    """How many offending rows each check returns; all are 0 on good data."""
    return {
        script.name.removesuffix(".sql"): len(connection.sql(script.read_text().rstrip().rstrip(";")).fetchall())
        for script in sql_files("checks")
    }


def _settle(connection: "duckdb.DuckDBPyConnection") -> None:
    """UTC whatever the machine's zone; no download of extensions; as-of joins that do not crawl."""
    for setting in (
        "set timezone = 'UTC'",
        "set autoinstall_known_extensions = false",
        "set asof_loop_join_threshold = 0",
    ):
        connection.execute(setting)


def _add_table(connection: "duckdb.DuckDBPyConnection", lake: Lake, table: "Table") -> int:
    """A view over the table's live files, with its comments; the number of its rows."""
    live = lake.live(table.name)
    columns = list(table.schema) + (["date"] if "date" in table.partition else [])
    if live:
        paths = ", ".join(_text(str(lake.absolute(table.name, file).resolve())) for file in live)
        folders = ", ".join(f"{name}: {'date' if name == 'date' else 'varchar'}" for name in table.partition)
        source = f"read_parquet([{paths}], hive_partitioning = true, hive_types = {{{folders}}})"
        body = f"select {', '.join(columns)} from {source}"
    else:
        typed = [f"null::{_duck_type(table, name)} as {name}" for name in columns]
        body = f"select {', '.join(typed)} where false"
    connection.execute(f"create view {table.name} as {body}")
    connection.execute(f"comment on view {table.name} is {_text(table.grain)}")
    for column in table.columns:
        meaning = _text(f"{column.meaning} [{column.unit}]")
        connection.execute(f"comment on column {table.name}.{column.name} is {meaning}")
    return sum(file.rows for file in live)


def _duck_type(table: "Table", name: str) -> str:
    return "date" if name == "date" else _DUCK[str(table.schema[name])]


def _add_publication(connection: "duckdb.DuckDBPyConnection", lake: Lake, rows: dict[str, int], version: str) -> None:
    """What this catalogue is pinned to: versions of tables, and their files."""
    connection.execute(
        "create table publication (table_name varchar, delta_version bigint, n_rows bigint, version varchar)"
    )
    connection.executemany(
        "insert into publication values (?, ?, ?, ?)",
        [[name, lake.version(name), count, version] for name, count in rows.items()],
    )
    connection.execute("create table publication_files (table_name varchar, path varchar, n_rows bigint)")
    pinned = [[name, file.path, file.rows] for name in rows for file in lake.live(name)]
    connection.executemany("insert into publication_files values (?, ?, ?)", pinned)


def _add_view(connection: "duckdb.DuckDBPyConnection", script: Traversable) -> None:
    """A shipped view; its header's `column:` lines become comments."""
    text = script.read_text()
    name = script.name.removesuffix(".sql")
    connection.execute(text)
    connection.execute(f"comment on view {name} is {_text(text.splitlines()[0].removeprefix('-- '))}")
    for column, meaning in _header_columns(text):
        connection.execute(f"comment on column {name}.{column} is {_text(meaning)}")


def _header_columns(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.startswith("-- column:"):
            column, _, meaning = line.removeprefix("-- column:").partition("|")
            yield column.strip(), meaning.strip()


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
