"""The command sql: questions to the catalogue, and what can be asked."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

from cyclopts import Parameter

from pipeline.commands.options import ConfigOption, JsonOption, LakeOption, setup

if TYPE_CHECKING:
    import duckdb

_SHOWN_ROWS = 40
_SHIPPED = "@"
_PLAIN = {
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    *("FLOAT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
}
_KNOWN = {"csv": _PLAIN, "csv.zst": _PLAIN, "xlsx": {*_PLAIN, "DECIMAL", "HUGEINT"}}
"""Types that a form has cells for; parquet and arrow have all."""


def sql(
    query: str | None = None,
    /,
    *,
    to: Annotated[
        Path | None, Parameter(help="File for the full result: .csv, .csv.zst, .parquet, .arrow or .xlsx.")
    ] = None,
    lake: LakeOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    strict: Annotated[bool, Parameter(negative="", help="A result without rows is an error.")] = False,
) -> int:
    """Read-only SQL over the catalogue.

    Without a query, lists tables, macros and worked queries; @NAME runs a worked query, or a check. On a terminal 40
    rows are shown; into a pipe goes the full result as CSV.

    Parameters
    ----------
    query
        One SELECT, or @NAME.
    """
    import duckdb

    from pipeline.errors import FootprintError
    from pipeline.warehouse import open_catalogue

    chosen = setup(lake, config)
    with open_catalogue(chosen.lake.root) as connection:
        if query is None:
            print(_contents(connection))
            return 0
        try:
            rows = _answer(_select(connection, query), query, to, as_json)
        except duckdb.Error as error:
            raise FootprintError("FP012", str(error).rstrip(), hint="footprint sql, to see the tables") from error
    if strict and not rows:
        raise FootprintError(
            "FP014", "the query is valid and returned nothing", hint="footprint sql, to see what there is"
        )
    if not rows:
        print("warning: no rows", file=sys.stderr)
    return 0


def _answer(relation: "duckdb.DuckDBPyRelation", query: str, to: Path | None, as_json: bool) -> int:
    """Run the query into a file or to stdout; the number of its rows."""
    if to is not None:
        rows = _write(relation, query, to)
        print(f"{rows:,} rows to {to}", file=sys.stderr)
        return rows
    return _print_json(relation) if as_json else _print_rows(relation)


def _select(connection: "duckdb.DuckDBPyConnection", query: str) -> "duckdb.DuckDBPyRelation":
    """The query as a relation. Raises FP012 if it is not one SELECT, and what DuckDB raises."""
    import duckdb

    from pipeline.errors import FootprintError, unknown
    from pipeline.scripts import scripts

    if query.startswith(_SHIPPED):
        shipped = {script.name: script for script in scripts("queries", "checks")}
        if query[1:] not in shipped:
            raise unknown("worked query", query[1:], shipped)
        query = shipped[query[1:]].text
    statements = connection.extract_statements(query)
    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 1 or statements[0].type not in reading:
        kinds = ", ".join(statement.type.name for statement in statements) or "nothing"
        raise FootprintError("FP012", f"expected one SELECT, got {kinds}; the catalogue is read-only")
    relation = connection.sql(statements[0].query)
    if relation is None:
        raise FootprintError("FP012", "the statement returns no rows and can only be a change")
    return relation


def _write(relation: "duckdb.DuckDBPyRelation", query: str, to: Path) -> int:
    from pipeline.excel import Notes
    from pipeline.progress import writing
    from pipeline.rowfile import FORMS, form_of, whole_file, write_rows
    from pipeline.version import package_version

    form = form_of(to, ("csv", *FORMS))
    if form == "csv":
        with whole_file(to) as scratch, scratch.open("wb") as file:
            return _write_csv(relation, file)
    notes = Notes("query", [("query", query), ("written by", f"mm-footprint {package_version()}")])
    with writing(sys.stderr, to) as told:
        return write_rows(_flat(relation, _KNOWN[form]) if form in _KNOWN else relation, to, notes, told)


def _write_csv(relation: "duckdb.DuckDBPyRelation", file: BinaryIO) -> int:
    """CSV with ISO times; the file stays open."""
    import io

    from pyarrow import csv

    rows = 0
    reader = _flat(relation, _KNOWN["csv"]).to_arrow_reader(1 << 17)
    block = io.BytesIO()
    with csv.CSVWriter(block, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
            file.write(block.getvalue())
            block.seek(0)
            block.truncate()
    file.write(block.getvalue())
    return rows


def _flat(relation: "duckdb.DuckDBPyRelation", known: set[str]) -> "duckdb.DuckDBPyRelation":
    """The relation with lists, intervals and other types that are not `known` to the form as text."""
    types = [str(kind).split("(")[0] for kind in relation.types]
    if known.issuperset(types):
        return relation
    kinds = dict(zip(_distinct(relation.columns), types, strict=True))
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in kinds}
    return relation.project(
        ", ".join(
            quoted[name] if kind in known else f"{quoted[name]}::varchar as {quoted[name]}"
            for name, kind in kinds.items()
        )
    )


def _distinct(names: list[str]) -> list[str]:
    """The names; FP012 if two columns share one, for then one of them would be lost."""
    from pipeline.errors import FootprintError

    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FootprintError("FP012", f"two columns are called {twice[0]!r}", hint="name them apart: select ... as ...")
    return names


def _print_json(relation: "duckdb.DuckDBPyRelation") -> int:
    names = _distinct(relation.columns)
    rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    print(json.dumps(rows, indent=1, default=str))
    return len(rows)


def _print_rows(relation: "duckdb.DuckDBPyRelation") -> int:
    if not sys.stdout.isatty():
        rows = _write_csv(relation, sys.stdout.buffer)
        sys.stdout.flush()
        return rows
    count = len(relation)
    relation.show(max_rows=_SHOWN_ROWS)
    if count > _SHOWN_ROWS:
        print(f"{count:,} rows ({_SHOWN_ROWS} shown); --to FILE writes all", file=sys.stderr)
    return count


def _contents(connection: "duckdb.DuckDBPyConnection") -> str:
    """What can be asked: tables with their rows, grain and preset, macros, and the worked queries."""
    from pipeline.scripts import scripts

    rows = dict(connection.sql("select table_name, n_rows from publication").fetchall())
    views = connection.sql(
        "select view_name, comment from duckdb_views() where not internal order by view_name"
    ).fetchall()
    presets = _presets(connection, [name for name, _ in views])
    lines = [
        f"{name:<20} {f'{rows[name]:,}' if name in rows else '':>14}  {comment}{presets[name]}"
        for name, comment in views
    ]
    macros = connection.sql(
        "select function_name, array_to_string(parameters, ', '), comment from duckdb_functions() "
        "where not internal order by function_type desc, function_name"
    ).fetchall()
    lines.append("\nmacros, to select from or to calculate with:")
    lines += [f"{f'{name}({parameters})':<36} {comment}" for name, parameters, comment in macros]
    lines.append("\nworked queries, run as @name:")
    lines += [f"@{script.name:<35} {script.title}" for script in scripts("queries")]
    return "\n".join(lines)


def _presets(connection: "duckdb.DuckDBPyConnection", names: list[str]) -> dict[str, str]:
    """Beside tables and views: which presets made what they show, unless it is the default alone."""
    from pipeline.scripts import tables_behind

    made = dict(connection.sql("select table_name, presets from publication where presets is not null").fetchall())
    found = {name: {made[table] for table in tables_behind(name) if table in made} for name in names}
    return {
        name: "" if used <= {"default"} else f"  [preset {', '.join(sorted(used))}]" for name, used in found.items()
    }
