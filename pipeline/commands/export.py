"""The command export: a table as a file."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipeline.commands.options import ConfigOption, JsonOption, LakeOption, setup


def export(
    table: str,
    /,
    *,
    to: Annotated[
        Path, Parameter(help="Target file; its ending gives the format: .parquet, .csv.zst, .arrow or .xlsx.")
    ],
    since: Annotated[
        str | None, Parameter(help="From this day or instant on, as 2024-08-08 or 2024-08-08T12:00Z.")
    ] = None,
    until: Annotated[
        str | None, Parameter(help="To the end of this day, or to before this instant; bars as far as they ended.")
    ] = None,
    where: Annotated[
        str | None, Parameter(help='A condition in SQL on the table\'s own columns, as "spread_bps < 1".')
    ] = None,
    symbol: Annotated[str | None, Parameter(help="Rows of this symbol only.")] = None,
    venue: Annotated[str | None, Parameter(help="Rows of this venue only.")] = None,
    lake: LakeOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write a table, or the rows of it that are wanted, to a file, its provenance beside it.

    Parameters
    ----------
    table
        A table or view of the catalogue.
    """
    import duckdb

    from pipeline.errors import FootprintError, unknown
    from pipeline.export import export as write_export
    from pipeline.progress import writing
    from pipeline.rowfile import form_of
    from pipeline.selection import Selection
    from pipeline.timerange import TimeRange
    from pipeline.warehouse import open_catalogue

    chosen = setup(lake, config)
    form_of(to)
    selection = Selection(venue, symbol, TimeRange.of(since, until), where)
    with open_catalogue(chosen.lake.root) as connection, writing(sys.stderr, to) as told:
        views = connection.sql("select view_name from duckdb_views() where not internal").fetchall()
        names = [name for (name,) in views]
        if table not in names:
            raise unknown("table", table, names)
        try:
            provenance = write_export(chosen.lake, connection, table, to, selection, told)
        except duckdb.Error as error:
            hint = f'footprint sql "describe {table}", to see its columns'
            raise FootprintError("FP012", str(error).rstrip(), hint=hint) from error
    if as_json:
        print(json.dumps({"file": str(to), "rows": provenance["rows"], "sha256": provenance["sha256"]}, indent=1))
    else:
        print(f"{provenance['rows']:,} rows to {to}, provenance in {to}.meta.json", file=sys.stderr)
    if not provenance["rows"]:
        print("warning: no rows", file=sys.stderr)
    return 0
