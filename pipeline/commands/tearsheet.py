"""The command tearsheet: one claim judged, as a page and as JSON."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from cyclopts import Parameter

from pipeline.commands.options import ConfigOption, LakeOption, setup

if TYPE_CHECKING:
    from backtest.tearsheet.sheet import Tearsheet
    from pipeline.reader import LakeReader


class Wanted(TypedDict):
    """Which rows are judged; None = whichever."""

    venue: str | None
    symbol: str | None
    since: str | None
    until: str | None


def tearsheet(
    signal: str | None = None,
    /,
    *,
    out: Annotated[Path | None, Parameter(help="The page to write, an HTML file; with --all, a folder.")] = None,
    json_to: Annotated[Path | None, Parameter(name="--json", help="Write the seventeen sections as JSON.")] = None,
    every: Annotated[bool, Parameter(name="--all", negative="", help="A page for every claim with rows.")] = False,
    column: Annotated[str | None, Parameter(help="Another column of the signal that has a claim.")] = None,
    venue: Annotated[str | None, Parameter(help="Of this venue only.")] = None,
    symbol: Annotated[str | None, Parameter(help="Of this symbol only.")] = None,
    since: Annotated[str | None, Parameter(help="From this day or instant on, as 2024-08-08.")] = None,
    until: Annotated[str | None, Parameter(help="To the end of this day, or to before this instant.")] = None,
    lake: LakeOption = None,
    config: ConfigOption = None,
) -> int:
    """Judge what a signal claims about the price, on the rows of a lake: seventeen questions and one verdict.

    Every way of judging is added to the lake's registry of trials.

    Parameters
    ----------
    signal
        A signal, as order_flow, or a column of a table, as book_state.imbalance_1.
    """
    from pipeline import open_lake
    from pipeline.errors import FootprintError
    from pipeline.judge.tearsheet import make_tearsheet
    from pipeline.judge.trials import shortfall

    reader = open_lake(setup(lake, config).lake.root)
    print(shortfall(reader.root), end="", file=sys.stderr)
    wanted = Wanted(venue=venue, symbol=symbol, since=since, until=until)
    if every:
        if signal is not None or json_to is not None or column is not None or out is None:
            why = "--all takes no signal, --column or --json, and needs --out FOLDER"
            raise FootprintError("FP009", why, hint="footprint tearsheet --all --out tearsheets")
        return _every(reader, out, wanted)
    if signal is None:
        raise FootprintError("FP009", "expected a signal, or --all, got neither", hint="footprint tearsheet order_flow")
    sheet = make_tearsheet(reader, signal, column=column, **wanted)
    _write(sheet, out or (None if json_to else Path(f"{sheet.name}.html")), json_to)
    return 0


def _write(sheet: "Tearsheet", out: Path | None, json_to: Path | None) -> None:
    from backtest.tearsheet.document import as_json, html
    from pipeline.rowfile import whole_file

    if out is not None:
        with whole_file(out) as scratch:
            scratch.write_text(html(sheet))
    if json_to is not None:
        with whole_file(json_to) as scratch:
            scratch.write_text(json.dumps(as_json(sheet), indent=1, allow_nan=False) + "\n")
    written = ", ".join(str(path) for path in (out, json_to) if path is not None)
    print(f"{sheet.name} on {sheet.market}: {sheet.verdict} ({written})", file=sys.stderr)


def _every(reader: "LakeReader", folder: Path, wanted: Wanted) -> int:
    """A page each, and all of them counted together; a claim without rows is said and left out."""
    from backtest.claims.registry import CLAIMS
    from pipeline.errors import FootprintError
    from pipeline.judge.tearsheet import make_tearsheet

    sheets, unjudged = [], {}
    for name in CLAIMS:
        try:
            sheet = make_tearsheet(reader, name, **wanted)
        except FootprintError as error:
            if error.fault.code != "FP014":
                raise
            unjudged[name] = error.why
            print(f"{name}: {error.why}", file=sys.stderr)
            continue
        _write(sheet, folder / f"{name}.html", None)
        sheets.append(sheet)
    print(f"{len(sheets)} of {len(CLAIMS)} claims have rows here", file=sys.stderr)
    _write_family(sheets, unjudged, folder)
    return 0


def _write_family(sheets: list["Tearsheet"], unjudged: dict[str, str], folder: Path) -> None:
    """index.html and index.json of the folder."""
    from backtest.tearsheet.family import family
    from backtest.tearsheet.family_document import family_html, family_json
    from pipeline.rowfile import whole_file

    members = family(sheets)
    with whole_file(folder / "index.html") as page, whole_file(folder / "index.json") as rows:
        page.write_text(family_html(members, unjudged))
        rows.write_text(json.dumps(family_json(members, unjudged), indent=1, allow_nan=False) + "\n")
    beyond, holds = sum(one.is_beyond_chance for one in members), sum(one.holds for one in members)
    counted = f"{beyond} beyond chance when all are counted, {holds} of them predictive by their own sheet"
    print(f"{counted} ({folder / 'index.html'})", file=sys.stderr)
