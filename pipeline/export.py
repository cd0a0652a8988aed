"""Exports: a table as a file, with its provenance in <file>.meta.json beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.catalogue import describe_table
from pipeline.excel import Notes
from pipeline.fingerprint import sha256_of
from pipeline.lake import Lake, read_lineage
from pipeline.market import Market
from pipeline.plan import TABLES
from pipeline.rowfile import Told, write_rows
from pipeline.scripts import tables_behind
from pipeline.selection import Selection
from pipeline.version import package_version

if TYPE_CHECKING:
    import duckdb


def export(
    lake: Lake,
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    target: Path,
    selection: Selection,
    told: Told,
) -> dict[str, Any]:
    """Write the selected rows of a table or view of the catalogue to `target`; returns their provenance.

    The ending of `target` says in which form. The file appears when it is whole.
    """
    chosen = selection.of(connection, table)
    order = (*TABLES[table].partition, *TABLES[table].key) if table in TABLES else chosen.columns
    ordered = chosen.order(", ".join(dict.fromkeys(order)))
    source = _provenance(lake, connection, table, selection, chosen.columns)
    rows = write_rows(ordered, target, _notes(connection, table, source), told)
    provenance = {"table": table, "rows": rows, "sha256": sha256_of(target)} | source
    Path(f"{target}.meta.json").write_text(json.dumps(provenance, indent=1, default=str) + "\n")
    return provenance


def _provenance(
    lake: Lake, connection: "duckdb.DuckDBPyConnection", table: str, selection: Selection, columns: list[str]
) -> dict[str, Any]:
    """What was selected, and where it comes from: raw files, the parts that may hold it, how each was made."""
    pinned = connection.sql("select table_name, delta_version, version from publication").fetchall()
    raw = connection.sql("select venue, symbol, file_id, sha256, source, parser_version from manifest order by all")
    parts: list[dict[str, Any]] = [
        {"table": name, "file": path, "rows": count, "made_from": read_lineage(lake.table_path(name) / path)}
        for name, path, count in _parts(connection, table, selection)
    ]
    return {
        **selection.described(table, columns),
        "presets": sorted({part["made_from"]["preset"] for part in parts if "preset" in part["made_from"]}),
        "written_by": f"mm-footprint {package_version()}",
        "published_by": sorted({version for *_, version in pinned}),
        "delta_versions": {name: version for name, version, _ in pinned},
        "contract": describe_table(TABLES[table]) if table in TABLES else None,
        "partitions": parts,
        "raw_files": [dict(zip(raw.columns, row, strict=True)) for row in raw.fetchall()],
    }


def _parts(connection: "duckdb.DuckDBPyConnection", table: str, selection: Selection) -> Iterator[tuple[str, str, int]]:
    """Table, path and rows of the files that can hold selected rows; of a view, those of every market."""
    pinned = connection.sql(
        "select table_name, path, n_rows, venue, symbol, date from publication_files order by all"
    ).fetchall()
    behind = tables_behind(table)
    for name, path, rows, venue, symbol, day in pinned:
        is_wanted = name in behind and selection.may_lie_under(day, name, TABLES[name].schema.names())
        if is_wanted and (name != table or selection.is_of(Market(venue, symbol))):
            yield name, path, rows


def _notes(connection: "duckdb.DuckDBPyConnection", table: str, source: dict[str, Any]) -> Notes:
    """The provenance as a spreadsheet tells it."""
    versions = (f"{name} {source['delta_versions'][name]}" for name in sorted(tables_behind(table)))
    facts = [
        *((name, source[name]) for name in ("venue", "symbol", "time_column", "since", "until", "where")),
        ("presets", ", ".join(source["presets"]) or None),
        *dict.fromkeys(("made with", made) for part in source["partitions"] if (made := _made_with(part["made_from"]))),
        ("table versions", ", ".join(versions)),
        ("written by", source["written_by"]),
        ("published by", ", ".join(source["published_by"])),
        *(
            ("raw file", f"{file['venue']}/{file['symbol']} {file['source']} sha256 {file['sha256']}")
            for file in source["raw_files"]
        ),
    ]
    comments = "select column_name, comment from duckdb_columns() where table_name = ? order by column_index"
    columns = {name: meaning or "" for name, meaning in connection.execute(comments, [table]).fetchall()}
    return Notes(table, facts, columns)


def _made_with(lineage: dict[str, Any]) -> str | None:
    """Version and parameters of the signal that made a part; None if no signal did."""
    if "parameters" not in lineage:
        return None
    return ", ".join([f"version {lineage['version']}", *(f"{k} = {v}" for k, v in lineage["parameters"].items())])
