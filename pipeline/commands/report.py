"""The command report: one market as a page."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipeline.commands.options import ConfigOption, JsonOption, LakeOption, setup


def report(
    *,
    out: Annotated[Path, Parameter(help="Folder for the page: it is written to index.html there.")],
    venue: Annotated[str | None, Parameter(help="Venue, as binance-usdm. Default: of the market chosen.")] = None,
    symbol: Annotated[
        str | None, Parameter(help="The venue's symbol. Default: the perpetual with most rows of book.")
    ] = None,
    since: Annotated[
        str | None,
        Parameter(help="From this day or instant on, as 2024-08-08T12:00Z. Default: the last full day or 24 hours."),
    ] = None,
    until: Annotated[str | None, Parameter(help="To the end of this day, or to before this instant.")] = None,
    lake: LakeOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write one market as a page that opens from disk: book, inventory, basis, what was unusual, what is missing."""
    from pipeline.report.document import document
    from pipeline.report.look import bokeh_version
    from pipeline.report.scope import scope_of
    from pipeline.report.tearsheets_panel import FOLDER, tearsheets_in
    from pipeline.rowfile import whole_file

    bokeh_version()
    target = _target(out)
    scope = scope_of(setup(lake, config).lake.root, venue=venue, symbol=symbol, since=since, until=until)
    beside = tearsheets_in(out)
    with whole_file(target) as scratch:
        scratch.write_text(document(scope, beside), encoding="utf-8")
    size = target.stat().st_size
    if as_json:
        told = {"file": str(target), "bytes": size, "market": str(scope.market)}
        print(json.dumps(told | {"since": scope.since.isoformat(), "until": scope.until.isoformat()}, indent=1))
    else:
        print(f"{target}: {scope.market}, {size / 1e6:.1f} MB; open it in a browser", file=sys.stderr)
        if not beside:
            lake_said = f" --lake {lake}" if lake else ""
            command = f"footprint tearsheet --all{lake_said} --out {out / FOLDER}"
            print(f"verdicts on its signals: {command}; the next report links to them", file=sys.stderr)
    return 0


def _target(out: Path) -> Path:
    """The file to write. Raises FP015 for a file where the folder should be, or a folder in place of the file."""
    from pipeline.errors import FootprintError

    target = out / "index.html"
    if out.exists() and not out.is_dir():
        raise FootprintError(
            "FP015", "expected a folder for the page, got a file", where=str(out), hint="another --out"
        )
    if target.is_dir():
        why = "expected a file or nothing, got a folder"
        raise FootprintError("FP015", why, where=str(target), hint="another --out")
    return target
